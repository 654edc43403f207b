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

const frontOf = Symbol('front')

/**
 * What a call returns: performed once, when it is first awaited, or as part of a batch. Awaiting it and putting it into a batch need no `this`: some
 * programs take such promises apart, copy them, or put something before them.
 *
 * Source: a promise of Prisma, which `$transaction([...])` knows by its tag.
 */
export class ShortCall {
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
export function callOf(relations: readonly string[]): typeof ShortCall {
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
