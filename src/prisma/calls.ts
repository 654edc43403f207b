import type { DataModel } from '../analysis/data-model.ts'
import { clientProperty, field } from './internals.ts'
import type { Request, Requests } from './requests.ts'
import { type Callsite, callOf, type Make, ownNames, Place, ShortCall } from './short-call.ts'
import { substituted } from './substituted.ts'

/** Models whose calls are shortened, cached or not, by the properties of a client: `city`. */
export type CallableModels = ReadonlyMap<string, CallableModel>

export interface CallableModel {
  readonly name: string
  /** Fields that the fluent API goes on with: `client.city.findUnique().country()`. */
  readonly relations: readonly string[]
}

/** Not those that share a property of the client with another model, as `Thing` and `thing` do. */
export function callableModels({ models }: Pick<DataModel, 'models'>): CallableModels {
  const callable = new Map<string, CallableModel>()
  const shared = new Set<string>()
  for (const { name, fields } of models.values()) {
    const property = clientProperty(name)
    if (callable.has(property)) shared.add(property)
    const relations = [...fields.values()].filter(({ relation }) => relation)
    callable.set(property, { name, relations: relations.map((field) => field.name) })
  }
  for (const property of shared) callable.delete(property)
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
  return substituted(client, models, (property, model) => {
    const { name, relations } = models.get(property)!
    if (!isPrismas(client, model, name) || isOverridden(client, property, name)) return model
    return substituted(model, operations, (operation, make) => {
      const isMethod = typeof make === 'function' && requests.mayBeAnswered(property, operation)
      return isMethod ? shortOf(client, make as Make, relations) : make
    })
  })
}

/** Not those that take a result apart: Prisma makes a function for each call, which does that. */
const operations: ReadonlySet<string> = new Set([
  ...['findUnique', 'findUniqueOrThrow', 'findFirst', 'findFirstOrThrow', 'findMany'],
  ...['create', 'createMany', 'createManyAndReturn', 'update', 'updateMany', 'updateManyAndReturn'],
  ...['upsert', 'delete', 'deleteMany'],
])

/**
 * Whether this is the client's own model, and not what an extension has in its place: another client's, say. Its operations will be asked what they
 * ask for, and would be performed there.
 *
 * Source: `$name` and `$parent` of a model, which is the `_appliedParent` of its client.
 */
function isPrismas(client: object, model: unknown, name: string): model is object {
  const parent = field(client, '_appliedParent')
  return parent !== undefined && field(model, '$parent') === parent && field(model, '$name') === name
}

/**
 * Whether extensions have something of their own in the place of a model, or methods of a model, which may go by the names of operations.
 *
 * Source: `getAllClientExtensions` and `getAllModelExtensions` of `_extensions`.
 */
function isOverridden(client: object, property: string, model: string): boolean {
  const extensions = field(client, '_extensions')
  const [ofClient, ofModel] = ['getAllClientExtensions', 'getAllModelExtensions'].map((name) => field(extensions, name))
  if (typeof ofClient !== 'function' || typeof ofModel !== 'function') return true
  const properties: unknown = ofClient.call(extensions)
  const methods: unknown = ofModel.call(extensions, model)
  const has = (names: unknown, name: string) => field(names, name) !== undefined
  return has(properties, property) || [...operations].some((operation) => has(methods, operation))
}

/** The call itself where its requests are not the usual ones. */
function shortOf(client: object, make: Make, relations: readonly string[]): Make {
  const [asked, promise] = requestMadeBy(client, make)
  if (!isUsual(asked) || relations.some((relation) => ownNames.has(relation))) return make
  const { callsite } = asked
  // With all of its names, so that each request is made in one step.
  const front = { client, usual: { ...asked, args: undefined, callsite: undefined }, make }
  const Call = relations.some((relation) => relation in promise) ? callOf(front, relations) : ShortCall
  // One that knows no place says that errors tell none.
  if (field(callsite, '_error') === undefined) return (args) => new Call(front, args, callsite)
  // Not the callsite itself: it holds on to who made the call.
  const { getLocation } = callsite
  const short = (args: unknown) => new Call(front, args, new Place(getLocation, short))
  return short
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
