/**
 * What a driver adapter says about an error of the database.
 *
 * Source: `meta.driverAdapterError.cause` of the errors of client 7.10, of raw queries (`P2010`) and of others (`P2002`, `P2039`, ...);
 * `kind` is one of Prisma's own names or that of the database, and then `originalCode` tells.
 */
export interface DriverError {
  readonly kind: string
  /** A SQLSTATE of PostgreSQL (`23505`), a number of the other databases (`1062`). */
  readonly originalCode: string
  readonly originalMessage: string
  /** The SQLSTATE, of MySQL. */
  readonly state: string
  /** The names of a violated constraint, or of its columns. */
  readonly constraint: readonly string[]
}

/** `null` when the error is no such error: of a connection that is lost, or of the program. */
export function driverErrorOf(error: unknown): DriverError | null {
  const cause =
    at(at(at(error, 'meta'), 'driverAdapterError'), 'cause') ?? (isDriverError(error) ? at(error, 'cause') : null)
  const kind = at(cause, 'kind')
  if (typeof kind !== 'string') return null
  const constraint = at(cause, 'constraint')
  const names = [at(constraint, 'index'), ...(asArray(at(constraint, 'fields')) ?? [])]
  return {
    kind,
    originalCode: text(at(cause, 'originalCode')),
    originalMessage: text(at(cause, 'originalMessage')),
    state: text(at(cause, 'state')),
    constraint: names.filter((name) => typeof name === 'string'),
  }
}

/** The code of a Prisma error, `P2002`; empty for any other. */
export function prismaCodeOf(error: unknown): string {
  const code = text(at(error, 'code') ?? at(error, 'errorCode'))
  return /^P\d{4}$/.test(code) ? code : ''
}

export function nameOf(error: unknown): string {
  return text(at(error, 'name'))
}

function isDriverError(error: unknown): boolean {
  return nameOf(error) === 'DriverAdapterError'
}

function asArray(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
