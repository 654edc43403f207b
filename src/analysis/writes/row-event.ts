import type { Columns, Pin } from '../../core/tags.ts'
import { columnOf, type Model } from '../data-model.ts'

/**
 * What a write did to one row, or to several that share what is known.
 *
 * Known is only what is certain: what the statement itself wrote, what it returned, and what its `where` made sure of in the same
 * step. What was read before is not: another writer can change it in between.
 */
export interface RowEvent {
  readonly model: string
  /** `'any'`: rows and columns are unknown. */
  readonly kind: 'create' | 'update' | 'delete' | 'any'
  /** What the rows held before; nothing for a create. */
  readonly before: Known
  /** What they hold now; nothing for a delete. */
  readonly after: Known
  /** The columns of an update that may differ. */
  readonly changed: Columns
  /** Why there is this event, where the arguments of the write do not say it: `cascade of User`. */
  readonly cause?: string | undefined
}

/** Column to value. */
export type Known = ReadonlyMap<string, Pin>

export const nothingKnown: Known = new Map()

/** Stands for a value that the result will tell; no column holds it. */
export const toldByResult: Pin = '\0told by the result'

/** Something unknown happened to a model. */
export function anyEvent(model: string, cause: string): RowEvent {
  return { model, kind: 'any', before: nothingKnown, after: nothingKnown, changed: 'all', cause }
}

export function createEvent(model: string, after: Known = nothingKnown): RowEvent {
  return { model, kind: 'create', before: nothingKnown, after, changed: 'all' }
}

export function deleteEvent(model: string, before: Known = nothingKnown): RowEvent {
  return { model, kind: 'delete', before, after: nothingKnown, changed: 'all' }
}

export interface Update {
  /** Names of fields. Those that every update changes are added. */
  readonly changed: readonly string[] | 'all'
  /** Certain before the update. Of columns that it does not change, certain after it too. */
  readonly before?: Known
  /** Certain after the update. Of columns that it does not change, certain before it too. */
  readonly after?: Known
}

export function updateEvent(model: Model, { changed, before = nothingKnown, after = nothingKnown }: Update): RowEvent {
  if (changed === 'all') return { model: model.name, kind: 'update', before, after, changed }
  const columns = new Set([...changed, ...model.alwaysChanged].map((name) => columnOf(model, name)))
  const kept = new Map([...after, ...before].filter(([column]) => !columns.has(column)))
  const changing = (known: Known) => [...known].filter(([column]) => columns.has(column))
  return {
    model: model.name,
    kind: 'update',
    before: new Map([...kept, ...changing(before)]),
    after: new Map([...kept, ...changing(after)]),
    changed: [...columns].sort(),
  }
}

/** The same event for every row: only what all of them share is known. */
export function shared(knowns: readonly Known[]): Known {
  const [first = nothingKnown, ...others] = knowns
  return new Map([...first].filter(([column, pin]) => others.every((known) => known.get(column) === pin)))
}

/** More rows than this, of one model and one fate, become one event that knows what all of them share. */
export const rowsMax = 128

/** The same events, or fewer that say less: a write of thousands of rows must not touch thousands of values in every shape. */
export function condensed(events: readonly RowEvent[]): readonly RowEvent[] {
  if (events.length <= rowsMax) return events
  const alike = new Map<string, RowEvent[]>()
  for (const event of events) {
    const name = JSON.stringify([event.model, event.kind, event.changed])
    const group = alike.get(name)
    if (group) group.push(event)
    else alike.set(name, [event])
  }
  return [...alike.values()].flatMap((group) => (group.length > rowsMax ? [together(group)] : group))
}

function together(events: readonly RowEvent[]): RowEvent {
  const { model, kind, changed, cause } = events[0]!
  const before = shared(events.map((event) => event.before))
  const after = shared(events.map((event) => event.after))
  return { model, kind, before, after, changed, cause }
}

/** Both, except columns on which they differ: something between here and the database changed them. */
export function merged(given: Known, returned: Known): Known {
  const both = new Map([...returned, ...given])
  for (const [column, pin] of returned) if (pin !== toldByResult && both.get(column) !== pin) both.delete(column)
  return both
}
