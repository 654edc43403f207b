import type { Columns, Pin } from '../../core/tags.ts'
import { columnOf, type DataModel, type ForeignKey, type Model, type ReferentialAction } from '../data-model.ts'
import { pinsAlike } from '../equality/pin.ts'
import { deleteEvent, type Known, type RowEvent, updateEvent } from './row-event.ts'

/** What referential actions make of an event in the models that reference its own. One step: effects have effects. */
export function cascadesOf(dataModel: DataModel, event: RowEvent): RowEvent[] {
  return (dataModel.references.get(event.model) ?? []).flatMap((reference) => effectsOn(dataModel, reference, event))
}

function effectsOn(dataModel: DataModel, reference: ForeignKey, event: RowEvent): RowEvent[] {
  const child = dataModel.models.get(reference.model)
  const parent = dataModel.models.get(event.model)
  if (!child || !parent) return []
  const key = { dataModel, parent, child, reference }
  const { onDelete, onUpdate, fields, toFields } = reference

  const effects: RowEvent[] = []
  if (event.kind === 'delete' || event.kind === 'any') {
    // The rows that held the key of the parent: that they do is what the database goes by.
    const before = keyOf(key, event.before)
    if (onDelete === 'Cascade') effects.push(deleteEvent(child.name, before))
    if (setsKey(onDelete)) effects.push(updateEvent(child, { changed: fields, before, after: keySet(key, onDelete) }))
  }
  const columns = toFields.map((name) => columnOf(parent, name))
  if (event.kind === 'any' || (event.kind === 'update' && meets(event.changed, columns))) {
    const before = keyOf(key, event.before)
    if (onUpdate === 'Cascade') {
      effects.push(updateEvent(child, { changed: fields, before, after: keyOf(key, event.after) }))
    }
    if (setsKey(onUpdate)) effects.push(updateEvent(child, { changed: fields, before, after: keySet(key, onUpdate) }))
  }
  return effects
}

interface Key {
  readonly dataModel: DataModel
  readonly parent: Model
  readonly child: Model
  readonly reference: ForeignKey
}

/**
 * The foreign key of the rows that reference a row of which this is known. Nothing where the client takes the place of foreign
 * keys: it looks for these rows first, and moves them by the arguments of the update, not by the key that comes out.
 */
function keyOf({ dataModel, parent, child, reference }: Key, known: Known): Known {
  const key = new Map<string, Pin>()
  if (!dataModel.hasForeignKeys) return key
  for (const [i, name] of reference.fields.entries()) {
    const [own, referenced] = [child.fields.get(name), parent.fields.get(reference.toFields[i]!)]
    const pin = referenced && known.get(referenced.column)
    if (own && referenced && typeof pin === 'string' && pinsAlike(dataModel, own, referenced)) key.set(own.column, pin)
  }
  return key
}

function keySet({ dataModel, child, reference }: Key, action: ReferentialAction): Known {
  if (action !== 'SetNull' || !dataModel.hasForeignKeys) return new Map()
  const optional = reference.fields.filter((name) => !child.fields.get(name)?.isRequired)
  return new Map(optional.map((name) => [columnOf(child, name), null]))
}

function setsKey(action: ReferentialAction): boolean {
  return action === 'SetNull' || action === 'SetDefault'
}

function meets(changed: Columns, columns: readonly string[]): boolean {
  return changed === 'all' || columns.some((column) => changed.includes(column))
}
