import { CacheError } from '../core/errors.ts'
import { type DriverError, driverErrorOf, nameOf, prismaCodeOf } from './driver-error.ts'

/**
 * Whether the same statements may well succeed later.
 *
 * What is not recognised counts as transient, for drivers report a lost connection by messages without any code, while a database that
 * refuses a value always says which rule it breaks. So nothing that is sound is ever set aside; the price is that a refusal which
 * carries no code at all is tried for ever, and is seen by the backlog that grows.
 */
export function isTransientError(error: unknown): boolean {
  if (error instanceof CacheError) return error.code === 'WRITE_BEHIND.NO_TABLE'
  const driverError = driverErrorOf(error)
  if (driverError) return !isRefusal(driverError)
  if (nameOf(error) === 'PrismaClientValidationError') return false
  const code = prismaCodeOf(error)
  return !code.startsWith('P2') || transientPrismaCodes.has(code)
}

/** Whether an error of a read says that the database is out of reach, rather than that the query is wrong, or forbidden. */
export function isOutage(error: unknown): boolean {
  const driverError = driverErrorOf(error)
  const isForbidden =
    driverError !== null && (driverError.kind === 'DatabaseAccessDenied' || forbidden.has(driverError.originalCode))
  // Faults of a program are none of the database.
  const isFault = error instanceof TypeError || error instanceof RangeError
  return isTransientError(error) && !isForbidden && !isFault
}

/** A permission is missing: `insufficient_privilege` of PostgreSQL; `ER_TABLEACCESS_DENIED_ERROR` and its kin; of SQL Server. */
const forbidden = new Set(['42501', '1044', '1142', '1143', '229', '230'])

/**
 * Pool exhausted, transaction API, raw query and error of an unknown kind, write conflict, external connector, connections.
 *
 * Source: https://www.prisma.io/docs/orm/reference/error-reference
 */
const transientPrismaCodes = new Set(['P2010', 'P2024', 'P2028', 'P2034', 'P2036', 'P2037', 'P2039'])

/** Kinds by which every adapter says that the statement itself is wrong. Source: `Error` of `@prisma/driver-adapter-utils`. */
const refusedKinds = new Set([
  ...['UniqueConstraintViolation', 'NullConstraintViolation', 'ForeignKeyConstraintViolation', 'RestrictViolation'],
  ...['LengthMismatch', 'ValueOutOfRange', 'InvalidInputValue', 'InconsistentColumnData', 'UnsupportedNativeDataType'],
  ...['TableDoesNotExist', 'ColumnNotFound', 'MissingFullTextSearchIndex'],
])

function isRefusal({ kind, originalCode, state }: DriverError): boolean {
  if (refusedKinds.has(kind)) return true
  if (kind === 'postgres') return isRefusedState(originalCode)
  if (kind === 'mysql') return mysqlRefusals.has(Number(originalCode)) || /^(22|23)/.test(state)
  // The low byte of an extended code: TOOBIG, CONSTRAINT, MISMATCH. Source: https://www.sqlite.org/rescode.html
  if (kind === 'sqlite') return [18, 19, 20].includes(Number(originalCode) & 0xff)
  return kind === 'mssql' && mssqlRefusals.has(Number(originalCode))
}

/**
 * Classes of SQLSTATE that concern what a statement says. Not among them: connections, resources, deadlocks and serialization,
 * time limits, shutdown, a server that only reads (25006), a missing permission (42501), errors of the system.
 *
 * Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function isRefusedState(state: string): boolean {
  if (state === '42501') return false
  return ['55000', '55P04'].includes(state) || refusedClasses.has(state.slice(0, 2))
}

const refusedClasses = new Set(['0A', '21', '22', '23', '27', '2F', '38', '39', '42', '44', '54', 'P0'])

/**
 * Unknown column, table or function; no default; wrong, cut or out of range value; failed check; invalid JSON; user's `SIGNAL`.
 *
 * Source: https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html
 */
const mysqlRefusals = new Set([
  ...[1048, 1054, 1064, 1136, 1146, 1264, 1265, 1292, 1364, 1366, 1406, 1411, 1416, 1417, 1451, 1452, 1644, 1690],
  ...[3140, 3819, 4025],
])

/** Source: https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors */
const mssqlRefusals = new Set([207, 208, 220, 232, 241, 242, 245, 515, 544, 547, 2601, 2627, 2628, 8114, 8115, 8152])
