import type { Field, Relation } from '../data-model.ts'
import { areAlike, keyPairs, ownKeyFields, pinsOfRelated } from './links.ts'
import { asList, isNode, type Node, unknownKey } from './node.ts'
import { readOrdering } from './ordering.ts'
import { emitJoin, followFilters, joinPins, joinRows } from './relation-filters.ts'
import { anyRow, both, fieldSet, isOmitted, type Place, type Reading, type Rows, type Shown } from './rows.ts'
import { openWhere, readWhere, type Where } from './where.ts'

/** What a node shows of its rows: fields, and the related rows below it, at any depth. */
export function readSelection(reading: Reading, rows: Rows, node: Node): void {
  const { select } = node
  if (isNode(select)) {
    readSelected(reading, rows, { within: 'select', selected: select })
    return
  }
  addShownScalars(reading, rows, node.omit)
  if (isNode(node.include)) readSelected(reading, rows, { within: 'include', selected: node.include })
}

interface Selected {
  readonly within: 'select' | 'include'
  readonly selected: Node
}

function isOn(value: unknown): boolean {
  return value !== undefined && value !== false
}

/** Without a `select` every scalar is shown, except those that are left out. */
function addShownScalars({ client }: Reading, { model, fields }: Rows, omit: unknown): void {
  for (const { name, isHidden } of model.scalars) {
    if (!isHidden && !isOmitted(client, model, omit, name)) fields.add(name)
  }
}

function readSelected(reading: Reading, rows: Rows, { within, selected }: Selected): void {
  for (const name in selected) {
    const value = selected[name]
    if (!isOn(value)) continue
    const field = rows.model.fields.get(name)
    const needs = reading.client.computed.get(rows.model.name)?.get(name)
    const place = [...rows.place, within, name]
    for (const needed of needs ?? []) rows.fields.add(needed)
    if (name === '_count') readCounts(reading, { ...rows, place }, value)
    else if (field?.relation && field.kind === 'relation') readRelated(reading, rows, { field, place, value })
    else if (field) rows.fields.add(name)
    // A computed field that is not known may need any other.
    else if (!needs) rows.fields.addAll()
  }
}

/** `_count: true` counts the rows of every list relation, `_count: { select: { posts: { where } } }` those it names. */
function readCounts(reading: Reading, rows: Rows, counted: unknown): void {
  const lists = [...rows.model.fields.values()].filter((field) => field.isList && field.kind === 'relation')
  const select = isNode(counted) && isNode(counted.select) ? counted.select : undefined
  for (const field of lists) {
    const value = select ? select[field.name] : true
    if (!isOn(value) || !field.relation) continue
    const child = childOf(reading, rows, { relation: field.relation, place: [...rows.place, field.name], shown: null })
    if (!child) continue
    const where = isNode(value) ? readChildWhere(reading, child, value.where) : openWhere
    // Only the rows that a condition looks at matter beside the join table.
    if (field.relation.joinTable !== null) {
      linkByJoin(reading, rows, { relation: field.relation, place: child.place })
      if (isNode(value) && value.where !== undefined) reading.emit({ ...child, branches: where.branches })
      for (const name of child.model.idFields) child.fields.add(name)
    } else linkByKey(reading, rows, { ...child, branches: where.branches }, field.relation)
    followFilters(reading, { ...child, branches: where.branches }, where.filters)
  }
  for (const name in select) if (!rows.model.fields.has(name)) reading.giveUp(`${rows.model.name} has no list ${name}`)
}

const nodeKeys: ReadonlySet<string> = new Set([
  ...['where', 'orderBy', 'cursor', 'take', 'skip', 'distinct', 'select', 'include', 'omit'],
])

/** The rows that a relation in a selection leads to. */
function readRelated(
  reading: Reading,
  rows: Rows,
  { field, place, value }: { readonly field: Field; readonly place: Place; readonly value: unknown },
): void {
  const { relation } = field
  const node: Node = isNode(value) ? value : {}
  const unknown = unknownKey(node, nodeKeys)
  if (!relation || unknown !== undefined || !(value === true || isNode(value))) {
    reading.giveUp(`${place.join('.')} has ${unknown ?? 'a value'}, which is not known`)
    return
  }
  const child = childOf(reading, rows, { relation, place, shown: shownAt(reading, rows, { place, node }) })
  if (!child) return
  const { branches, filters } = readChildWhere(reading, child, node.where)
  const selected = { ...child, branches }
  const found =
    relation.joinTable === null
      ? linkByKey(reading, rows, selected, relation)
      : linkShownByJoin(reading, rows, selected, { relation, node })
  followFilters(reading, found, filters)
  readOrdering(reading, found, node)
  readSelection(reading, found, node)
}

