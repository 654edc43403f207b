import { isHeld, obtainStamps, type Subject, validEntry } from './redis.ts'
import type { World } from './scenario.ts'
import type { Reader, Row, State, Writer } from './state.ts'

/** A reader, or a writer that has to know its row first. */
export type Seeker = Pick<Reader, 'at' | 'upTo' | 'held' | 'data'> | Pick<Writer, 'at' | 'upTo' | 'held' | 'data'>

export interface LearningStep {
  readonly label: string
  readonly change: (seeker: Seeker, draft: State) => Row | undefined
}

/**
 * How a row is learned, without a lock. A step returns the row when it is known; what is held then is what it was learned under.
 *
 * - *looking*  one script reads entry, stamps and marker. Leaves with a valid entry, or as *waiting* or *missed*.
 * - *waiting*  for the flush of all that was in the stream; then it looks again.
 * - *missed*   obtains the stamps.
 * - *held*     looks once more: somebody may have accepted a write since it looked first.
 * - *loading*  asks the database.
 */
export function learningStep(state: State, world: World, now: Seeker, row: number): LearningStep | null {
  switch (now.at) {
    case 'waiting':
      if (!isFlushed(state, now.upTo, world)) return null
      return { label: 'has waited, and looks again', change: (seeker, draft) => look(seeker, draft, world, row) }
    case 'missed':
      return {
        label: 'obtains stamps',
        change: (seeker, { redis }) => {
          seeker.held = obtainStamps(redis, row)
          seeker.at = world.follows('obtainBeforeLook') ? 'held' : 'loading'
          return undefined
        },
      }
    case 'held':
      return {
        label: 'looks once more',
        change: (seeker, draft) => {
          const { held } = seeker
          const found = look(seeker, draft, world, row)
          if (seeker.at === 'missed') Object.assign(seeker, { at: 'loading', held })
          return found
        },
      }
    case 'loading':
      return { label: 'reads the database', change: (_, { db }) => db.rows[row] }
    default:
      return null
  }
}

/** The script of a read by key. */
export function look(seeker: Seeker, { redis }: State, { follows }: World, row: number): Row | undefined {
  const entry = validEntry(redis, row)
  Object.assign(seeker, { at: 'missed', upTo: 0, held: null })
  if (entry) {
    seeker.held = entry.held
    return entry.data
  }
  if (redis.markers[row] && follows('markedWait')) Object.assign(seeker, { at: 'waiting', upTo: redis.lastId })
  return undefined
}

/** Whether a barrier is passed. Once it is it stays so, since ids only grow. */
export function isFlushed({ redis, db }: State, upTo: number, { follows }: World): boolean {
  const isDone = ({ id, life }: State['redis']['stream'][number]) =>
    !follows('barrierWaitsForSettling') && db.last.some((last) => last.life === life && last.id >= id)
  return redis.stream.every((one) => one.id > upTo || isDone(one))
}

/** A fill: it may overwrite, and never makes anything valid that was learned under other stamps. */
export function fill({ redis }: State, { held, data }: Seeker, subject: Subject): void {
  // One that is not valid now never will be: it is left out, and states that differ only in that are one.
  const entry = isHeld(held, redis, subject) ? { data, held: held! } : null
  if (subject === 'list') redis.listEntry = entry
  else redis.entries[subject] = entry
}
