import type { ClientView } from '../analysis/reads/rows.ts'

/** What the cache must know of the client that it sits on. */
export interface ClientInUse {
  /** What of it decides how a result looks, beside schema and arguments. */
  readonly fingerprint: () => string
  /** What it leaves out of, or adds to, the selection of every query. */
  readonly view: () => ClientView
  /** Whether the arguments that the cache sees are those that reach the database. */
  readonly isInnermost: boolean
}

/** Why a client is not served, and its writes invalidate everything. */
export const notInnermost =
  'A query extension runs after the cache and may change what it cannot see, so this client is not served from it. ' +
  'Add extensions with the $extends of the cached client, not with one that was taken from another client.'
