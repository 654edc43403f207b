import { type Position, parsePosition, positionText } from '../../core/stream-position.ts'
import { type Dialect, limitTransaction, limitWait } from './dialects.ts'
import type { RawClient } from './raw-client.ts'

/**
 * Who may apply to a partition, and how far a stream is applied: rows of `_cache_write_behind`.
 *
 * Two kinds of rows share the table: that of a partition has the epoch of its owner, that of a stream has the last position.
 */
export interface Fence {
  /** In a transaction of its own: takes the partition, once nobody holds its row. */
  claim(tx: RawClient, partition: string): Promise<bigint>
  /** Locks both rows until the transaction ends. `null`: nobody has ever claimed the partition. */
  hold(tx: RawClient, held: Held): Promise<Found | null>
  /** A name that the database keeps for itself; `fresh` if it has none yet. @throws what it throws when it lacks the table. */
  database(client: RawClient, fresh: string): Promise<string>
  /** Sets the last position of the stream, or makes its row. */
  moveTo(stream: string, moved: Moved): Step
  /** {@link hold} and {@link moveTo} as part of a statement, for who knows what the rows say; `null` where there is no such statement. */
  moveFrom(known: Known): Condition | null
}

export interface Known extends Held {
  readonly epoch: bigint
  readonly from: Position
  readonly to: Position
}

/** A statement that may be part of another one. */
export interface Step {
  /** @param first the number of its first parameter, from 1. */
  readonly sql: (first: number) => string
  readonly values: readonly unknown[]
}

/** Rows of the fence that a statement locks, compares and moves before it writes: PostgreSQL. */
export interface Condition {
  /** @param first the number of the first parameter, from 1. */
  readonly ctes: (first: number) => string
  /** Whether they stood as they should. */
  readonly holds: string
  readonly values: readonly unknown[]
}

export interface Held {
  readonly partition: string
  readonly stream: string
}

export interface Found {
  readonly epoch: bigint
  /** `null` before the first batch of the stream. */
  readonly last: Position | null
}

export interface Moved {
  readonly isFirst: boolean
  readonly to: Position
  readonly epoch: bigint
}

export interface FenceOptions {
  readonly dialect: Dialect
  /** Quoted. */
  readonly table: string
  /** PostgreSQL: how long a transaction may wait for its client, and for a lock, before it is ended; in ms. */
  readonly limits: Limits | null
}

interface Limits {
  readonly idleMs: number
  readonly lockMs: number
}

