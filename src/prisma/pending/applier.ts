import { randomUUID } from 'node:crypto'
import type { DataModel, Model } from '../../analysis/data-model.ts'
import { coalesce, type Wave } from '../../analysis/pending/coalesce.ts'
import { systemClock } from '../../core/clock.ts'
import { CacheError } from '../../core/errors.ts'
import { inTime } from '../../core/in-time.ts'
import { comparePositions, type Position } from '../../core/stream-position.ts'
import type { Applier, ApplyBatch, PlacedWrite } from '../../strategies/pending/applier.ts'
import { driverErrorOf } from '../driver-error.ts'
import { databaseSchemaOf, originalOf } from '../internals.ts'
import { isTransientError } from '../transient.ts'
import { Decimal } from '../values.ts'
import { dialectOf } from './dialects.ts'
import { errorSummary } from './error-summary.ts'
import { createFence } from './fence.ts'
import type { FlushClient } from './flush-client.ts'
import { createPlainWriter } from './plain-writer.ts'
import { createPostgresWriter } from './postgres/postgres-writer.ts'
import type { RawClient, TransactionClient } from './raw-client.ts'
import type { ModelWriter, WavePlan } from './wave-writer.ts'

export interface ApplierOptions {
  /** Any client of the database: what extensions do is left out. */
  readonly client: object
  /** Does what needs the client, which may be closed at any time. Default: at once. */
  readonly use?: FlushClient['use']
  readonly dataModel: DataModel
  /** The longest that a batch may take, in ms. Default: 30 s. */
  readonly batchMs?: number
  /** The longest wait for a connection out of the pool, in ms. Default: 5 s. */
  readonly connectionMs?: number
  /** How long PostgreSQL waits for us within a batch before it ends the batch: a frozen process must let go. Default: 10 s. */
  readonly idleMs?: number
  /** How long a batch waits for a row that another transaction holds, on PostgreSQL. Default: 2 s. */
  readonly lockMs?: number
}

/**
 * Applies pending writes by a Prisma client.
 *
 * A batch whose writes are alike costs one round trip on PostgreSQL, where the applier knows how far the stream is applied; else four: begin, lock
 * and read, write and move the fence, commit.
 */
