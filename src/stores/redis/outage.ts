import { CacheError } from '../../core/errors.ts'

/** Whether an error says that the server cannot be used, rather than that it refused one command (out of memory, say). */
export function isOutage(error: unknown): boolean {
  // A fault of our own is none of the server's.
  if (!(error instanceof Error) || error instanceof RangeError || error instanceof TypeError) return false
  return error.name !== 'ReplyError' || outageReply.test(error.message)
}

const outageReply = /^(READONLY|MASTERDOWN|LOADING|BUSY|CLUSTERDOWN|TRYAGAIN|NOAUTH|WRONGPASS|NOREPLICAS)\b/

/** Whether an error says that the server is a replica now, or takes over the data of another one. */
export function saysReplica(error: unknown): boolean {
  return error instanceof Error && /^(READONLY|MASTERDOWN|LOADING)\b/.test(error.message)
}

/** Reads like the answer that Redis itself gives to a write. */
export function isReplica(): CacheError {
  return unavailable('READONLY This Redis is a replica: what it holds may be older than an acknowledged write.')
}

export function isTimeout(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'STORE.TIMEOUT'
}

export function silentlyDead(): CacheError {
  return new CacheError('STORE.TIMEOUT', 'Redis accepted the connection and then said nothing.')
}

export function unavailable(message: string, cause?: unknown): CacheError {
  return new CacheError('STORE.UNAVAILABLE', message, { cause })
}

/** An outage as our own error; our own errors and what was merely refused as they came. */
export function explained(error: unknown): unknown {
  if (error instanceof CacheError || !isOutage(error)) return error
  return unavailable('Redis cannot be used.', error)
}

/** What an error of a connection says. Of a host with several addresses each has its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : ''
}
