import type { Acceptable, Row } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { DeadLetters } from '../../core/client.ts'
import type { Clock, Timer } from '../../core/clock.ts'
import type { Stamp } from '../../core/entry-key.ts'
import { inTime } from '../../core/in-time.ts'
import type { MakeNonce } from '../../core/nonce.ts'
import type { PendingNews } from '../../core/pending-store.ts'
import { countUnderWay, type UnderWay } from '../../core/under-way.ts'
import { type Acceptor, createAcceptor } from './acceptor.ts'
import type { Applier } from './applier.ts'
import { createBarrier, type Settling } from './barrier.ts'
import { createBases } from './bases.ts'
import { createDeadLetters } from './dead-letters.ts'
import { createFlushWorker, type FlushWorker } from './flush-worker.ts'
import type { FlusherDeps } from './flusher-deps.ts'
import { createGates, type Gates } from './gates.ts'
import type { Accepted } from './jobs.ts'
import type { PendingModel } from './pending-model.ts'
import { refuseDeadLetters } from './refused-writes.ts'
import { checkDatabase, checkServer } from './server-check.ts'

export interface WriteBehindDeps extends FlusherDeps {
  readonly models: ReadonlyMap<string, PendingModel>
  readonly applier: Applier
  readonly clock: Clock
  readonly makeNonce: MakeNonce
  /** Between 0 and 1. */
  readonly random: () => number
  readonly gateMs: number
  /** How long reads and synchronous writes wait for a flush. */
  readonly flushDeadlineMs: number
  readonly loadRow: (lookup: UniqueLookup) => Promise<Row | null>
  /**
   * Integers that nobody else gets, from the sequence of the model's id; `null` where that is not known, or has none to spare.
   *
   * @param root the stamp of the model's root: with another one the sequence may have begun anew, and what is left of before is nobody's.
   */
  readonly reserveIds: (model: string, count: number, root: Stamp) => Promise<readonly bigint[] | null>
}

/** Write-behind: writes are accepted by the store, and brought into the database in batches. */
export interface WriteBehind {
  /** Whether any model has it. */
  readonly isInUse: boolean
  isPending(model: string): boolean
  /** Whether anything is being flushed, or may be. */
  isAwake(): boolean
  /**
   * @throws CacheError `WRITE_BEHIND.NOT_DURABLE` or `WRITE_BEHIND.NO_TABLE` when the servers are not fit for it, and as
   * {@link Acceptor.accept}.
   */
  accept(model: string, acceptable: Acceptable): Promise<Accepted>
  /** Told by who calls that, before and after: what is about to be accepted, {@link drain} waits for. */
  readonly accepting: Pick<UnderWay, 'begin' | 'end'>
  /** Resolves when what was accepted on these models before the call is in the database. */
  settled(models: Iterable<string>): Promise<void>
  readonly gates: Gates
  readonly deadLetters: DeadLetters
  /** As {@link settled} of every model, however long it takes. */
  flush(): Promise<void>
  /** As {@link flush}, also of what is about to be accepted, for `deadlineMs` at most. Resolves to how many writes are left, by model. Never rejects. */
  drain(deadlineMs: number): Promise<ReadonlyMap<string, number>>
  /** Begins to flush. Idempotent. */
  start(): void
  /** Resolves when nothing is flushed any more, or a batch that is under way does not end. */
  stop(): Promise<void>
  /** Resolves when that has ended, too; waits for it a second at most. */
  ended(): Promise<void>
}

/** How long a batch that is under way is waited for at the end. */
const stopMs = 1000

