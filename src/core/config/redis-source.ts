import { isPlainObject } from '../plain-object.ts'

/** Whether it says where Redis is: a URL, the path of a socket, options of ioredis, or one of its clients. */
export function isRedisSource(input: unknown): boolean {
  if (typeof input === 'string') return /^rediss?:\/\/./.test(input) ? isRedisUrl(input) : /^\/[^/]/.test(input)
  return typeof input === 'object' && input !== null && (isIoredis(input) || areOptions(input))
}

/** A `Redis` or a `Cluster`, by behaviour, not by class: the user's ioredis may be another copy of the package. */
export function isIoredis(input: object): boolean {
  return 'duplicate' in input && typeof input.duplicate === 'function' && 'evalsha' in input
}

/** The number of a database in its path, if anything: ioredis would choose another one, and fail where nobody catches it. */
function isRedisUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { pathname, searchParams } = new URL(text)
  return /^\/?\d*\/?$/.test(pathname) && isNumber(searchParams.get('db') ?? undefined)
}

function isNumber(input: unknown): boolean {
  return input === undefined || /^\d+$/.test(String(input))
}

/** ioredis ignores what it does not know, and takes the server on the default port. So it would with the options and clients of other packages. */
function areOptions(input: object): boolean {
  if (!isPlainObject(input) || 'url' in input || 'socket' in input) return false
  return isNumber(input.port) && isNumber(input.db)
}
