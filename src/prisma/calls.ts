import type { Model } from '../analysis/data-model.ts'
import { clientProperty, field } from './internals.ts'
import type { Request, Requests } from './requests.ts'

/** Models whose calls are shortened, by the properties of a client: `city`. */
export type CallableModels = ReadonlyMap<string, CallableModel>

export interface CallableModel {
  readonly name: string
  /** Fields that the fluent API goes on with: `client.city.findUnique().country()`. */
  readonly relations: readonly string[]
}

export function callableModels(models: Iterable<Model>): CallableModels {
  return new Map(
    [...models].map(({ name, fields }) => {
      const relations = [...fields.values()].filter(({ relation }) => relation).map((field) => field.name)
      return [clientProperty(name), { name, relations }]
    }),
  )
}

/**
 * The client, where a call of an operation is what it asks for, and nothing else. Prisma makes two errors for each, of whose stack traces it needs
 * one when the operation fails, and a proxy with the names of all relations: that takes it longer than a lookup in this process.
 *
 * Source: what `client.city.findUnique()` returns, and asks of the client once it is awaited. Seen on client 7.10. What looks otherwise is left as it
 * is, and so is what somebody puts in the place of a model or an operation. Nothing is made before it is asked for: some programs extend a client
 * for each of their requests.
 *
 * @param requests those that are answered.
 */
export function withShortCalls<Client extends object>(
  client: Client,
  requests: Requests,
  models: CallableModels,
): Client {
  if (typeof Error.captureStackTrace !== 'function') return client
  return substituted(client, models.keys(), (property, model) => {
    const { name, relations } = models.get(property)!
    if (typeof model !== 'object' || model === null || isOverridden(client, name)) return model
    const Call = ShortCall.of(relations)
    return substituted(model, operations, (operation, make) => {
      const isMethod = typeof make === 'function' && requests.mayBeAnswered(property, operation)
      return isMethod ? shortOf(client, make as Make, Call) : make
    })
  })
}

