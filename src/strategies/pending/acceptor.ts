import type { Acceptable } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { Stamp } from '../../core/entry-key.ts'
import { partitionOf } from '../../core/pending-names.ts'
import type { Base } from './base.ts'
import { type CarriedStamps, createCarried } from './carried.ts'
import { createHandOver, type HandOverDeps } from './hand-over.ts'
import { type Accepted, fail, type Job, refuse, takeGroup } from './jobs.ts'
import { createLater } from './later.ts'
import type { PendingModel } from './pending-model.ts'
import { createStaging, type Staging } from './staging.ts'

export interface Acceptor {
  /**
   * @throws CacheError `WRITE_BEHIND.UNCONFIRMED` when the store did not say whether it accepted, or cannot be asked: nothing is written at
   * once then, for older writes of the row may be waiting in the store.
   */
  accept(acceptable: Acceptable): Promise<Accepted>
}

export interface AcceptorDeps extends HandOverDeps {
  /** See `WriteBehindDeps.reserveIds`; of this model. */
  readonly reserveIds: (count: number, root: Stamp) => Promise<readonly bigint[] | null>
}

/** One that the store is at, and one that this process is at. */
const groupsMax = 2
/** After so many attempts at which others wrote the row first, or kinds of lookups were dropped, the write goes to the database: after some 0.2 s. */
const attemptsMax = 30
/** Rows of one write. More would hold up everybody else in the store. */
const wholeMax = 1000
/** What all jobs of a group have in common. */
interface Moment {
  readonly stamps: CarriedStamps
  readonly now: Date
}

interface Group {
  /** Of every lookup that finds one of its rows, or found it before. */
  readonly names: Pick<ReadonlySet<string>, 'has'>
  /** Partitions of which not all has left. */
  readonly unsent: ReadonlySet<number>
  /** Never rejects. */
  readonly ended: Promise<void>
}

/**
 * Accepts the writes of one model: makes each of its row, and hands all that came meanwhile to the store in one step.
 *
 * Two groups are under way at a time, which have no row in common. A row that several writes of a group are about is stored once, as the last
 * of them leaves it; the next group that has it builds on it without asking the store. Where another process wrote the row, the store refuses
 * it, and it is read again.
 */
