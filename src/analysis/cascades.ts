import type { Columns } from '../core/tags.ts'
import type { DataModel, ForeignKey, ReferentialAction } from './data-model.ts'
import { deleteEvent, type RowEvent, updateEvent } from './row-event.ts'

/** The events and everything that referential actions make of them, at any depth; cycles end because an effect is followed once. */
export function withCascades(dataModel: DataModel, events: readonly RowEvent[]): RowEvent[] {
  const all = [...events]
  const seen = new Set<string>()
  // The list grows while it is walked.
  for (const event of all) {
    for (const reference of dataModel.references.get(event.model) ?? []) {
      for (const effect of effectsOn(dataModel, reference, event)) {
        const name = `${effect.model} ${effect.kind} ${effect.changed}`
        if (seen.has(name)) continue
        seen.add(name)
        all.push(effect)
      }
    }
  }
  return all
}

function effectsOn(dataModel: DataModel, reference: ForeignKey, event: RowEvent): RowEvent[] {
  const effects: RowEvent[] = []
  const { onDelete, onUpdate, fields, toFields } = reference
  const child = dataModel.models.get(reference.model)
  if (!child) return effects

  if (event.kind === 'delete' || event.kind === 'any') {
    if (onDelete === 'Cascade') effects.push(deleteEvent(child.name))
    if (setsKey(onDelete)) effects.push(updateEvent(child, fields))
  }
  const updates = event.kind === 'any' || (event.kind === 'update' && meets(event.changed, toFields))
  if (updates && (onUpdate === 'Cascade' || setsKey(onUpdate))) effects.push(updateEvent(child, fields))
  return effects
}

function setsKey(action: ReferentialAction): boolean {
  return action === 'SetNull' || action === 'SetDefault'
}

function meets(changed: Columns, fields: readonly string[]): boolean {
  return changed === 'all' || fields.some((field) => changed.includes(field))
}
