import { driverErrorOf, prismaCodeOf } from './driver-error.ts'

/**
 * Whether an error proves that the write did not happen. Anything else counts as committed: a connection that broke while
 * the statement or the COMMIT was under way leaves that open, and the codes for it also mean other things.
 *
 * Source: Prisma's error reference, https://www.prisma.io/docs/orm/reference/error-reference. The codes listed are those by
 * which the database refuses a statement (or Prisma, before it sends one), and rolls back what was nested around it.
 */
export function provesRollback(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'PrismaClientValidationError') return true
  if (wasNeverSent(error) || refusedLogins.has(driverErrorOf(error)?.kind ?? '')) return true
  if (error.name !== 'PrismaClientKnownRequestError' || !('code' in error)) return false
  return typeof error.code === 'string' && refusals.has(error.code)
}

/** Whether a write found no row that it was to change: it has run, and that is what it says of it. */
export function saysNotFound(error: unknown): boolean {
  return prismaCodeOf(error) === 'P2025'
}

const refusals = new Set([
  'P2000', // value too long
  'P2002', // unique constraint
  'P2003', // foreign key
  'P2004', // constraint
  'P2005', // invalid stored value
  'P2006', // invalid value
  'P2007', // validation
  'P2011', // null constraint
  'P2012', // missing value
  'P2013', // missing argument
  'P2014', // required relation
  'P2015', // related record not found
  'P2016', // query interpretation
  'P2017', // records not connected
  'P2018', // connected records not found
  'P2019', // input
  'P2020', // value out of range
  'P2021', // no such table
  'P2022', // no such column
  'P2024', // no connection was free
  'P2025', // record not found
  'P2034', // write conflict or deadlock
])

/**
 * Whether there was no connection to begin with, so that nothing ran, in whatever way: what was cached before an outage of the database survives the
 * writes that run into it. A connection that breaks is another kind.
 *
 * Source: a kind of errors of driver adapters, which `@prisma/adapter-pg` 7.10 makes of `ECONNREFUSED` and `ENOTFOUND`.
 */
export function wasNeverSent(error: unknown): boolean {
  return driverErrorOf(error)?.kind === 'DatabaseNotReachable'
}

/** By which the database refuses a connection; but a procedure may raise them as well, after it has committed something. Of `53300` and `28P01`. */
const refusedLogins: ReadonlySet<string> = new Set(['TooManyConnections', 'AuthenticationFailed'])
