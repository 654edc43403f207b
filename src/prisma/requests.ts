import type { Hook } from './hook.ts'
import { computedFieldsOf, field, originalOf } from './internals.ts'

/**
 * What Prisma asks its client for, before it goes through query hooks, by the same names as in `__internalParams` of a hook.
 *
 * Source: the argument of `_request`, which Prisma calls of the client that an operation was asked of. Seen on client 7.10.
 */
export interface Request {
  readonly model?: unknown
  readonly jsModelName?: unknown
  readonly action?: unknown
  readonly args?: unknown
  readonly transaction?: unknown
}

/** Requests that are answered where nothing else would happen. */
export interface Requests {
  /** Whether no extension has a hook for an operation, nor computes fields. @param jsModelName `city` */
  mayBeAnswered(jsModelName: string, action: string): boolean
}

/** Source: `_request`. Its `this` is a client. */
type Perform = (this: unknown, asked: Request) => Promise<unknown>

/**
 * Lets operations of models be answered where Prisma would begin to prepare them for query hooks, which takes it longer than an answer that is
 * there. Only where nothing else would happen on that way:
 *
 * - in no transaction, and not traced
 * - no other extension has a query hook for the operation
 * - none computes fields: Prisma adds them to what hooks answer
 *
 * All others run as Prisma runs them, through the hook; so do all of a client that does not look as expected, or that somebody changes.
 *
 * @param client whose operations they are.
 * @param parent the client that it extends, by which they reach the database.
 * @param answer is given the arguments of the caller, who may change them afterwards; `null` where the hook shall answer.
 * @returns `null` where all run as before.
 */
export function answerRequests(
  client: object,
  parent: object,
  { models, answer }: { readonly models: Iterable<string>; readonly answer: (called: Hook) => Promise<unknown> | null },
): Requests | null {
  const original = originalOf(client)
  const below = isExtended(parent) ? parent : originalOf(parent)
  const [throughHooks, request] = [requestOf(original), requestOf(below)]
  const hooksBelow = hooksOf(below)
  if (original === client || !throughHooks || !request || !hooksBelow) return null
  let computes: boolean | undefined
  const mayBeAnswered = (jsModelName: string, action: string) => {
    computes ??= Object.keys(computedFieldsOf(below, models)).length > 0
    return !computes && !hooksBelow(jsModelName, action)
  }

  const calledOf = (asked: Request): Hook | null => {
    const { model, jsModelName, action, transaction } = asked
    if (transaction !== undefined || typeof model !== 'string') return null
    if (typeof jsModelName !== 'string' || typeof action !== 'string') return null
    if (!mayBeAnswered(jsModelName, action) || isTraced(original)) return null
    if (requestOf(original) !== throughHooks || requestOf(below) !== request) return null
    const args = asked.args ?? {}
    const query = (args: unknown) => request.call(below, args === asked.args ? asked : { ...asked, args })
    return { model, operation: action, args, query, __internalParams: asked } as Hook
  }
  function perform(this: unknown, asked: Request): Promise<unknown> {
    try {
      const called = calledOf(asked)
      return (called && answer(called)) ?? requestOf(original)!.call(this, asked)
    } catch (error) {
      // Prisma would try once more, each time that somebody waits for it.
      return Promise.reject(error)
    }
  }
  Object.defineProperty(client, '_request', { value: perform, configurable: true, writable: true })
  return { mayBeAnswered }
}

function requestOf(client: object): Perform | null {
  const request = field(client, '_request')
  return typeof request === 'function' ? (request as Perform) : null
}

/** Source: `_extensions.isEmpty()`. */
function isExtended(client: object): boolean {
  const extensions = field(client, '_extensions')
  const isEmpty = field(extensions, 'isEmpty')
  return typeof isEmpty !== 'function' || isEmpty.call(extensions) !== true
}

/** Whether extensions of a client have hooks for an operation of a model. Source: `_extensions.getAllQueryCallbacks`, by which Prisma runs them. */
function hooksOf(client: object): ((jsModelName: string, action: string) => boolean) | null {
  const extensions = field(client, '_extensions')
  const all = field(extensions, 'getAllQueryCallbacks')
  if (typeof all !== 'function') return null
  const known = new Map<string, boolean>()
  return (jsModelName, action) => {
    const name = `${jsModelName} ${action}`
    let are = known.get(name)
    if (are === undefined) {
      const hooks: unknown = all.call(extensions, jsModelName, action)
      are = !Array.isArray(hooks) || hooks.length > 0
      known.set(name, are)
    }
    return are
  }
}

/** Source: `_tracingHelper.isEnabled()`: whether `@prisma/instrumentation` is in use, which may begin at any time. */
function isTraced(client: object): boolean {
  const helper = field(client, '_tracingHelper')
  const isEnabled = field(helper, 'isEnabled')
  return typeof isEnabled !== 'function' || isEnabled.call(helper) !== false
}
