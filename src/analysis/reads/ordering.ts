import type { Model } from '../data-model.ts'
import { keyPairs, ownKeyFields, pinsOfRelated } from './links.ts'
import { asList, isNode, type Node } from './node.ts'
import { emitJoin, joinPins } from './relation-filters.ts'
import { anyRow, type FieldSet, fieldSet, type Reading, type Rows } from './rows.ts'
import { readWhere } from './where.ts'

/** `orderBy`, `distinct`, `cursor`, `take` and `skip` of a node: what they add to its rows, and the rows they lead to. */
export function readOrdering(reading: Reading, rows: Rows, node: Node): void {
  const { model, fields } = rows
  for (const part of asList(node.orderBy ?? [])) {
    // Beside a cursor, the order is also looked up of the row that the cursor names, which need not be among the others.
    const ordered = node.cursor === undefined ? rows : { ...rows, branches: anyRow }
    readOrder(reading, ordered, part)
  }
  for (const name of asList(node.distinct ?? [])) addField(reading, model, fields, name)
  // Pages are cut along the id where nothing else is said.
  for (const name of model.idFields) fields.add(name)
  if (node.cursor !== undefined) readCursor(reading, rows, node.cursor)
}

/** One part of an `orderBy`. */
function readOrder(reading: Reading, rows: Rows, order: unknown): void {
  if (order === undefined) return
  if (!isNode(order)) {
    reading.giveUp(`an orderBy of ${rows.model.name} is not an object`)
    return
  }
  for (const key in order) {
    const value = order[key]
    if (value === undefined) continue
    const field = rows.model.fields.get(key)
    if (field?.relation && field.kind === 'relation') readRelatedOrder(reading, rows, key, value)
    else if (field) rows.fields.add(key)
    else if (key === '_relevance' && isNode(value)) {
      for (const name of asList(value.fields)) addField(reading, rows.model, rows.fields, name)
    } else if (aggregates.has(key) && isNode(value)) {
      for (const name in value) addField(reading, rows.model, rows.fields, name)
    } else reading.giveUp(`an orderBy of ${rows.model.name} has ${key}, which is not known`)
  }
}

const aggregates: ReadonlySet<string> = new Set(['_count', '_sum', '_avg', '_min', '_max'])

/** By a field of the one related row, or by the number of related rows. */
function readRelatedOrder(reading: Reading, rows: Rows, name: string, order: unknown): void {
  const { dataModel } = reading
  const relation = rows.model.fields.get(name)!.relation!
  const target = dataModel.models.get(relation.model)
  if (!target) {
    reading.giveUp(`${relation.model} is not known`)
    return
  }
  for (const own of ownKeyFields(dataModel, rows.model, relation)) rows.fields.add(own)
  const place = [...rows.place, 'orderBy', name]
  if (relation.joinTable !== null) {
    emitJoin(reading, { relation, place }, joinPins(rows.model, relation.joinColumns!.own, rows.branches))
    return
  }
  const branches = pinsOfRelated(dataModel, rows.model, relation, rows.branches) ?? anyRow
  const related: Rows = { model: target, branches, fields: fieldSet(target), shown: null, place }
  for (const { to } of keyPairs(dataModel, relation)) related.fields.add(to)
  if (!(isNode(order) && order._count !== undefined)) readOrder(reading, related, order)
  reading.emit(related)
}

/** The row that a cursor names decides where the page begins. */
function readCursor(reading: Reading, rows: Rows, cursor: unknown): void {
  const { model, fields } = rows
  const place = [...rows.place, 'cursor']
  const context = { reading, model, fields, place, negated: false }
  const { branches, filters } = readWhere(context, cursor)
  if (filters.length > 0) reading.giveUp(`a cursor of ${model.name} asks for related rows`)
  // Of that row the same fields matter: those of the order are among them.
  reading.emit({ model, fields, branches, place, shown: null })
}

/** A field that is named by a value. */
export function addField(reading: Reading, model: Model, fields: FieldSet, name: unknown): void {
  if (name === '_all') return
  if (typeof name === 'string' && model.fields.has(name)) fields.add(name)
  else reading.giveUp(`${model.name} has no field ${String(name)}`)
}
