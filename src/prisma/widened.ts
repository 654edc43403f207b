import type { Hook } from './hook.ts'

/**
 * Runs a query with arguments that ask for more than the user did.
 *
 * Prisma's complaint about invalid arguments quotes them, and nothing has run when it comes: then the query is run as it was
 * given, so that the caller is told of the arguments that are theirs. Not for a statement of a batch: there the complaint
 * may be about another one.
 */
export async function queryWidened(
  hook: Hook,
  { given, widened }: { readonly given: unknown; readonly widened: unknown },
): Promise<unknown> {
  try {
    return await hook.query(widened)
  } catch (error) {
    const isInvalid = error instanceof Error && error.name === 'PrismaClientValidationError'
    if (given === widened || !isInvalid) throw error
    return hook.query(given)
  }
}