export function createFence({ dialect, table, limits }: FenceOptions): Fence {
  const { quote, parameter, lock, waits, writesToLock } = dialect
  const [partitionColumn, lastColumn, epochColumn] = [quote('partition'), quote('last_id'), quote('epoch')]
  const columns = [
    `f.${partitionColumn} AS ${quote('name')}`,
    `f.${lastColumn} AS ${quote('last')}`,
    `f.${epochColumn}`,
  ]
  const one = `${partitionColumn} = ${parameter(1)}`
  const claimSql = dialect.claim(table)
  const epochSql = `SELECT ${epochColumn} FROM ${table} WHERE ${one}`
  const lastSql = `SELECT ${lastColumn} AS ${quote('last')} FROM ${table} WHERE ${one}`
  const touchSql = `UPDATE ${table} SET ${epochColumn} = ${epochColumn} WHERE ${one}`
  const holdSql =
    limits === null
      ? `SELECT ${columns.join(', ')} FROM ${table} f${lock.afterTable}
         WHERE f.${partitionColumn} IN (${parameter(1)}, ${parameter(2)})${lock.atEnd}`
      : boundedHold({ columns: columns.join(', '), table, limits })
  const insertSql = (first: number) =>
    `INSERT INTO ${table} (${lastColumn}, ${epochColumn}, ${partitionColumn})
     VALUES (${parameter(first)}, ${parameter(first + 1)}, ${parameter(first + 2)})`
  const updateSql = (first: number) =>
    `UPDATE ${table} SET ${lastColumn} = ${parameter(first)}, ${epochColumn} = ${parameter(first + 1)}
     WHERE ${partitionColumn} = ${parameter(first + 2)}`

  return {
    async claim(tx, partition) {
      if (waits) await tx.$executeRawUnsafe(waits.bound)
      try {
        await tx.$executeRawUnsafe(claimSql, partition)
        const [row] = await tx.$queryRawUnsafe<readonly Row[]>(epochSql, partition)
        return BigInt(row!.epoch)
      } finally {
        // After an error too, for other databases keep the transaction, and the connection goes back to the pool.
        if (waits?.lift) await tx.$executeRawUnsafe(waits.lift).catch(() => {})
      }
    },
    async hold(tx, { partition, stream }) {
      if (writesToLock) await tx.$executeRawUnsafe(touchSql, partition)
      const rows = await tx.$queryRawUnsafe<readonly Row[]>(holdSql, partition, stream)
      const own = rows.find(({ name }) => name === partition)
      if (!own) return null
      const found = rows.find(({ name }) => name === stream) ?? (await lookAgain(tx, stream))
      return { epoch: BigInt(own.epoch), last: found ? parsePosition(found.last) : null }
    },
    async database(client, fresh) {
      const read = async () =>
        (await client.$queryRawUnsafe<readonly Pick<Row, 'last'>[]>(lastSql, databaseRow))[0]?.last
      const known = await read()
      if (known !== undefined) return known
      const values = [fresh, 0, databaseRow]
      await client.$executeRawUnsafe(insertSql(1), ...values).catch(async (error: unknown) => {
        // Another process may have been first.
        if ((await read()) === undefined) throw error
      })
      return (await read())!
    },
    moveTo: (stream, { isFirst, to, epoch }) => ({
      sql: isFirst ? insertSql : updateSql,
      values: [positionText(to), epoch, stream],
    }),
    moveFrom: ({ partition, stream, epoch, from, to }) =>
      limits && {
        ctes: (first) => boundedMove({ table, limits, first }),
        holds: 'EXISTS (SELECT FROM moved)',
        values: [partition, epoch, positionText(to), stream, positionText(from)],
      },
  }

  /** A batch that we waited for may have made the row: the statement that waited does not see it, the next one does. */
  async function lookAgain(tx: RawClient, stream: string): Promise<Pick<Row, 'last'> | undefined> {
    const rows = await tx.$queryRawUnsafe<readonly Pick<Row, 'last'>[]>(lastSql, stream)
    return rows[0]
  }
}

/** No partition has such a name: it lacks the namespace. */
const databaseRow = ':database'

interface Row {
  readonly name: string
  readonly last: string
  readonly epoch: bigint | number | string
}

/**
 * Sets the limits of the transaction in the statement that locks, which saves a round trip. The limits come first: the locks are taken
 * on rows that the join has made.
 */
function boundedHold({ columns, table, limits }: { columns: string; table: string; limits: Limits }): string {
  return `SELECT ${columns}
    FROM (SELECT ${limitTransaction(limits)} OFFSET 0) s, ${table} f
    WHERE s.idle IS NOT NULL AND s.wait IS NOT NULL AND f."partition" IN ($1, $2)
    FOR UPDATE OF f`
}

/**
 * The same, but for the wait for the client, and the move, in the statement that writes. What waits for the lock has looked at the table
 * before; but who held it meanwhile was a new owner, and then nothing is written.
 */
function boundedMove({ table, limits, first }: { table: string; limits: Limits; first: number }): string {
  const [partition, epoch, to, stream, from] = [0, 1, 2, 3, 4].map((i) => `$${first + i}`)
  return `held AS (
      SELECT FROM (SELECT ${limitWait(limits.lockMs)} OFFSET 0) s, ${table} f
      WHERE s.wait IS NOT NULL AND f."partition" = ${partition} AND f."epoch" = ${epoch}
      FOR UPDATE OF f
    ), moved AS (
      UPDATE ${table} SET "last_id" = ${to}
      WHERE "partition" = ${stream} AND "last_id" = ${from} AND EXISTS (SELECT FROM held) RETURNING 1
    )`
}
