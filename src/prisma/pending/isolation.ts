import { isolationLevelOf, originalOf } from '../internals.ts'
import type { RawClient } from './raw-client.ts'

/**
 * Whether each statement of a transaction sees what was committed before it, and not only what was before the first. `false` where that is
 * not known.
 *
 * What a database, a role or a connection string has as default is asked for once.
 *
 * Source: https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-DEFAULT-TRANSACTION-ISOLATION
 */
export function createIsolation(client: object, provider: string): (of: object, options: unknown) => Promise<boolean> {
  let byDefault: Promise<boolean | null> | null = null

  /** `null` where it could not be asked for. */
  async function readDefault(): Promise<boolean | null> {
    try {
      const raw = originalOf(client) as RawClient
      const [row] = await raw.$queryRawUnsafe<readonly { readonly level: string }[]>(
        `SELECT current_setting('default_transaction_isolation') AS level`,
      )
      return committedLevels.has(row!.level)
    } catch {
      return null
    }
  }

  return async function seesCommitted(of, options) {
    if (provider !== 'postgresql') return false
    const level = isolationLevelOf(of, options)
    if (level !== undefined) return committedLevels.has(level)
    byDefault ??= readDefault()
    const found = await byDefault
    // Next time it is asked for again.
    if (found === null) byDefault = null
    return found ?? false
  }
}

/** As Prisma names them, and as PostgreSQL does. */
const committedLevels: ReadonlySet<unknown> = new Set([
  'ReadCommitted',
  'ReadUncommitted',
  'read committed',
  'read uncommitted',
])
