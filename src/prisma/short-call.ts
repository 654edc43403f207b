import { field } from './internals.ts'
import type { Request } from './requests.ts'

/** Makes what a call returns. */
export type Make = (args: unknown) => object

/** Where a call stands in a program. */
export interface Callsite {
  getLocation(): unknown
}

/** Of a call: relations that go by these names are for Prisma to tell apart. */
export const ownNames: ReadonlySet<string> = new Set(['spec', 'then', 'catch', 'finally', 'requestTransaction'])

/** What all calls of an operation have in common. */
export interface Front {
  readonly client: object
  /** Without what is told of each call. */
  readonly usual: Request
  /** By Prisma. */
  readonly make: Make
}

/**
 * What a call returns: performed once, when it is first awaited, or as part of a batch. Awaiting it, also by its parts, and putting it into a batch
 * need no `this`: some programs take such promises apart, copy them, or put something before them. It has nothing to show but what it asks for:
 * who prints one prints no client.
 *
 * Source: a promise of Prisma, which `$transaction([...])` knows by its tag.
 */
export class ShortCall {
  declare readonly spec: { readonly action: unknown; readonly args: unknown; readonly model: unknown }
  // biome-ignore lint/suspicious/noThenProperty: that is what it is.
  declare readonly then: Promise<unknown>['then']
  declare readonly catch: Promise<unknown>['catch']
  declare readonly finally: Promise<unknown>['finally']
  declare readonly requestTransaction: (transaction: unknown) => Promise<unknown>
  declare readonly [Symbol.toStringTag]: string

  constructor(front: Front, args: unknown, callsite: Callsite) {
    let performed: Promise<unknown> | undefined
    const once = (transaction?: unknown) => {
      performed ??= perform(front, { args, callsite, transaction })
      return performed
    }
    this.spec = { action: front.usual.action, args, model: front.usual.model }
    // biome-ignore lint/suspicious/noThenProperty: that is what it is.
    this.then = (onFulfilled, onRejected) => once().then(onFulfilled, onRejected)
    this.catch = (onRejected) => once().catch(onRejected)
    this.finally = (onFinally) => once().finally(onFinally)
    this.requestTransaction = (transaction) =>
      field(transaction, 'kind') === 'batch' ? perform(front, { args, callsite, transaction }) : once(transaction)
    this[Symbol.toStringTag] = 'PrismaPromise'
  }
}
// Of no class that one could see, as with Prisma.
Reflect.deleteProperty(ShortCall.prototype, 'constructor')

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
export function callOf({ make }: Pick<Front, 'make'>, relations: readonly string[]): typeof ShortCall {
  class OfModel extends ShortCall {}
  Reflect.deleteProperty(OfModel.prototype, 'constructor')
  for (const relation of relations) {
    Object.defineProperty(OfModel.prototype, relation, {
      get(this: OfModel) {
        return field(make(this.spec.args), relation)
      },
    })
  }
  return OfModel
}

/**
 * The place of a call, by the way in which Prisma finds it in a stack trace. An error, as whoever formats stack traces expects.
 *
 * Source: `getLocation()` of a callsite, which has an `_error`.
 */
export class Place implements Callsite {
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
