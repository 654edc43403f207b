import type { Stamp } from './entry-key.ts'

/**
 * A stamp after a soft invalidation: a new one, and the one before it, which shows what may be served until it is loaded again.
 *
 * `<new><<before>`. What carries neither of both is invalid: a second soft invalidation replaces `before`, any other removes the stamp.
 */
export function softened(current: Stamp, fresh: Stamp): Stamp {
  return `${fresh}${separator}${newest(current)}`
}

/**
 * Names the soft invalidation after which what was obtained under the one stamp may be served until it is loaded again, now that the other is
 * current: the same for all stamps that it replaced. `null` if it may not.
 */
export function softeningOf(held: Stamp | undefined, current: Stamp | null | undefined): string | null {
  if (held === undefined || !current) return null
  const at = current.indexOf(separator)
  if (at < 0 || current.slice(at + 1) !== newest(held)) return null
  // That of a root begins with its server.
  return current.slice(current.lastIndexOf(':', at) + 1, at)
}

/** Occurs in no nonce, and in no identity of a server. */
const separator = '<'

function newest(stamp: Stamp): string {
  const at = stamp.indexOf(separator)
  return at < 0 ? stamp : stamp.slice(0, at)
}