export function createAcceptor(model: PendingModel, deps: AcceptorDeps): Acceptor {
  const { store, bases } = deps
  const carried = createCarried(model, store)
  const queue: Job[] = []
  const underWay = new Set<Group>()
  let isRunning = false
  let { partitions } = model
  const later = createLater({ ...deps, enqueue })
  const handOver = createHandOver(model, deps, {
    again,
    gated,
    forget,
    partitioned: (found) => {
      partitions = found
    },
  })

  function enqueue(job: Job): void {
    queue.push(job)
    if (isRunning) return
    isRunning = true
    void run()
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      // Others of this tick come along.
      await new Promise(process.nextTick)
      const jobs = mayBegin() ? takeGroup(queue, isBusy) : []
      if (jobs.length > 0) await begin(jobs).catch((error) => fail(jobs, model, error))
      else await Promise.race([...underWay].map(({ ended }) => ended))
    }
    isRunning = false
  }

  function mayBegin(): boolean {
    if (underWay.size === groupsMax) return false
    // What is left of a group must not be overtaken: it may free a key that another row takes.
    for (const { unsent } of underWay) if (unsent.size > 0) return false
    return true
  }

  function isBusy({ acceptable: { lookup } }: Job): boolean {
    if (!lookup) return false
    for (const { names } of underWay) if (names.has(lookup.name)) return true
    return false
  }

  /** Resolves when it is under way, or over; each job is answered by itself. */
  async function begin(jobs: readonly Job[]): Promise<void> {
    let stamps: CarriedStamps | null
    try {
      stamps = await carried.stamps()
    } catch (error) {
      forget()
      fail(jobs, model, error)
      return
    }
    if (!stamps) {
      refuse(jobs, noRoom)
      return
    }
    const count = partitions
    const staging: Staging<Job> = createStaging(model)
    const now = new Date()
    for (const job of jobs) {
      try {
        stage(job, staging, { stamps, now })
      } catch (error) {
        job.reject(error)
      }
    }
    const groups = staging.groups((row) => partitionOf(row, count))
    if (groups.size > 1 && jobs.some(({ acceptable }) => acceptable.isWhole)) {
      refuse(jobs, scattered)
      return
    }
    if (groups.size === 0) return
    const unsent = new Set(groups.keys())
    const accepting = [...groups].map(([number, staged]) =>
      handOver({ number, count }, staged, stamps, () => unsent.delete(number)),
    )
    const ended = Promise.all(accepting)
      .catch((error) => fail(jobs, model, error))
      .then(() => void underWay.delete(group))
    const group: Group = { names: staging.names, unsent, ended }
    underWay.add(group)
  }

  function stage(job: Job, staging: Staging<Job>, { stamps, now }: Moment): void {
    const { lookup } = job.acceptable
    // What was accepted here is newer than what was read for a job that has waited since.
    const staged = lookup && staging.rowOf(lookup)
    const base = lookup && (staged ?? knownUnder(stamps, lookup, job))
    if (base === undefined) {
      loadBase(job, lookup!)
      return
    }
    const { idsNeeded } = job.acceptable
    // An upsert of a row that is there creates none.
    if (idsNeeded > 0 && !base?.row && job.ids?.root !== stamps.root) {
      reserveIds(job, stamps.root)
      return
    }
    const resolved = job.acceptable.resolve(base?.row ?? null, { now, ids: job.ids?.values ?? noIds })
    if (resolved.kind === 'synchronous') job.resolve(resolved)
    else if (resolved.writes.length === 0) job.resolve({ kind: 'accepted', writes: [] })
    else if (resolved.writes.length > wholeMax) refuse([job], tooMany)
    // That the key is free holds only if the store accepts what the group did to the row that had it.
    else if (staged?.row === null) refuse([job], noName)
    else if (!staging.add(job, resolved.writes, base)) refuse([job], noName)
  }

  /** What is known of the row from before. */
  function knownUnder(stamps: CarriedStamps, lookup: UniqueLookup, job: Job): Base | undefined {
    const known = bases.known(lookup)
    if (known && stamps.isOf(known, lookup)) return known
    return job.base && stamps.isOf(job.base, lookup) ? job.base : undefined
  }

  function loadBase(job: Job, lookup: UniqueLookup): void {
    job.base = null
    if (isTriedOften(job)) return
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
      (error) => fail([job], model, error),
    )
  }

  function reserveIds(job: Job, root: Stamp): void {
    if (isTriedOften(job)) return
    deps.reserveIds(job.acceptable.idsNeeded, root).then(
      (values) => {
        if (!values) {
          refuse([job], noSequence)
          return
        }
        job.ids = { root, values }
        enqueue(job)
      },
      (error) => fail([job], model, error),
    )
  }

  /** Counts one more attempt; then the write goes to the database. */
  function isTriedOften(job: Job): boolean {
    job.attempts += 1
    if (job.attempts <= attemptsMax) return false
    refuse([job], othersWrite)
    return true
  }

  function again(jobs: readonly Job[]): void {
    for (const job of jobs) {
      job.base = null
      if (!isTriedOften(job)) later.afterOthers(job)
    }
  }

  function gated(jobs: readonly Job[], gates: readonly string[]): void {
    // They are about to change what it stands for.
    carried.forget()
    for (const job of jobs) job.base = null
    refuse(later.atGates(jobs, gates), synchronousWrites)
  }

  function forget(): void {
    carried.forget()
    bases.forgetAll()
  }

  return {
    accept: (acceptable) =>
      new Promise((resolve, reject) =>
        enqueue({ acceptable, ids: null, base: null, attempts: 0, gatedSinceMs: null, resolve, reject }),
      ),
  }
}

const noRoom = 'the store has no room for the kinds of lookups of the model'
const noName = 'one of its rows cannot be told from others surely, or shares a key with one that is written meanwhile'
const othersWrite = 'others write the row'
const synchronousWrites = 'a synchronous write on the model is under way'
const scattered = 'its rows are in several partitions'
const noSequence = 'the sequence of its id is not known, or comes to its end'
const noIds: readonly bigint[] = []
const tooMany = 'it has too many rows'
