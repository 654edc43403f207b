import { inspect } from 'node:util'
import type { DataModel } from '../analysis/data-model.ts'
import { clientProperty, field } from './internals.ts'
import type { Request, Requests } from './requests.ts'

/** Models whose calls are shortened, by the properties of a client: `city`. */
export type CallableModels = ReadonlyMap<string, CallableModel>

export interface CallableModel {
  readonly name: string
  /** Fields that the fluent API goes on with: `client.city.findUnique().country()`. */
  readonly relations: readonly string[]
}

/** Not those that share a property of the client with another model, as `Thing` and `thing` do. */
export function callableModels(names: Iterable<string>, { models }: Pick<DataModel, 'models'>): CallableModels {
  const callable = new Map<string, CallableModel>()
  const properties = [...models.keys()].map(clientProperty)
  for (const name of names) {
    const property = clientProperty(name)
    if (properties.indexOf(property) !== properties.lastIndexOf(property)) continue
    const relations = [...models.get(name)!.fields.values()].filter(({ relation }) => relation)
    callable.set(property, { name, relations: relations.map((field) => field.name) })
  }
  return callable
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
    const OfModel = callOf(relations)
    return substituted(model, operations, (operation, make) => {
      const isMethod = typeof make === 'function' && requests.mayBeAnswered(property, operation)
      return isMethod ? shortOf(client, make as Make, { relations, OfModel }) : make
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
 *
 * A proxy of nothing that leads to the object, and not of the object: after each `get`, the engine would ask what that says of the property, which is
 * a proxy of Prisma and takes longer than the rest of a hit. So it cannot say of any property that it is fixed, nor be closed to new ones.
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
  // Who prints a proxy prints what it is one of.
  const nothing = { [inspect.custom]: () => target }
  return new Proxy(nothing as unknown as Target, {
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

type Make = (args: unknown) => object

interface ModelCalls {
  readonly relations: readonly string[]
  readonly OfModel: typeof ShortCall
}

/** The call itself where its requests are not the usual ones. */
function shortOf(client: object, make: Make, { relations, OfModel }: ModelCalls): Make {
  const [asked, promise] = requestMadeBy(client, make)
  if (!isUsual(asked) || relations.some((relation) => ownNames.has(relation))) return make
  const { callsite } = asked
  // With all of its names, so that each request is made in one step.
  const front = { client, usual: { ...asked, args: undefined, callsite: undefined }, make }
  const Call = relations.some((relation) => relation in promise) ? OfModel : ShortCall
  // One that knows no place says that errors tell none.
  if (field(callsite, '_error') === undefined) return (args) => new Call(front, args, callsite)
  // Not the callsite itself: it holds on to who made the call.
  const { getLocation } = callsite
  const short = (args: unknown) => new Call(front, args, new Place(getLocation, short))
  return short
}

/** Of a call: relations that go by these names are for Prisma to tell apart. */
const ownNames: ReadonlySet<string> = new Set(['spec', 'then', 'catch', 'finally', 'requestTransaction'])

/** Where a call stands in a program. */
interface Callsite {
  getLocation(): unknown
}

interface UsualRequest extends Request {
  readonly callsite: Callsite
}

const usualNames: ReadonlySet<string> = new Set([
  ...['args', 'dataPath', 'action', 'model', 'clientMethod', 'jsModelName', 'transaction', 'callsite'],
])

function isUsual(asked: unknown): asked is UsualRequest {
  if (typeof asked !== 'object' || asked === null) return false
  const isKnown = Object.keys(asked).every((name) => usualNames.has(name))
  return isKnown && typeof field(field(asked, 'callsite'), 'getLocation') === 'function'
}

/** What Prisma asks of the client for a call, and its promise; nothing is performed. */
function requestMadeBy(client: object, make: Make): readonly [asked: unknown, promise: object] {
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
    return [asked, promise]
  } catch {
    return [null, {}]
  } finally {
    Object.defineProperty(client, '_request', request)
  }
}

/**
 * The place of a call, by the way in which Prisma finds it in a stack trace. An error, as whoever formats stack traces expects.
 *
 * Source: `getLocation()` of a callsite, which has an `_error`.
 */
class Place implements Callsite {
  declare readonly stack: string
  readonly #getLocation: Callsite['getLocation']

  constructor(getLocation: Callsite['getLocation'], call: Make) {
    this.#getLocation = getLocation
    // Begins with who called it.
    Error.captureStackTrace(this, call)
  }

  getLocation(): unknown {
    return this.#getLocation.call({ _error: this } as never)
  }
}
// Not `extends`, whose constructor would take a stack trace of its own.
Object.setPrototypeOf(Place.prototype, Error.prototype)

interface Front {
  readonly client: object
  /** Without what is told of each call. */
  readonly usual: Request
  /** By Prisma. */
  readonly make: Make
}

const frontOf = Symbol('front')

/**
 * What a call returns: performed once, when it is first awaited, or as part of a batch. Awaiting it and putting it into a batch need no `this`: some
 * programs take such promises apart, copy them, or put something before them.
 *
 * Source: a promise of Prisma, which `$transaction([...])` knows by its tag.
 */
class ShortCall {
  declare readonly spec: { readonly action: unknown; readonly args: unknown; readonly model: unknown }
  // biome-ignore lint/suspicious/noThenProperty: that is what it is.
  declare readonly then: Promise<unknown>['then']
  declare readonly requestTransaction: (transaction: unknown) => Promise<unknown>
  declare readonly [Symbol.toStringTag]: string
  declare readonly [frontOf]: Front

  constructor(front: Front, args: unknown, callsite: Callsite) {
    let performed: Promise<unknown> | undefined
    this.spec = { action: front.usual.action, args, model: front.usual.model }
    this[Symbol.toStringTag] = 'PrismaPromise'
    this[frontOf] = front
    // biome-ignore lint/suspicious/noThenProperty: that is what it is.
    this.then = (onFulfilled, onRejected) => {
      performed ??= perform(front, { args, callsite, transaction: undefined })
      return performed.then(onFulfilled, onRejected)
    }
    this.requestTransaction = (transaction) => {
      const told = { args, callsite, transaction }
      if (field(transaction, 'kind') === 'batch') return perform(front, told)
      performed ??= perform(front, told)
      return performed
    }
  }

  catch(onRejected?: () => unknown): Promise<unknown> {
    return this.then(undefined, onRejected)
  }

  finally(onFinally?: () => void): Promise<unknown> {
    return this.then().finally(onFinally)
  }
}

interface Told {
  readonly args: unknown
  readonly callsite: Callsite
  readonly transaction: unknown
}

/** By whom the client has for it now. */
function perform({ client, usual }: Front, { args, callsite, transaction }: Told): Promise<unknown> {
  try {
    const asked = { ...usual, args, callsite, transaction } as Request
    return Promise.resolve((client as { _request(asked: Request): unknown })._request(asked))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** With the relations of a model, as Prisma goes on with them. */
function callOf(relations: readonly string[]): typeof ShortCall {
  class OfModel extends ShortCall {}
  for (const relation of relations) {
    Object.defineProperty(OfModel.prototype, relation, {
      get(this: OfModel) {
        return field(this[frontOf].make(this.spec.args), relation)
      },
    })
  }
  return OfModel
}
