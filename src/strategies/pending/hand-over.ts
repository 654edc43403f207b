import type { AcceptAnswer } from '../../core/pending-store.ts'
import type { Store } from '../../core/store.ts'
import { type AcceptRowDeps, type RowToAccept, rowToAccept } from './accept-row.ts'
import type { Bases } from './bases.ts'
import type { CarriedStamps } from './carried.ts'
import { fail, type Job, notDurable, refuse } from './jobs.ts'
import type { PendingModel } from './pending-model.ts'
import type { Staged } from './staging.ts'

export interface HandOverDeps extends AcceptRowDeps {
  readonly store: Store
  readonly bases: Bases
  /** Told of every write that was accepted. */
  readonly onAccepted: (partition: number, writes: number, backlog: number) => void
}

/** What the store may say that others have to act on. */
export interface HandOverNews {
  /** These come again: others wrote their rows, or something else is not as it was thought. */
  readonly again: (jobs: readonly Job[]) => void
  /** These met synchronous writes on the model. */
  readonly gated: (jobs: readonly Job[], gates: readonly string[]) => void
  /** Nothing that is known of rows and stamps is certain any more. */
  readonly forget: () => void
  readonly partitioned: (partitions: number) => void
}

/** A partition, and of how many: what is asked for must not change meanwhile. */
export interface Place {
  readonly number: number
  readonly count: number
}

/**
 * Hands the rows of one partition to the store, in as few steps as it takes well, and answers their jobs.
 *
 * @param onSent called when all of them are on their way.
 */
export type HandOver = (
  place: Place,
  staged: readonly Staged<Job>[],
  stamps: CarriedStamps,
  onSent: () => void,
) => Promise<void>

/** What is handed to the store in one step, unless it is one row or one write: it is read back so, within the deadline of a command. */
const charactersMax = 512 * 1024

export function createHandOver(model: PendingModel, deps: HandOverDeps, news: HandOverNews): HandOver {
  const { store, bases, onAccepted } = deps
  const { again, gated, forget, partitioned } = news
  const none = `\n${deps.codec.encode(null, model.model)}`

  const handOver: HandOver = async (place, staged, stamps, onSent) => {
    let part: Sent = { staged: [], rows: [] }
    let characters = 0
    for (const one of staged) {
      const isWhole = one.jobs.some(({ acceptable }) => acceptable.isWhole)
      let row: RowToAccept
      try {
        row = rowToAccept(model, one, stamps, deps)
      } catch {
        // The codec was given by the user. Prisma has its own way to write the row.
        refuse(isWhole ? jobsOf(staged) : one.jobs, uncodable)
        if (!isWhole) continue
        onSent()
        return
      }
      if (characters > 0 && characters + row.characters > charactersMax && !isWhole) {
        await send(place, part, stamps)
        part = { staged: [], rows: [] }
        characters = 0
      }
      part.staged.push(one)
      part.rows.push(row)
      characters += row.characters
    }
    const sent = part.rows.length > 0 ? send(place, part, stamps) : undefined
    onSent()
    await sent
  }

  async function send({ number, count }: Place, sent: Sent, stamps: CarriedStamps): Promise<void> {
    const jobs = jobsOf(sent.staged)
    const { backlogMax, durability } = model
    const isWhole = jobs.some(({ acceptable }) => acceptable.isWhole)
    let answer: AcceptAnswer
    try {
      answer = await store.pending.accept({
        partition: { model: model.model, number },
        ...{ partitions: count, backlogMax, durability, isWhole, none },
        ...{ root: stamps.root, shapes: stamps.shapes, rows: sent.rows.map(({ row }) => row) },
      })
    } catch (error) {
      forget()
      fail(jobs, model, error)
      return
    }
    switch (answer.kind) {
      case 'accepted':
        conclude(number, sent, { ...answer, isWhole })
        return
      case 'gated':
        gated(jobs, answer.gates)
        return
      case 'full':
        refuse(jobs, `${model.backlogMax} writes are waiting`)
        return
      case 'partitioned':
        partitioned(answer.partitions)
        again(jobs)
        return
      case 'changed':
        forget()
        again(jobs)
        return
    }
  }

  function conclude(
    number: number,
    { staged, rows }: Sent,
    { refused, isDurable, backlog, isWhole }: Extract<AcceptAnswer, { kind: 'accepted' }> & { isWhole: boolean },
  ): void {
    if (isWhole && refused.size > 0) {
      for (const { lookups } of staged) bases.forget(lookups)
      if ([...refused.values()].includes('taken')) refuse(jobsOf(staged), taken)
      else again(jobsOf(staged))
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
        writes += one.writes
        for (const job of one.jobs) {
          if (isDurable) job.resolve({ kind: 'accepted', writes: one.writesOf(job) })
          else job.reject(notDurable(model))
        }
      }
    }
    if (writes > 0) onAccepted(number, writes, backlog)
  }

  return handOver
}

interface Sent {
  readonly staged: Staged<Job>[]
  readonly rows: RowToAccept[]
}

const taken = 'the row exists, or writes of it are waiting'
const uncodable = 'it cannot be encoded'

function jobsOf(staged: readonly Staged<Job>[]): readonly Job[] {
  return [...new Set(staged.flatMap(({ jobs }) => jobs))]
}