export function createWriteBehind(deps: WriteBehindDeps): WriteBehind {
  const { models, store, clock, report, flushDeadlineMs } = deps
  const { pending } = store
  const workers = new Map<string, FlushWorker>()
  const acceptors = new Map<string, Acceptor>()
  /** By model: whether its servers are fit for it, or that is being found out. */
  const ready = new Map<string, Promise<void> | true>()
  /** By model, those who wait for its accepted writes. */
  const awaiting = new Map<string, Set<(settled: Settling) => void>>()
  let atStop: (() => void)[] = []
  let isStarted = false
  let ending: Promise<unknown> = Promise.resolve()
  const accepting = countUnderWay()

  const barrier = createBarrier({
    pending,
    clock,
    flushSoon(model, partitions) {
      for (const number of partitions) workerOf(model, number).flushSoon()
      pending.nudge(model).catch(() => {})
    },
    listen,
  })
  const settled = (model: string) => barrier.pass(model, flushDeadlineMs)
  const gates = createGates({
    ...{ pending, clock, makeNonce: deps.makeNonce, report, settled, gateMs: deps.gateMs },
    isPending: (model) => models.has(model),
  })

  function workerOf(model: string, number: number): FlushWorker {
    const name = `${model} ${number}`
    const worker = workers.get(name) ?? createFlushWorker({ model, number }, models.get(model)!, deps)
    workers.set(name, worker)
    worker.start()
    return worker
  }

  function acceptorOf(name: string): Acceptor {
    const model = models.get(name)!
    const made = acceptors.get(name)
    if (made) return made
    const bases = createBases(model, { ...deps, settled: () => settled(name) })
    const acceptor = createAcceptor(model, {
      ...deps,
      bases,
      reserveIds: (count, root) => deps.reserveIds(name, count, root),
      onAccepted(number, writes, backlog) {
        report({ kind: 'accepted', model: name, writes, backlog })
        // It was on its way when this was stopped: who leads has to hear of those who wait.
        start()
        workerOf(name, number).accepted(writes)
      },
    })
    acceptors.set(name, acceptor)
    return acceptor
  }

  /** Once; what failed is looked at again with the next write. */
  async function checked(model: PendingModel): Promise<void> {
    const name = model.model
    const known = ready.get(name)
    if (known) return known === true ? undefined : known
    const checking = Promise.all([checkServer(model, pending), checkDatabase(model, pending, deps.applier)]).then(
      () => void ready.set(name, true),
    )
    ready.set(name, checking)
    checking.catch(() => ready.delete(name))
    await checking
  }

  async function acceptWhenReady(model: PendingModel, acceptable: Acceptable): Promise<Accepted> {
    const name = model.model
    await checked(model)
    const accepted = await acceptorOf(name).accept(acceptable)
    if (accepted.kind === 'accepted' && model.durability === 'applied') {
      await settled(name)
      await refuseDeadLetters(model, accepted.writes, pending)
    }
    return accepted
  }

  function onNews(model: string, news: PendingNews): void {
    if (news.kind === 'settled') for (const onSettled of awaiting.get(model) ?? []) onSettled(news)
    else for (const [name, worker] of workers) if (name.startsWith(`${model} `)) worker.flushSoon()
  }

  function listen(model: string, onSettled: (settled: Settling) => void): () => void {
    const listeners = awaiting.get(model) ?? new Set()
    awaiting.set(model, listeners)
    listeners.add(onSettled)
    return () => listeners.delete(onSettled)
  }

  function start(): void {
    if (isStarted || models.size === 0) return
    isStarted = true
    for (const { model, partitions } of models.values()) {
      atStop.push(pending.listen(model, (news) => onNews(model, news)))
      for (let number = 0; number < partitions; number += 1) workerOf(model, number)
      atStop.push(takeOver(model))
    }
  }

  /**
   * Flushes what waits in partitions that are not configured here, for whoever made them may die: an older release, also after this one has started.
   * Looks as often as leads are asked for.
   */
  function takeOver(model: string): () => void {
    let isOver = false
    let timer: Timer | undefined
    async function look(): Promise<void> {
      // A store out of reach says the next time.
      const found = await pending.backlog(model).catch(() => null)
      if (isOver) return
      for (const { number } of found?.latest ?? []) workerOf(model, number)
      timer = clock.inBackground(deps.leadMs / 2, () => void look())
    }
    void look()
    return () => {
      isOver = true
      timer?.cancel()
    }
  }

  async function flush(): Promise<void> {
    await Promise.all([...models.keys()].map((model) => barrier.pass(model, null)))
  }

  return {
    isInUse: models.size > 0,
    isPending: (model) => models.has(model),
    isAwake: () => workers.size > 0,
    accepting,
    accept(name, acceptable) {
      const model = models.get(name)!
      const isPlain = model.durability !== 'applied'
      // Nearly every write: another promise would cost it more.
      return isPlain && ready.get(name) === true
        ? acceptorOf(name).accept(acceptable)
        : acceptWhenReady(model, acceptable)
    },
    async settled(names) {
      const own = [...new Set(names)].filter((name) => models.has(name))
      await Promise.all(own.map(settled))
    },
    gates,
    deadLetters: createDeadLetters({ ...deps, settled }),
    flush,
    async drain(deadlineMs) {
      const giveUpMs = clock.nowMs() + deadlineMs
      await inTime(accepting.ended(), deadlineMs, clock)
      const leftMs = giveUpMs - clock.nowMs()
      await Promise.all([...models.keys()].map((model) => barrier.pass(model, leftMs).catch(() => {})))
      const left = async (model: string) => [model, (await pending.backlog(model)).writes] as const
      const all = await Promise.all([...models.keys()].map((model) => left(model).catch(() => [model, 0] as const)))
      return new Map(all.filter(([, writes]) => writes > 0))
    },
    start,
    async ended() {
      await inTime(ending, stopMs, clock)
    },
    async stop() {
      isStarted = false
      for (const stop of atStop) stop()
      atStop = []
      const stopping = [...workers.values()]
      workers.clear()
      ending = Promise.all([ending, ...stopping.map((worker) => worker.stop())])
      // A batch that does not come to its end is taken back or found again: nobody has to wait for it.
      await inTime(ending, stopMs, clock)
    },
  }
}
