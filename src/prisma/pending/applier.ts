import { randomUUID } from 'node:crypto'
import type { DataModel, Model } from '../../analysis/data-model.ts'
import { coalesce } from '../../analysis/pending/coalesce.ts'
import type { PendingWrite } from '../../analysis/pending/pending-write.ts'
import { CacheError } from '../../core/errors.ts'
import { comparePositions, type Position } from '../../core/stream-position.ts'
import type { Applier, ApplyBatch } from '../../strategies/pending/applier.ts'
import { databaseSchemaOf, originalOf } from '../internals.ts'
import { Decimal } from '../values.ts'
import { dialectOf } from './dialects.ts'
import { driverErrorOf } from './driver-error.ts'
import { errorSummary } from './error-summary.ts'
import { createFence } from './fence.ts'
import { createPlainWriter } from './plain-writer.ts'
import { createPostgresWriter } from './postgres/postgres-writer.ts'
import type { TransactionClient } from './raw-client.ts'
import { isTransientError } from './transient.ts'

export interface ApplierOptions {
  /** Any client of the database: what extensions do is left out. */
  readonly client: object
  readonly dataModel: DataModel
  /** The longest that a batch may take, in ms. Default: 30 s. */
  readonly batchMs?: number
  /** How long PostgreSQL waits for us within a batch before it ends the batch: a frozen process must let go. Default: 10 s. */
  readonly idleMs?: number
  /** How long a batch waits for a row that another transaction holds, on PostgreSQL. Default: 2 s. */
  readonly lockMs?: number
}

/** Prisma's limit for a connection out of the pool. */
const connectionMs = 5_000

/**
 * Applies pending writes by a Prisma client.
 *
 * A batch costs four round trips on PostgreSQL when its writes are alike: begin, lock and read, write and move the fence, commit.
 */
export function createApplier({
  client,
  dataModel,
  batchMs = 30_000,
  idleMs = 10_000,
  lockMs = 2_000,
}: ApplierOptions): Applier {
  const original = originalOf(client) as TransactionClient
  const dialect = dialectOf(dataModel.provider)
  const schema = databaseSchemaOf(client) ?? dialect.schema
  const table = [...(schema === null ? [] : [schema]), fenceTable].map(dialect.quote).join('.')
  const isPostgres = dataModel.provider === 'postgresql'
  const fence = createFence({ dialect, table, limits: isPostgres ? { idleMs, lockMs } : null })
  // Where Prisma acts as the foreign keys, it has to see the deletes.
  const writer =
    isPostgres && dataModel.hasForeignKeys
      ? createPostgresWriter(original, { schema: schema ?? 'public' })
      : createPlainWriter()
  const blameless = new WeakSet<object>()
  const inTransaction = { timeout: batchMs, maxWait: connectionMs }

  return {
    claim(partition) {
      return original.$transaction((tx) => notOfTheWrites(fence.claim(tx, partition)), inTransaction)
    },
    async apply(batch) {
      const model = modelOf(dataModel, batch)
      await notOfTheWrites(writer.prepare(model))
      try {
        return await original.$transaction(async (tx) => {
          const found = await notOfTheWrites(fence.hold(tx, batch))
          if (found?.epoch !== batch.epoch) return 'fenced'
          const { last } = found
          if (last !== null && comparePositions(batch.upTo, last) <= 0) return 'applied'
          const waves = coalesce(writesAfter(last, batch), { dataModel, model, makeDecimal })
          const step = fence.moveTo(batch.stream, { isFirst: last === null, to: batch.upTo, epoch: batch.epoch })
          await writer.write(tx, { model, waves, step })
          return 'applied'
        }, inTransaction)
      } catch (error) {
        if (!isTransient(error)) writer.forget(model)
        throw error
      }
    },
    database: () => notOfTheWrites(fence.database(original, randomUUID())),
    describe: errorSummary,
    isTransient,
  }

  function isTransient(error: unknown): boolean {
    return (typeof error === 'object' && error !== null && blameless.has(error)) || isTransientError(error)
  }

  /** Whatever is wrong with the table of the fences, no write must be set aside for it. */
  async function notOfTheWrites<T>(step: Promise<T>): Promise<T> {
    try {
      return await step
    } catch (cause) {
      const error = driverErrorOf(cause)?.kind === 'TableDoesNotExist' ? noTable(cause) : cause
      if (typeof error === 'object' && error !== null) blameless.add(error)
      throw error
    }
  }
}

const fenceTable = '_cache_write_behind'

function makeDecimal(digits: string): Decimal {
  return new Decimal(digits)
}

function modelOf(dataModel: DataModel, { model }: ApplyBatch): Model {
  const found = dataModel.models.get(model)
  if (!found) throw new TypeError(`The schema has no model ${model}.`)
  return found
}

/** Those that are not in the database yet: writes come in order. */
function writesAfter(last: Position | null, { writes }: ApplyBatch): readonly PendingWrite[] {
  const first = last === null ? 0 : writes.findIndex(({ position }) => comparePositions(position, last) > 0)
  return first < 0 ? [] : writes.slice(first).map(({ write }) => write)
}

function noTable(cause: unknown): CacheError {
  return new CacheError('WRITE_BEHIND.NO_TABLE', `The database has no table ${fenceTable}.`, {
    fix: `Add the model CacheWriteBehind to the schema, with @@map("${fenceTable}"), and migrate.`,
    cause,
  })
}
