import { CacheError } from '../../core/errors.ts'
import { type DriverError, driverErrorOf, nameOf, prismaCodeOf } from '../driver-error.ts'

export interface ErrorSummary {
  /** A SQLSTATE or the number of the database's error, a code of Prisma (`P2025`), or one of ours. */
  readonly code: string
  readonly message: string
}

/**
 * What went wrong, to keep beside a write that was set aside: `{ code: '23505', message: 'UniqueConstraintViolation (User_email_key)' }`.
 *
 * Without the message of the database, for it may quote a row: only codes, and names of constraints and columns.
 */
export function errorSummary(error: unknown): ErrorSummary {
  if (error instanceof CacheError) return { code: error.code, message: error.message }
  const driverError = driverErrorOf(error)
  if (driverError) {
    const { originalCode, kind } = driverError
    const names = namesIn(driverError)
    return {
      code: originalCode || kind,
      message: `${meaningOf(driverError)}${names.length > 0 ? ` (${names.join(', ')})` : ''}`,
    }
  }
  const name = nameOf(error) || 'Error'
  return { code: prismaCodeOf(error) || name, message: name }
}

/** Those of PostgreSQL's class 23 quote no values outside of their details, which are not read. */
function namesIn({ constraint, originalCode, originalMessage }: DriverError): readonly string[] {
  if (constraint.length > 0 || !/^23[0-9A-Z]{3}$/.test(originalCode)) return constraint
  return [...originalMessage.matchAll(/"([^"]*)"/g)].map(([, name]) => name ?? '')
}

function meaningOf({ kind, originalCode }: DriverError): string {
  if (kind !== 'postgres') return kind
  return meanings[originalCode] ?? meanings[originalCode.slice(0, 2)] ?? 'database error'
}

/** Source: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const meanings: Readonly<Record<string, string>> = {
  '22': 'data exception',
  '23': 'integrity constraint violation',
  '42': 'syntax error or access rule violation',
  '44': 'check option of a view violated',
  '54': 'program limit exceeded',
  P0: 'raised by a function or trigger',
  '22012': 'division by zero',
  '22021': 'character not in the encoding',
  '23514': 'check constraint violated',
  '23P01': 'exclusion constraint violated',
}
