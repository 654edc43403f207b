import type { Acceptable, ResolvedWrite } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import { CacheError } from '../../core/errors.ts'
import { type AcceptAnswer, partitionOf } from '../../core/pending-store.ts'
import type { Store } from '../../core/store.ts'
import { type AcceptRowDeps, type RowToAccept, rowToAccept } from './accept-row.ts'
import type { Base } from './base.ts'
import type { Bases } from './bases.ts'
import { type CarriedStamps, createCarried } from './carried.ts'
import type { PendingModel } from './pending-model.ts'
import { createStaging, type Staged, type Staging } from './staging.ts'

/** `synchronous`: to be written at once, for the reason in a line. */
export type Accepted =
  | { readonly kind: 'accepted'; readonly writes: readonly ResolvedWrite[] }
  | { readonly kind: 'synchronous'; readonly reason: string }

export interface AcceptorDeps extends AcceptRowDeps {
  readonly store: Store
  readonly bases: Bases
  /** Told of every write that was accepted. */
  readonly onAccepted: (partition: number, writes: number, backlog: number) => void
}

export interface Acceptor {
  /**
   * @throws CacheError `WRITE_BEHIND.UNCONFIRMED` when the store did not say whether it accepted, or cannot be asked: nothing is written at
   * once then, for older writes of the row may be waiting in the store.
   */
  accept(acceptable: Acceptable, ids: readonly bigint[]): Promise<Accepted>
}

interface Job {
  readonly acceptable: Acceptable
  readonly ids: readonly bigint[]
  /** The row that was read for it. */
  base: Base | null
  attempts: number
  readonly resolve: (accepted: Accepted) => void
  readonly reject: (error: unknown) => void
}

/** After so many attempts at which others wrote the row first, or kinds of lookups were dropped, the write goes to the database. */
const attemptsMax = 8
const groupMax = 256
/** Rows of one write. More would hold up everybody else in the store. */
const wholeMax = 1000

/**
 * Accepts the writes of one model: makes each of its row, and hands all that came meanwhile to the store in one step.
 *
 * One group is under way at a time. A row that several writes of a group are about is stored once, as the last of them leaves it; the
 * next group builds on it without asking the store. Where another process wrote the row, the store refuses it, and it is read again.
 */
