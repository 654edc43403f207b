import type { Pin } from '../../core/tags.ts'
import type { DataModel, Field, Model } from '../data-model.ts'
import { pinOf, pinsAlike } from '../equality/pin.ts'
import { isNode } from '../reads/node.ts'
import { anyRow, type Pins } from '../reads/rows.ts'
import { pinsOfWhere } from '../reads/where.ts'
import type { Known } from './row-event.ts'

/** What is known of columns by the pins of whole fields. */
export function knownOf(model: Model, pins: Pins): Known {
  const known = new Map<string, Pin>()
  for (const [name, pin] of pins) {
    const field = model.fields.get(name)
    if (field) known.set(field.column, pin)
  }
  return known
}

/** The values that a `data` sets by itself: scalars, and foreign keys by `connect` where that names the key. */
export function knownOfData(dataModel: DataModel, model: Model, data: unknown): Known {
  const known = new Map<string, Pin>()
  if (!isNode(data)) return known
  for (const field of model.fields.values()) {
    const value = data[field.name]
    if (value === undefined) continue
    if (field.relation && field.kind === 'relation') addConnected(dataModel, model, { field, value, known })
    else {
      const set = isNode(value) && 'set' in value ? value.set : value
      const pin = field.isComputed ? undefined : pinOf(dataModel, field, set)
      if (pin !== undefined) known.set(field.column, pin)
    }
  }
  return known
}

/**
 * The values of a row that a `data` creates: also the defaults that are plain values, which the client sends along.
 *
 * What the database or the client generates is not known, and neither is NULL for an optional field: a database may have a
 * default of its own. Nor is the default of a foreign key, which a relation may set instead: in the data, or around it.
 */
export function knownOfNewRow(dataModel: DataModel, model: Model, data: unknown): Known {
  const known = new Map(knownOfData(dataModel, model, data))
  for (const field of model.scalars) {
    if (field.literalDefault === undefined || known.has(field.column) || isForeignKey(model, field)) continue
    const isGiven = isNode(data) && data[field.name] !== undefined
    const pin = isGiven ? undefined : pinOf(dataModel, field, defaultOf(field))
    if (pin !== undefined) known.set(field.column, pin)
  }
  return known
}

function isForeignKey(model: Model, { name }: Field): boolean {
  for (const { relation } of model.fields.values()) if (relation?.fromFields.includes(name)) return true
  return false
}

/** Dates and decimals have defaults as text, which says less than the value. */
function defaultOf({ type, literalDefault }: Field): unknown {
  return type === 'DateTime' || type === 'Decimal' || type === 'Bytes' ? undefined : literalDefault
}

interface Connected {
  readonly field: Field
  readonly value: unknown
  readonly known: Map<string, Pin>
}

/** `author: { connect: { id: 1 } }` sets the key that it names. */
function addConnected(dataModel: DataModel, model: Model, { field, value, known }: Connected): void {
  const { relation } = field
  const target = relation && dataModel.models.get(relation.model)
  if (!target || !isNode(value) || !isNode(value.connect) || relation.fromFields.length === 0) return
  const [pins, ...others] = pinsOfWhere(dataModel, target, value.connect)
  if (!pins || others.length > 0) return
  for (const [i, name] of relation.fromFields.entries()) {
    const [own, key] = [model.fields.get(name), target.fields.get(relation.toFields[i]!)]
    const pin = key && pins.get(key.name)
    if (own && key && pin !== undefined && pinsAlike(dataModel, own, key)) known.set(own.column, pin)
  }
}

/** The values of a row that a statement returned; nothing if it is no row. */
export function knownOfRow(dataModel: DataModel, model: Model, row: unknown): Known {
  const known = new Map<string, Pin>()
  if (!isNode(row)) return known
  for (const field of model.scalars) {
    const pin = pinOf(dataModel, field, row[field.name])
    if (pin !== undefined) known.set(field.column, pin)
  }
  return known
}

/**
 * What each row that a write reaches held when it was written, as far as its `where` makes sure of it: one per alternative.
 *
 * All that the `where` pins, where the statement that writes has the condition too. Often the client looks rows up first and
 * writes them by their ids; then only the ids are certain, because another writer can change the rest in between.
 */
export function knownOfWhere(
  dataModel: DataModel,
  model: Model,
  where: unknown,
  { isInStatement }: { readonly isInStatement: boolean },
): readonly Known[] {
  const branches = pinsOfWhere(dataModel, model, where)
  if (isInStatement && writesInOneStatement.has(dataModel.provider)) return branches.map((pins) => knownOf(model, pins))
  const ids = new Set(model.idFields)
  const certain = branches.map((pins) => new Map([...pins].filter(([name]) => ids.has(name))))
  return (certain.some((pins) => pins.size === 0) ? anyRow : certain).map((pins) => knownOf(model, pins))
}

/** Databases on which Prisma writes by one statement with the whole condition, and which return what it wrote. */
export const writesInOneStatement: ReadonlySet<string> = new Set(['postgresql', 'postgres', 'cockroachdb', 'sqlite'])
