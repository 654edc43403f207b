import { pendingOf, validEntry } from './redis.ts'
import type { Row, State, Write } from './state.ts'

/** What is promised of every state. Returns what is wrong with this one. */
export function brokenPromise(state: State): string | undefined {
  const { db, truth, redis } = state
  for (const [row, happened] of truth.happened.entries()) {
    const stored = db.rows[row]!
    if (!isPrefix(stored, happened)) return `WRONG: the row is ${text(stored)}, and ${text(happened)} was acknowledged`
    const pending = pendingOf(state, row).map(({ write }) => write)
    const lost = happened.find((write) => !stored.includes(write) && !pending.includes(write))
    if (lost !== undefined) return `WRONG: write ${lost} is lost`
    const blocked = redis.blocked[row]
    const kept = [...pending, ...(blocked ? [blocked.poison, ...blocked.parked] : [])]
    const gone = truth.heldBack[row]!.find((write) => !kept.includes(write))
    if (gone !== undefined) return `WRONG: write ${gone} is lost, which was held back`
  }
  return isQuiet(state) ? staleEntry(state) : undefined
}

/** Nothing under way may leave an entry that is not what the database has. */
function staleEntry({ redis, db }: State): string | undefined {
  for (const [row, stored] of db.rows.entries()) {
    const entry = validEntry(redis, row)
    if (entry && redis.markers[row] === null && text(entry.data) !== text(stored))
      return `WRONG: the entry of the row is ${text(entry.data)}, and the row is ${text(stored)}`
  }
  const list = validEntry(redis, 'list')
  if (list && redis.stream.length === 0 && text(list.data) !== text(db.rows.flat()))
    return `WRONG: the entry of the list is ${text(list.data)}, and the list is ${text(db.rows.flat())}`
  return undefined
}

/** Whether everybody who has changed the database has said so; for one who never does, his successor has taken over. */
function isQuiet({ writers, flushers, db }: State): boolean {
  const isSucceeded = flushers.some(({ at, epoch }) => epoch === db.epoch && at !== 'leased' && at !== 'claimed')
  const isSaid = flushers.every(({ at, epoch }) => !unsaid.includes(at) || (epoch < db.epoch && isSucceeded))
  const isWriting = writers.some(
    ({ at, isOver }) => at === 'committed' || at === 'closed' || (at === 'dead' && !isOver),
  )
  return isSaid && !isWriting
}

const unsaid: readonly string[] = ['committed', 'removed', 'uncounted']

export function text(row: Row): string {
  return `[${row.join(' ')}]`
}

function isPrefix(start: Row, whole: Row): boolean {
  return start.length <= whole.length && start.every((write, i) => write === whole[i])
}

/** A read begins: what was acknowledged has to be in it, and nothing that the database refused. */
export function expectOf({ truth, redis }: State, rows: readonly number[]): { must: Write[]; mustNot: Write[] } {
  const happened = rows.flatMap((row) => truth.happened[row]!)
  const blocked = rows.flatMap((row) => redis.blocked[row] ?? [])
  return {
    must: happened.filter((write) => truth.acknowledged.includes(write)),
    mustNot: blocked.flatMap(({ poison, parked }) => [poison, ...parked]),
  }
}

/** A write is accepted. On a row that is blocked nobody is told more than the database knows. */
export function accepted(draft: State, row: number, write: Write, after: Row, isTold: boolean): string | undefined {
  const { truth } = draft
  const known = [...truth.happened[row]!, ...truth.heldBack[row]!]
  if (known.includes(write)) return `WRONG: write ${write} is accepted twice`
  if (isTold) acknowledge(draft, write)
  if (truth.heldBack[row]!.length > 0) {
    truth.heldBack[row] = [...truth.heldBack[row]!, write]
    return undefined
  }
  truth.happened[row] = [...truth.happened[row]!, write]
  // Nobody is promised to see what was lost, even if it turns up again.
  const promised = (writes: Row) => text(writes.filter((one) => !truth.lost.includes(one)))
  const isRight = promised(after) === promised(truth.happened[row])
  return isRight ? undefined : `WRONG: the answer is ${text(after)}, and the row is ${text(truth.happened[row])}`
}

export function acknowledge({ truth }: State, write: Write): void {
  truth.acknowledged = [...truth.acknowledged, write]
}

/** The database refused one: it and all that was accepted after it on its row are held back. */
export function heldBack(draft: State, row: number, write: Write): string | undefined {
  const { truth, db } = draft
  if (db.rows[row]!.includes(write)) return `WRONG: write ${write} is kept for a retry, and was applied`
  if (truth.heldBack[row]!.includes(write)) return undefined
  const pending = truth.happened[row]!.filter((one) => !db.rows[row]!.includes(one))
  truth.heldBack[row] = truth.lost.includes(write) && !pending.includes(write) ? [write, ...pending] : pending
  truth.happened[row] = db.rows[row]!
  for (const reader of draft.readers) reader.must = reader.must.filter((one) => !pending.includes(one))
  return truth.heldBack[row]!.includes(write) ? undefined : `WRONG: write ${write} is held back, and never was accepted`
}

/** The latest is lost with the server: what can be expected now is what can still be found. */
export function lose(draft: State): string | undefined {
  const { truth, redis, db } = draft
  for (const row of db.rows.keys()) {
    const before = [...truth.happened[row]!, ...truth.heldBack[row]!]
    const pending = pendingOf(draft, row).map(({ write }) => write)
    const blocked = redis.blocked[row]
    truth.happened[row] = [...db.rows[row]!, ...(blocked ? [] : pending)]
    truth.heldBack[row] = blocked ? [blocked.poison, ...blocked.parked, ...pending] : []
    const left = [...truth.happened[row]!, ...truth.heldBack[row]!]
    const lost = before.filter((write) => !left.includes(write))
    truth.lost = [...new Set([...truth.lost, ...lost])].sort()
    truth.acknowledged = truth.acknowledged.filter((write) => !lost.includes(write))
    for (const reader of draft.readers)
      reader.must = reader.must.filter((write) => truth.happened[row]!.includes(write) || !before.includes(write))
    const kept = redis.stream.find((one) => one.row === row && lost.includes(one.write))
    if (kept) return `WRONG: write ${kept.write} is lost, which the replica had`
  }
  return undefined
}
