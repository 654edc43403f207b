/**
 * Whether an error proves that the write did not happen. Anything else counts as committed: a connection that broke while
 * the statement or the COMMIT was under way leaves that open.
 *
 * - `PrismaClientValidationError`: never sent.
 * - `PrismaClientKnownRequestError` with a code `P2...`: the database refused it, and Prisma rolled back what was nested
 *   around it. Except P2010 (a raw query failed, for whatever reason), P2024 and P2028 (a pool or a transaction timed out).
 *
 * Source: Prisma's error reference, https://www.prisma.io/docs/orm/reference/error-reference
 */
export function provesRollback(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'PrismaClientValidationError') return true
  if (error.name !== 'PrismaClientKnownRequestError' || !('code' in error)) return false
  const { code } = error
  return typeof code === 'string' && /^P2\d{3}$/.test(code) && !['P2010', 'P2024', 'P2028'].includes(code)
}