/** The rows below a relation, before anything is known of them. */
function childOf(
  reading: Reading,
  rows: Rows,
  { relation, place, shown }: { readonly relation: Relation; readonly place: Place; readonly shown: Shown | null },
): Rows | undefined {
  const model = reading.dataModel.models.get(relation.model)
  if (!model) {
    reading.giveUp(`${relation.model} is not known`)
    return undefined
  }
  for (const own of ownKeyFields(reading.dataModel, rows.model, relation)) rows.fields.add(own)
  const fields = fieldSet(model)
  for (const { to } of keyPairs(reading.dataModel, relation)) fields.add(to)
  return { model, fields, branches: anyRow, place, shown }
}

/** What a fluent call unpacks is not in the result: `findUnique(...).posts()` shows posts, at the root. */
function shownAt({ unpacked }: Reading, rows: Rows, { place, node }: { place: Place; node: Node }): Shown | null {
  const names = place.filter((_, i) => i % 2 === 1)
  if (names.length < unpacked.length) return null
  if (names.length > unpacked.length) return rows.shown && { path: [...rows.shown.path, names.at(-1)!], node, place }
  return names.every((name, i) => name === unpacked[i]) ? { path: [], node, place } : null
}

function readChildWhere(reading: Reading, { model, fields, place }: Rows, where: unknown): Where {
  return readWhere({ reading, model, fields, place: [...place, 'where'], negated: false }, where)
}

/** One of the two sides holds the key of the other. Returns the rows with what is known of them. */
function linkByKey(reading: Reading, rows: Rows, child: Rows, relation: Relation): Rows {
  const known = pinsOfRelated(reading.dataModel, rows.model, relation, rows.branches)
  if (known) {
    const found = { ...child, branches: both(known, child.branches) }
    reading.emit(found)
    return found
  }
  const pairs = keyPairs(reading.dataModel, relation)
  if (
    areAlike(reading.dataModel, rows.model, relation, pairs) &&
    reading.shows(
      rows,
      pairs.map(({ from }) => from),
    )
  ) {
    reading.emitLate(child, { parents: rows, pairs })
  } else reading.emit(child)
  return child
}

/** The rows of the join table that lead from these rows. */
function linkByJoin(reading: Reading, rows: Rows, join: { readonly relation: Relation; readonly place: Place }): void {
  const { own } = join.relation.joinColumns!
  const known = joinPins(rows.model, own, rows.branches)
  const id = rows.model.idFields[0]
  const isKnown = known.every((one) => one.size > 0)
  if (isKnown || id === undefined || !reading.shows(rows, [id])) {
    emitJoin(reading, join, known)
    return
  }
  const joined = joinRows(reading, join.relation, join.place)
  if (joined) reading.emitLate(joined, { parents: rows, pairs: [{ from: id, to: own }] })
}

/**
 * The rows of the join table, and the rows at its other end. If all of those are shown, they are known by their ids; if
 * some may be left out, one of them may come in when it changes, and so any row that the `where` allows matters.
 */
function linkShownByJoin(
  reading: Reading,
  rows: Rows,
  child: Rows,
  { relation, node }: { readonly relation: Relation; readonly node: Node },
): Rows {
  linkByJoin(reading, rows, { relation, place: child.place })
  const id = child.model.idFields[0]
  if (id !== undefined) child.fields.add(id)
  const showsAll = ['where', 'take', 'skip', 'cursor', 'distinct'].every((key) => node[key] === undefined)
  if (showsAll && id !== undefined && reading.shows(child, [id])) {
    reading.emitLate(child, { parents: child, pairs: [{ from: id, to: id }] })
  } else reading.emit(child)
  return child
}

/** Fields that are named by a list, one by one: `by`, `_sum`, `distinct`. */
export function namesOf(value: unknown): readonly unknown[] {
  return isNode(value) ? Object.keys(value).filter((name) => isOn(value[name])) : asList(value ?? [])
}