export function createApplier({
  client,
  use = (work) => work(),
  dataModel,
  batchMs = 30_000,
  connectionMs = 5_000,
  idleMs = 10_000,
  lockMs = 2_000,
}: ApplierOptions): Applier {
  const original = originalOf(client) as TransactionClient
  const dialect = dialectOf(dataModel.provider)
  const schema = databaseSchemaOf(client) ?? dialect.schema
  const fenceSchema = schemaOfFence(dataModel) ?? schema
  const table = [...(fenceSchema === null ? [] : [fenceSchema]), fenceTable].map(dialect.quote).join('.')
  const isPostgres = dataModel.provider === 'postgresql'
  const fence = createFence({ dialect, table, limits: isPostgres ? { idleMs, lockMs } : null })
  // Where Prisma acts as the foreign keys, it has to see the deletes.
  const writer =
    isPostgres && dataModel.hasForeignKeys
      ? createPostgresWriter(original, { schema: schema ?? 'public' })
      : createPlainWriter()
  const blameless = new WeakSet<object>()
  /** By partition: how far its stream was applied by the batch before, if that is certain. */
  const reached = new Map<string, Reached>()
  /** By writes that are to be applied together. Not kept past an error: the table may be another one than was known. */
  const prepared = new WeakMap<readonly PlacedWrite[], WavePlan>()
  /** By partition: the epoch of an owner whose statement may yet arrive. Until there is a new owner nothing is certain to be refused. */
  const doubtful = new Map<string, bigint>()
  const inTransaction = { timeout: batchMs, maxWait: connectionMs }

  return {
    claim(partition) {
      return answered(() => original.$transaction((tx) => notOfTheWrites(fence.claim(tx, partition)), inTransaction))
    },
    async prepare({ model: name, writes }) {
      const model = dataModel.models.get(name)
      if (!model || prepared.has(writes)) return
      try {
        const own = await notOfTheWrites(answered(() => writer.prepare(model)))
        prepared.set(writes, own.plan(wavesOf(model, writes)))
      } catch {
        // It is told by who applies them.
      }
    },
    async apply(batch) {
      const model = modelOf(dataModel, batch)
      if (doubtful.get(batch.partition) === batch.epoch) return 'fenced'
      try {
        const own = await notOfTheWrites(answered(() => writer.prepare(model)))
        const planFrom = plannerOf(model, batch, own)
        return (await applyAtOnce(batch, planFrom)) ?? (await applyInSteps(batch, planFrom))
      } catch (error) {
        prepared.delete(batch.writes)
        if (!isTransient(error)) writer.forget(model)
        throw error
      }
    },
    database: () => notOfTheWrites(answered(() => fence.database(original, randomUUID()))),
    describe: errorSummary,
    isTransient,
  }

  /** `null`: nothing was applied by it, and the long way tells why, or goes. */
  async function applyAtOnce(batch: ApplyBatch, planFrom: Planner): Promise<'applied' | null> {
    const { partition, stream, epoch, upTo } = batch
    const known = reached.get(partition)
    // Until it is known how this ends.
    reached.delete(partition)
    if (known?.stream !== stream) return null
    const condition = fence.moveFrom({ partition, stream, epoch, from: known.last, to: upTo })
    const { writeIf } = planFrom(known.last)
    if (!condition || !writeIf) return null
    try {
      const isWritten = await answered(() => writeIf(original, condition), batchMs)
      if (!isWritten) return null
    } catch (error) {
      if (!isTransient(error)) return null
      if (!isAnswer(error)) doubtful.set(partition, epoch)
      throw error
    }
    reached.set(partition, { stream, last: upTo })
    return 'applied'
  }

  async function applyInSteps(batch: ApplyBatch, planFrom: Planner): Promise<'applied' | 'fenced'> {
    const { partition, stream, epoch, upTo } = batch
    const step = async (tx: RawClient) => {
      const found = await notOfTheWrites(fence.hold(tx, batch))
      if (found?.epoch !== epoch) return 'fenced'
      const { last } = found
      if (last !== null && comparePositions(upTo, last) <= 0) return 'applied before'
      await planFrom(last).write(tx, fence.moveTo(stream, { isFirst: last === null, to: upTo, epoch }))
      return 'applied'
    }
    const outcome = await answered(() => original.$transaction(step, inTransaction))
    if (outcome === 'applied') reached.set(partition, { stream, last: upTo })
    return outcome === 'fenced' ? outcome : 'applied'
  }

  /**
   * Prisma ends a transaction that takes too long, but waits for ever for an answer that a silently dead connection owes: whoever leads would hold the
   * partition for as long. Later than Prisma's own limits. Rejects with what counts as transient.
   */
  async function answered<T>(ask: () => Promise<T>, limitMs = batchMs + 2 * connectionMs): Promise<T> {
    const waited = await inTime(use(ask), limitMs, systemClock)
    if (waited.kind === 'done') return waited.value
    throw waited.kind === 'failed' ? waited.error : new Error(`The database did not answer within ${limitMs} ms.`)
  }

  /** Plans once, unless it turns out that another part of the batch is applied already. */
  function plannerOf(model: Model, batch: ApplyBatch, own: ModelWriter): Planner {
    let made: { readonly last: Position | null; readonly plan: WavePlan } | undefined
    return (last) => {
      if (!made || !isSame(made.last, last)) {
        const writes = writesAfter(last, batch)
        made = { last, plan: prepared.get(writes) ?? own.plan(wavesOf(model, writes)) }
      }
      return made.plan
    }
  }

  function wavesOf(model: Model, writes: readonly PlacedWrite[]): readonly Wave[] {
    return coalesce(
      writes.map(({ write }) => write),
      { dataModel, model, makeDecimal },
    )
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

/** Where the schema of the client has a model of it, which may say where it is. */
function schemaOfFence({ models }: DataModel): string | null {
  return [...models.values()].find(({ table }) => table === fenceTable)?.databaseSchema ?? null
}

function makeDecimal(digits: string): Decimal {
  return new Decimal(digits)
}

function modelOf(dataModel: DataModel, { model }: ApplyBatch): Model {
  const found = dataModel.models.get(model)
  if (!found) throw new TypeError(`The schema has no model ${model}.`)
  return found
}

/** What is to be done where the stream is applied up to here. */
type Planner = (last: Position | null) => WavePlan

/**
 * Whether the database itself says that a statement failed, by a SQLSTATE: then it is over. Not where that is about the connection (08) or the
 * server ending (57P); and not an error of the socket, which may be as long (`EPIPE`) but has no digit.
 */
function isAnswer(error: unknown): boolean {
  return /^(?!08|57P)(?=.*\d)[0-9A-Z]{5}$/.test(driverErrorOf(error)?.originalCode ?? '')
}

interface Reached {
  readonly stream: string
  readonly last: Position
}

function isSame(a: Position | null, b: Position | null): boolean {
  return a === null || b === null ? a === b : comparePositions(a, b) === 0
}

/** Those that are not in the database yet: writes come in order. */
function writesAfter(last: Position | null, { writes }: ApplyBatch): readonly PlacedWrite[] {
  const first = last === null ? 0 : writes.findIndex(({ position }) => comparePositions(position, last) > 0)
  return first === 0 ? writes : first < 0 ? [] : writes.slice(first)
}

function noTable(cause: unknown): CacheError {
  return new CacheError('WRITE_BEHIND.NO_TABLE', `The database has no table ${fenceTable}.`, {
    fix: `Add the model CacheWriteBehind to the schema, with @@map("${fenceTable}"), and migrate.`,
    cause,
  })
}
