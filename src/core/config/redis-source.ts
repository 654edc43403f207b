import { isPlainObject } from '../plain-object.ts'

/** Whether it says where Redis is: a URL, the path of a socket, options of ioredis, or one of its clients. */
export function isRedisSource(input: unknown): boolean {
  if (typeof input === 'string') return /^rediss?:\/\/./.test(input) ? URL.canParse(input) : /^\/[^/]/.test(input)
  return typeof input === 'object' && input !== null && (isIoredis(input) || areOptions(input))
}

/** A `Redis` or a `Cluster`, by behaviour, not by class: the user's ioredis may be another copy of the package. */
export function isIoredis(input: object): boolean {
  return 'duplicate' in input && typeof input.duplicate === 'function' && 'evalsha' in input
}

/** ioredis ignores what it does not know, and takes the server on the default port. So it would with the options and clients of other packages. */
function areOptions(input: object): boolean {
  if (!isPlainObject(input) || 'url' in input || 'socket' in input) return false
  return input.port === undefined || /^\d+$/.test(String(input.port))
}
