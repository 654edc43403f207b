import { learningStep, look, type Seeker } from './learning.ts'
import { accepted, acknowledge } from './promises.ts'
import { append, isHeld } from './redis.ts'
import type { Go, World, WriterSpec } from './scenario.ts'
import type { Row, State, Writer } from './state.ts'

/**
 * How a write is accepted.
 *
 * - *idle*, and as `learning.ts` says: learns the row that it changes; one that creates knows it.
 * - *ready*        sends the script. Leaves as `done`, or learns the row again, or as `synchronous`.
 * - *resending*    it was accepted, and the reply was lost: the client sends the script again.
 * - *synchronous*  see `synchronous.ts`.
 */
export function acceptingSteps(state: State, world: World, go: Go, index: number, now: Writer): void {
  const spec = world.scenario.writers[index]!
  const { follows } = world
  const step = (label: string, change: (writer: Writer, draft: State) => string | undefined) =>
    go(`writer ${index + 1} ${label}`, (draft) => change(draft.writers[index]!, draft))
  const isTaken = state.db.rows[spec.row]!.length > 0 && state.redis.markers[spec.row] === null
  const isPossible = spec.kind !== 'create' || !isTaken || !follows('keysAreNew')
  const isReady = (now.at === 'ready' || now.at === 'compared') && isPossible

  if (now.at === 'idle') {
    if (spec.kind === 'create') step('begins', (writer) => know(writer, []))
    if (spec.kind === 'update')
      step('begins, and looks', (writer, draft) => know(writer, look(writer, draft, world, spec.row)))
  }
  const next = learningStep(state, world, now as Seeker, spec.row)
  if (next) step(next.label, (writer, draft) => know(writer, next.change(writer, draft)))

  if (now.at === 'ready' && isReady && !follows('acceptInOneStep') && compare(state, now, world, spec) === 'accepted')
    step('compares', (writer) => {
      writer.at = 'compared'
      return undefined
    })
  else if (isReady) step('asks to be accepted', (writer, draft) => accept(writer, draft, world, index, 'hears'))
  if (isReady && state.left.resends > 0 && (now.at === 'compared' || compare(state, now, world, spec) === 'accepted'))
    step('is accepted, and does not hear of it', (writer, draft) => {
      draft.left.resends -= 1
      return accept(writer, draft, world, index, 'is not told')
    })
  if (now.at === 'resending')
    step('asks once more', (writer, draft) => {
      const isAccepted = draft.redis.guards[spec.row] === writer.fresh
      if (isAccepted && follows('acceptKnowsItself')) acknowledge(draft, index + 1)
      // Otherwise it may or may not have been accepted: the caller gets an error that says so.
      if (follows('acceptKnowsItself')) return end(writer, 'done')
      return accept(writer, draft, world, index, 'hears')
    })
}

function know(writer: Writer, row: Row | undefined): undefined {
  if (row !== undefined) Object.assign(writer, { at: 'ready', data: row })
}

function compare({ redis }: State, { held }: Writer, { follows }: World, { kind, row }: WriterSpec) {
  if (redis.gates.length > 0 && follows('gatesRefuse')) return 'synchronous'
  if (kind === 'create') return redis.markers[row] && follows('createsSeeMarkers') ? 'synchronous' : 'accepted'
  const isSameModel = held!.root === redis.root && held!.shape === redis.shape
  const isSameGuard = held!.value === redis.guards[row]
  if (!isSameModel && follows('acceptComparesModel')) return 'moved'
  if (!isSameGuard && follows('acceptCompares')) return 'moved'
  if (follows('acceptCompares') && follows('acceptComparesModel') && !isHeld(held, redis, row)) return 'moved'
  return 'accepted'
}

function accept(writer: Writer, draft: State, world: World, index: number, told: 'hears' | 'is not told') {
  const { row } = world.scenario.writers[index]!
  const write = index + 1
  const outcome = writer.at === 'compared' ? 'accepted' : compare(draft, writer, world, world.scenario.writers[index]!)
  if (outcome === 'synchronous') return end(writer, 'synchronous')
  if (outcome === 'moved') return end(writer, 'idle')
  const after = [...writer.data, write]
  const guard = append(draft.redis, row, write, after, world)
  const wrong = accepted(draft, row, write, after, told === 'hears')
  if (told === 'hears') end(writer, 'done')
  else Object.assign(writer, { at: 'resending', fresh: guard })
  return wrong
}

function end(writer: Writer, at: Writer['at']): undefined {
  Object.assign(writer, { at, held: null, data: [], upTo: 0, fresh: null })
}