export function createAcceptor(model: PendingModel, deps: AcceptorDeps): Acceptor {
  const { store, bases, onAccepted } = deps
  const carried = createCarried(model, store)
  const none = `\n${deps.codec.encode(null)}`
  const queue: Job[] = []
  let isRunning = false
  let { partitions } = model

  function enqueue(job: Job): void {
    queue.push(job)
    if (isRunning) return
    isRunning = true
    void run()
  }

  async function run(): Promise<void> {
    // Others of this tick come along.
    await Promise.resolve()
    while (queue.length > 0) {
      const jobs = takeGroup(queue)
      await acceptGroup(jobs).catch((error) => fail(jobs, error))
    }
    isRunning = false
  }

  async function acceptGroup(jobs: readonly Job[]): Promise<void> {
    const stamps = await carried.stamps()
    if (!stamps) {
      refuse(jobs, noRoom)
      return
    }
    const staging: Staging<Job> = createStaging(model)
    for (const job of jobs) stage(job, staging, stamps)
    const groups = staging.groups((row) => partitionOf(row, partitions))
    if (groups.size > 1 && jobs.some(({ acceptable }) => acceptable.isWhole)) {
      refuse(jobs, scattered)
      return
    }
    await Promise.all([...groups].map(([number, staged]) => send(number, staged, stamps)))
  }

  function stage(job: Job, staging: Staging<Job>, stamps: CarriedStamps): void {
    const { lookup } = job.acceptable
    const staged = lookup && staging.rowOf(lookup)
    let base = staged ?? job.base ?? (lookup && bases.known(lookup))
    if (base && !staged && !stamps.isOf(base, lookup!)) base = undefined
    if (base === undefined) {
      loadBase(job, lookup!)
      return
    }
    const resolved = job.acceptable.resolve(base?.row ?? null, { now: new Date(), ids: job.ids })
    if (resolved.kind === 'synchronous') job.resolve(resolved)
    else if (resolved.writes.length === 0) job.resolve({ kind: 'accepted', writes: [] })
    else if (resolved.writes.length > wholeMax) refuse([job], tooMany)
    else if (!staging.add(job, resolved.writes, base)) refuse([job], noName)
  }

  function loadBase(job: Job, lookup: UniqueLookup): void {
    job.base = null
    job.attempts += 1
    if (job.attempts > attemptsMax) {
      refuse([job], othersWrite)
      return
    }
    bases.load(lookup).then(
      (base) => {
        if (!base) {
          refuse([job], noRoom)
          return
        }
        job.base = base
        // What it was read under is newer than what we carry, if it is another.
        if (job.attempts > 1) carried.forget()
        enqueue(job)
      },
      (error) => job.reject(isOutage(error) ? unconfirmed(model.model, error) : error),
    )
  }

  async function send(number: number, staged: readonly Staged<Job>[], stamps: CarriedStamps): Promise<void> {
    const jobs = distinct(staged.flatMap((one) => one.jobs))
    const rows = staged.map((one) => rowToAccept(model, one, stamps, deps))
    const { backlogMax, durability } = model
    const isWhole = jobs.some(({ acceptable }) => acceptable.isWhole)
    let answer: AcceptAnswer
    try {
      answer = await store.pending.accept({
        partition: { model: model.model, number },
        ...{ partitions, backlogMax, durability, isWhole, none },
        ...{ root: stamps.root, shapes: stamps.shapes, rows: rows.map(({ row }) => row) },
      })
    } catch (error) {
      fail(jobs, error)
      return
    }
    switch (answer.kind) {
      case 'accepted':
        conclude(number, { staged, rows, answer, isWhole })
        return
      case 'gated':
        refuse(jobs, 'a synchronous write on the model is under way')
        return
      case 'full':
        refuse(jobs, `${model.backlogMax} writes are waiting`)
        return
      case 'partitioned':
        partitions = answer.partitions
        again(jobs)
        return
      case 'changed':
        carried.forget()
        bases.forgetAll()
        again(jobs)
        return
    }
  }

  interface Sent {
    readonly staged: readonly Staged<Job>[]
    readonly rows: readonly RowToAccept[]
    readonly answer: Extract<AcceptAnswer, { kind: 'accepted' }>
    readonly isWhole: boolean
  }

  function conclude(number: number, { staged, rows, answer, isWhole }: Sent): void {
    const { refused, isDurable, backlog } = answer
    if (isWhole && refused.size > 0) {
      for (const { lookups } of staged) bases.forget(lookups)
      const jobs = distinct(staged.flatMap((one) => one.jobs))
      if ([...refused.values()].includes('taken')) refuse(jobs, taken)
      else again(jobs)
      return
    }
    let writes = 0
    for (const [i, one] of staged.entries()) {
      const verdict = refused.get(i)
      const { keep } = rows[i]!
      if (verdict || !keep) bases.forget(one.lookups)
      else bases.keep(one, keep)
      if (verdict === 'taken') refuse(one.jobs, taken)
      else if (verdict) again(one.jobs)
      else {
        writes += one.writes.length
        for (const job of one.jobs) finish(job, one.writesOf(job), isDurable)
      }
    }
    if (writes > 0) onAccepted(number, writes, backlog)
  }

  function finish(job: Job, writes: readonly ResolvedWrite[], isDurable: boolean): void {
    if (isDurable) job.resolve({ kind: 'accepted', writes })
    else job.reject(notDurable(model))
  }

  function refuse(jobs: readonly Job[], reason: string): void {
    for (const job of jobs) job.resolve({ kind: 'synchronous', reason })
  }

  function again(jobs: readonly Job[]): void {
    for (const job of jobs) {
      job.base = null
      job.attempts += 1
      if (job.attempts > attemptsMax) refuse([job], othersWrite)
      else enqueue(job)
    }
  }

  /** Whether the store took them is not known; unless it refused them as a whole, before anything was written. */
  function fail(jobs: readonly Job[], error: unknown): void {
    bases.forgetAll()
    carried.forget()
    if (isOutOfMemory(error)) refuse(jobs, 'the store is out of memory')
    else for (const job of jobs) job.reject(isOutage(error) ? unconfirmed(model.model, error) : error)
  }

  return {
    accept: (acceptable, ids) =>
      new Promise((resolve, reject) => enqueue({ acceptable, ids, base: null, attempts: 0, resolve, reject })),
  }
}

const noRoom = 'the store has no room for the kinds of lookups of the model'
const noName = 'one of its rows cannot be told from others surely'
const othersWrite = 'others write the row'
const scattered = 'its rows are in several partitions'
const tooMany = 'it has too many rows'
const taken = 'the row exists, or writes of it are waiting'

/** What is all or nothing goes by itself. */
function takeGroup(queue: Job[]): readonly Job[] {
  const at = queue.findIndex((job) => job.acceptable.isWhole)
  return queue.splice(0, at === 0 ? 1 : at > 0 ? Math.min(at, groupMax) : groupMax)
}

function distinct<T>(all: readonly T[]): readonly T[] {
  return [...new Set(all)]
}

function isOutage(error: unknown): boolean {
  return error instanceof CacheError && error.code.startsWith('STORE.')
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && /\bOOM\b/.test(error.message)
}

function notDurable({ model, durability }: PendingModel): CacheError {
  const message = `A write of ${model} was accepted, but Redis did not confirm in time that it is ${durability}.`
  return new CacheError('WRITE_BEHIND.UNCONFIRMED', message, { model, fix: 'It is applied unless Redis loses it.' })
}

function unconfirmed(model: string, cause: unknown): CacheError {
  return new CacheError('WRITE_BEHIND.UNCONFIRMED', `Redis did not confirm that it accepted a write of ${model}.`, {
    model,
    cause,
    fix: 'It may have been accepted all the same, as a commit may whose answer was lost.',
  })
}
