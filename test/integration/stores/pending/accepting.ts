import { randomUUID } from 'node:crypto'
import type {
  AcceptAnswer,
  AcceptGroup,
  AcceptRow,
  PendingAnswer,
  PendingEntry,
  Settled,
} from '../../../../src/core/pending-store.ts'
import type { EntryKey, Looked, Stamp, Store } from '../../../../src/core/store.ts'
import { TagList } from '../../../../src/core/tag-list.ts'
import type { ValuesTag } from '../../../../src/core/tags.ts'
import { nameOf } from '../../../../src/core/values-name.ts'

export const model = 'City'
export const byId = '=id|*'
export const bySlug = '=slug|*'
export const retainMs = 60_000
export const root = { kind: 'root', model } as const
export const shapes = [byId, bySlug].map((shape) => ({ kind: 'shape', model, shape }) as const)

/** The lookup of a row by a key. */
export function guardOf(shape: string, values: number | string): ValuesTag {
  return { kind: 'values', model, shape, values: `#${values}` }
}

export function keyOf({ shape, values }: ValuesTag): EntryKey {
  return { model, digest: `${shape} ${values}` }
}

export interface RowOptions {
  readonly held?: AcceptRow['held']
  readonly isNew?: boolean
  readonly slug?: string
  /** `null`: its lookups are only invalidated. */
  readonly text?: string | null
  readonly writes?: readonly string[]
}

/** A row as it is handed to a store: found by its id, and by a slug. */
export function acceptRow(id: number, { held = null, isNew = false, slug, text, writes }: RowOptions = {}): AcceptRow {
  const guards = [guardOf(byId, id), ...(slug === undefined ? [] : [guardOf(bySlug, slug)])]
  const answers = guards.map((guard): PendingAnswer => {
    const guardFresh = randomUUID()
    const shown = text === null ? null : `${guardFresh} ${text ?? `row ${id}`}`
    return { guard, isNew, guardFresh, key: keyOf(guard), text: shown, retainMs }
  })
  return { held, answers, writes: writes ?? [`write of ${id}`] }
}

export interface Accepting {
  /** Under the stamps of the model as they are; `more` replaces any part of the group. */
  accept(rows: readonly AcceptRow[], more?: Partial<AcceptGroup> & { readonly number?: number }): Promise<AcceptAnswer>
  /** The stamp of a lookup, made if there is none. */
  hold(guard: ValuesTag): Promise<NonNullable<AcceptRow['held']>>
  look(guard: ValuesTag): Promise<Looked>
  /** What the lookup answers under the stamp that it has; `null` for nothing. */
  answer(guard: ValuesTag): Promise<string | null>
  /** The writes of a partition, entry by entry. */
  stream(number?: number): Promise<readonly (readonly string[])[]>
}

export function acceptingBy(store: Store): Accepting {
  const look = async (guard: ValuesTag) => store.lookup(keyOf(guard), new TagList([guard]), { watch: { row: guard } })
  return {
    look,
    async accept(rows, { number = 0, ...more } = {}) {
      const stamps = await store.obtainStamps([root, ...shapes], retainMs)
      const [rootStamp, ...shapeStamps] = stamps as Stamp[]
      return store.pending.accept({
        partition: { model, number },
        partitions: 1,
        backlogMax: 1000,
        isWhole: false,
        none: '\nnone',
        root: rootStamp!,
        shapes: shapes.map(({ shape }, i) => ({ shape, stamp: shapeStamps[i]! })),
        rows,
        durability: 'accepted',
        ...more,
      })
    },
    async hold(guard) {
      const [stamp] = await store.obtainStamps([guard], retainMs)
      return { guard, stamp: stamp! }
    },
    async answer(guard) {
      const { entry, stamps } = await look(guard)
      const [stamp] = stamps
      return entry && stamp && entry.text.startsWith(`${stamp} `) ? entry.text.slice(stamp.length + 1) : null
    },
    async stream(number = 0) {
      const { entries } = await store.pending.oldest({ model, number }, 1_000_000)
      return entries.map(({ writes }) => writes)
    },
  }
}

/** `['C', 'T', '']`-like: what became of each row. */
export function verdicts(answer: AcceptAnswer, rows: number): readonly string[] {
  if (answer.kind !== 'accepted') return [answer.kind]
  return Array.from({ length: rows }, (_, i) => answer.refused.get(i) ?? 'accepted')
}

/** As it is settled, with the lookups that find its rows. */
export function settledOf({ id, life, writes }: PendingEntry, guards: readonly ValuesTag[]): Settled {
  return { id, life, writes: writes.length, names: guards.map(nameOf).join(' '), guards: () => guards }
}
