import { appliedUpTo } from './redis.ts'
import type { World } from './scenario.ts'
import type { Accepted, Flusher, State } from './state.ts'

/** What a transaction of this part would change, and whether the database refuses that. */
export function isRefused(state: State, flusher: Flusher, part: readonly Accepted[], world: World): boolean {
  const { writers } = world.scenario
  return state.isPoisoned && toApply(state, flusher, part, world).some(({ write }) => writers[write - 1]!.isPoison)
}

/**
 * One transaction: writes that count as applied already, or were dead-lettered, are left out; then everything up to the end counts.
 *
 * @param end where the position moves; `null` for one that does not move it.
 */
export function applyPart(
  draft: State,
  flusher: Flusher,
  part: readonly Accepted[],
  end: Accepted | null,
  world: World,
): void {
  const { db, truth } = draft
  for (const { row, write } of toApply(draft, flusher, part, world)) {
    // What the store lost and a flusher had read is in the database after all.
    const happened = truth.happened[row]!
    if (truth.lost.includes(write) && !happened.includes(write)) {
      const { length } = db.rows[row]!
      truth.happened[row] = [...happened.slice(0, length), write, ...happened.slice(length)]
    }
    db.rows[row] = [...db.rows[row]!, write]
  }
  if (end) movePosition(draft, end, world)
}

export function movePosition(draft: State, { life, id }: Accepted, { follows }: World): void {
  const { db } = draft
  const others = follows('positionPerLife') ? db.last.filter((last) => last.life !== life) : []
  db.last = [...others, { life, id: Math.max(id, appliedUpTo(draft, life)) }]
}

function toApply(state: State, { skip }: Flusher, part: readonly Accepted[], { follows }: World): readonly Accepted[] {
  return part.filter(({ id, life }) => {
    if (skip.includes(id) && follows('skipped')) return false
    return id > appliedUpTo(state, life) || !follows('appliedIsLeftOut')
  })
}
