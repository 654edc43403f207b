import type { Model, Relation } from '../data-model.ts'
import { keyPairs, pinsOfRelated } from './links.ts'
import { anyRow, both, type FieldSet, fieldSet, type Pins, type Place, type Reading, type Rows } from './rows.ts'
import { openWhere, type RelationFilter, type Where } from './where.ts'

/**
 * The rows of other models that decide a filter: those related to the rows that may pass it, as far as that is known, and
 * those that the condition inside pins.
 */
export function followFilters(reading: Reading, rows: Rows, filters: readonly RelationFilter[]): void {
  for (const { field, relation, inner, fields } of filters) {
    const target = reading.dataModel.models.get(relation.model)!
    // Whether its own key is NULL, a row tells itself.
    if (inner === null && relation.fromFields.length > 0) continue
    const place = [...rows.place, 'where', field.name]
    const related: Related = { target, relation, place, inner: inner ?? openWhere, fields: fields ?? fieldSet(target) }
    const found = relation.joinTable === null ? linkedRows(reading, rows, related) : joinedRows(reading, rows, related)
    const followed: Rows = {
      model: target,
      fields: related.fields,
      shown: null,
      place: [...rows.place, 'where', field.name],
      branches: found,
    }
    reading.emit(followed)
    followFilters(reading, followed, related.inner.filters)
  }
}

interface Related {
  readonly target: Model
  readonly relation: Relation
  readonly inner: Where
  readonly fields: FieldSet
  readonly place: Place
}

function linkedRows({ dataModel }: Reading, rows: Rows, { relation, inner, fields }: Related): readonly Pins[] {
  for (const { to } of keyPairs(dataModel, relation)) fields.add(to)
  return both(pinsOfRelated(dataModel, rows.model, relation, rows.branches) ?? anyRow, inner.branches)
}

/** Emits the rows of the join table, which hold the ids of both ends. */
function joinedRows(
  reading: Reading,
  rows: Rows,
  { target, relation, inner, fields, place }: Related,
): readonly Pins[] {
  for (const name of target.idFields) fields.add(name)
  const { own, other } = relation.joinColumns!
  const ownIds = joinPins(rows.model, own, rows.branches)
  const otherIds = joinPins(target, other, inner.branches)
  emitJoin(reading, { relation, place }, both(ownIds, otherIds))
  return inner.branches
}

/** The pins of a join table's column, from those of the rows whose ids it holds. */
export function joinPins(model: Model, column: string, branches: readonly Pins[]): readonly Pins[] {
  const id = model.idFields[0] ?? ''
  const pins = branches.map((branch) => {
    const pin = branch.get(id)
    return new Map(typeof pin === 'string' ? [[column, pin]] : [])
  })
  return pins.some((one) => one.size === 0) ? anyRow : pins
}

/** The rows of a join table, pinned as far as is known. */
export function emitJoin(
  reading: Reading,
  { relation, place }: { readonly relation: Relation; readonly place: Place },
  branches: readonly Pins[],
): void {
  const joined = joinRows(reading, relation, place)
  if (joined) reading.emit({ ...joined, branches })
}

/** The rows of a join table, before anything is known of them. */
export function joinRows(reading: Reading, { joinTable }: Relation, place: Place): Rows | undefined {
  const join = reading.dataModel.models.get(joinTable ?? '')
  if (!join) {
    reading.giveUp(`${joinTable} is not known`)
    return undefined
  }
  const fields = fieldSet(join)
  fields.addAll()
  return { model: join, branches: anyRow, fields, shown: null, place }
}
