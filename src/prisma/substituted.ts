import { inspect } from 'node:util'

/**
 * An object with other values in the place of some of its properties: each is made of the former one when it is first asked for, and stays until
 * somebody puts something else there.
 *
 * A proxy of nothing that leads to the object, and not of the object: after each `get`, the engine would ask what that says of the property, which is
 * a proxy of Prisma and takes longer than the rest of a hit. So it cannot say of any property that it is fixed, nor be closed to new ones.
 */
export function substituted<Target extends object>(
  target: Target,
  names: Pick<ReadonlySet<string>, 'has'>,
  make: (name: string, value: unknown) => unknown,
): Target {
  const made: Record<string | symbol, unknown> = Object.create(null)
  /** Somebody has put something there. */
  let left: Set<string | symbol> | undefined
  const leave = (name: string | symbol) => {
    left ??= new Set()
    left.add(name)
    delete made[name]
  }
  // Who prints a proxy prints what it is one of.
  const nothing = { [inspect.custom]: () => target }
  return new Proxy(nothing as unknown as Target, {
    get(_, name) {
      const known = made[name]
      if (known !== undefined) return known
      const value: unknown = Reflect.get(target, name)
      if (!names.has(name as string) || left?.has(name)) return value
      made[name] = make(name as string, value)
      return made[name]
    },
    set(_, name, value) {
      leave(name)
      return Reflect.set(target, name, value)
    },
    defineProperty(_, name, property) {
      leave(name)
      return Reflect.defineProperty(target, name, property)
    },
    deleteProperty(_, name) {
      leave(name)
      return Reflect.deleteProperty(target, name)
    },
    has: (_, name) => Reflect.has(target, name),
    ownKeys: () => Reflect.ownKeys(target),
    getOwnPropertyDescriptor(_, name) {
      const property = Reflect.getOwnPropertyDescriptor(target, name)
      return property && { ...property, configurable: true }
    },
    getPrototypeOf: () => Reflect.getPrototypeOf(target),
    setPrototypeOf: (_, prototype) => Reflect.setPrototypeOf(target, prototype),
    preventExtensions: () => false,
  })
}