/** Not those that take a result apart: Prisma makes a function for each call, which does that. */
const operations: readonly string[] = [
  ...['findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'findMany'],
  ...['create', 'createMany', 'createManyAndReturn', 'update', 'updateMany', 'updateManyAndReturn'],
  ...['upsert', 'delete', 'deleteMany'],
]

/** Whether extensions have methods of a model, which may go by the names of operations. Source: `_extensions.getAllModelExtensions`. */
function isOverridden(client: object, model: string): boolean {
  const extensions = field(client, '_extensions')
  const all = field(extensions, 'getAllModelExtensions')
  if (typeof all !== 'function') return true
  const methods: unknown = all.call(extensions, model)
  return methods !== undefined && operations.some((operation) => field(methods, operation) !== undefined)
}

/**
 * An object with other values in the place of some of its properties: each is made of the former one when it is first asked for, and stays until
 * somebody puts something else there.
 */
function substituted<Target extends object>(
  target: Target,
  names: Iterable<string>,
  make: (name: string, value: unknown) => unknown,
): Target {
  const toMake = new Set<string | symbol>(names)
  const made: Record<string | symbol, unknown> = Object.create(null)
  const leave = (name: string | symbol) => {
    toMake.delete(name)
    delete made[name]
  }
  return new Proxy(target, {
    get(_, name) {
      const known = made[name]
      if (known !== undefined) return known
      const value: unknown = Reflect.get(target, name)
      if (!toMake.delete(name)) return value
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
  })
}

type Make = (args: unknown) => object

/** The call itself where its requests are not the usual ones. */
function shortOf(client: object, make: Make, Call: CallClass): Make {
  const usual = requestMadeBy(client, make)
  if (!usual) return make
  const front = { client, usual, make }
  // An object that knows no place says that errors tell none.
  const locates = field(usual.callsite, '_error') instanceof Error
  const short = (args: unknown) => new Call(front, args, locates ? new Place(usual.callsite, short) : usual.callsite)
  return short
}

/** What a call asks for, whose arguments are those of the caller. */
interface UsualRequest extends Request {
  readonly callsite: Callsite
}

/** Where a call stands in a program. */
interface Callsite {
  getLocation(): unknown
}

const usualNames: ReadonlySet<string> = new Set([
  ...['args', 'dataPath', 'action', 'model', 'clientMethod', 'jsModelName', 'transaction', 'callsite'],
])

/** What Prisma asks of the client for such a call; nothing is performed. `null` where that is not the usual. */
function requestMadeBy(client: object, make: Make): UsualRequest | null {
  let asked: unknown
  const request = { value: field(client, '_request'), configurable: true, writable: true }
  const seen = (made: unknown) => {
    asked = made
    return Promise.resolve()
  }
  Object.defineProperty(client, '_request', { ...request, value: seen })
  try {
    const promise = make({})
    const then = field(promise, 'then')
    if (field(promise, 'requestTransaction') && typeof then === 'function') then.call(promise, undefined, () => {})
  } finally {
    Object.defineProperty(client, '_request', request)
  }
  return isUsual(asked) ? asked : null
}

function isUsual(asked: unknown): asked is UsualRequest {
  if (typeof asked !== 'object' || asked === null) return false
  const isKnown = Object.keys(asked).every((name) => usualNames.has(name))
  return isKnown && typeof field(field(asked, 'callsite'), 'getLocation') === 'function'
}

/** The place of a call, by the way in which Prisma finds it in a stack trace. Source: `getLocation()` of a callsite, which has an `_error`. */
class Place implements Callsite {
  declare readonly stack: string
  readonly #usual: Callsite

  constructor(usual: Callsite, call: Make) {
    this.#usual = usual
    // Begins with who called it.
    Error.captureStackTrace(this, call)
  }

  getLocation(): unknown {
    return this.#usual.getLocation.call({ _error: this })
  }
}

interface Front {
  readonly client: object
  readonly usual: UsualRequest
  /** By Prisma. */
  readonly make: Make
}

type CallClass = new (front: Front, args: unknown, callsite: Callsite) => object

/**
 * What a call returns: performed once, when it is first awaited, or as part of a batch. Its own names are private, as relations may have any.
 *
 * Source: a promise of Prisma, which `$transaction([...])` knows by its tag.
 */
class ShortCall {
  readonly #front: Front
  readonly #args: unknown
  readonly #callsite: Callsite
  #performed: Promise<unknown> | undefined

  constructor(front: Front, args: unknown, callsite: Callsite) {
    this.#front = front
    this.#args = args
    this.#callsite = callsite
  }

  /** With these relations, as Prisma goes on with them. */
  static of(relations: readonly string[]): CallClass {
    class OfModel extends ShortCall {}
    for (const relation of relations) {
      Object.defineProperty(OfModel.prototype, relation, {
        get(this: OfModel) {
          return field(this.#byPrisma(), relation)
        },
      })
    }
    return OfModel
  }

  get [Symbol.toStringTag](): string {
    return 'PrismaPromise'
  }

  get spec(): unknown {
    return field(this.#byPrisma(), 'spec')
  }

  // biome-ignore lint/suspicious/noThenProperty: that is what it is.
  then(onFulfilled?: () => unknown, onRejected?: () => unknown): Promise<unknown> {
    return this.#perform(undefined).then(onFulfilled, onRejected)
  }

  catch(onRejected?: () => unknown): Promise<unknown> {
    return this.#perform(undefined).catch(onRejected)
  }

  finally(onFinally?: () => void): Promise<unknown> {
    return this.#perform(undefined).finally(onFinally)
  }

  requestTransaction(transaction: unknown): Promise<unknown> {
    return field(transaction, 'kind') === 'batch' ? this.#ask(transaction) : this.#perform(transaction)
  }

  #byPrisma(): object {
    return this.#front.make(this.#args)
  }

  #perform(transaction: unknown): Promise<unknown> {
    this.#performed ??= this.#ask(transaction)
    return this.#performed
  }

  #ask(transaction: unknown): Promise<unknown> {
    const { client, usual } = this.#front
    const asked = { ...usual, args: this.#args, callsite: this.#callsite, transaction }
    return (client as { _request(asked: Request): Promise<unknown> })._request(asked)
  }
}
