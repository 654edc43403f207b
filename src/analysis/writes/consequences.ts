import { columnOf, type DataModel, type Model } from '../data-model.ts'
import { cascadesOf } from './cascades.ts'
import { anyEvent, type Known, type RowEvent, updateEvent } from './row-event.ts'

/**
 * What is declared to change when a model is written, because the database does it by itself (triggers, rules), or because the
 * target is a view of it. By model.
 */
export type DeclaredChanges = ReadonlyMap<string, readonly DeclaredChange[]>

/** A whole model, or one field of it: of the very rows that were written where it is their own model, else of any row. */
export interface DeclaredChange {
  readonly model: string
  readonly field: string | null
}

/** The events and everything that follows from them, at any depth; cycles end because an event is followed once. */
export function withConsequences(
  dataModel: DataModel,
  declared: DeclaredChanges,
  events: readonly RowEvent[],
): readonly RowEvent[] {
  // Of most writes nothing follows.
  if (events.length === 1 && consequencesOf(dataModel, declared, events[0]!).length === 0) return events
  const all: RowEvent[] = []
  const seen = new Set<string>()
  const add = (event: RowEvent) => {
    const name = eventName(event)
    if (seen.has(name)) return
    seen.add(name)
    all.push(event)
  }
  for (const event of events) add(event)
  // The list grows while it is walked.
  for (const event of all) for (const effect of consequencesOf(dataModel, declared, event)) add(effect)
  return all
}

/** One step. */
function consequencesOf(dataModel: DataModel, declared: DeclaredChanges, event: RowEvent): readonly RowEvent[] {
  const effects = cascadesOf(dataModel, event).map((effect) => ({ ...effect, cause: `cascade of ${event.model}` }))
  for (const change of declared.get(event.model) ?? []) {
    const effect = declaredEffect(dataModel, event, change)
    if (effect) effects.push({ ...effect, cause: `alsoChanges of ${event.model}` })
  }
  return effects
}

function eventName({ model, kind, changed, before, after }: RowEvent): string {
  return JSON.stringify([model, kind, changed, [...before].sort(), [...after].sort()])
}

function declaredEffect(
  dataModel: DataModel,
  event: RowEvent,
  { model: name, field }: DeclaredChange,
): RowEvent | null {
  const model = dataModel.models.get(name)
  if (!model || field === null) return anyEvent(name, '')
  if (event.model !== name) return updateEvent(model, { changed: [field] })
  if (event.kind === 'any') return null
  // A row whose deletion is made into something else is still there.
  const known = without(model, event.kind === 'delete' ? event.before : event.after, field)
  return updateEvent(model, { changed: [field], after: known })
}

/** What the rows still hold when a field of theirs changes once more. */
function without(model: Model, known: Known, field: string): Known {
  const column = columnOf(model, field)
  return new Map([...known].filter(([name]) => name !== column))
}

/**
 * Whether the database may do something else in the place of a write, as a rule `DO INSTEAD` or a trigger that returns NULL does. Then that no row
 * was reached says nothing.
 */
export function mayBeReplaced({ models }: DataModel, declared: DeclaredChanges, model: string): boolean {
  // What views show is no change of its own.
  return (declared.get(model) ?? []).some(({ model: name }) => !models.get(name)?.isView)
}
