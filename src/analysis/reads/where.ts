import { type Pin, prefixField } from '../../core/tags.ts'
import type { DataModel, Field, Model, Relation } from '../data-model.ts'
import { pinOf, prefixPin } from '../equality/pin.ts'
import { ownKeyFields, pinsOfMissing, pinsThroughKey } from './links.ts'
import { asList, isNode, type Node } from './node.ts'
import {
  anyRow,
  both,
  either,
  type FieldSet,
  fieldSet,
  type Pins,
  type Place,
  type Reading,
  valuesMax,
} from './rows.ts'

/** What a `where` says of the rows of its own model, and the filters that lead to other models. */
export interface Where {
  readonly branches: readonly Pins[]
  readonly filters: readonly RelationFilter[]
}

export interface RelationFilter {
  readonly field: Field
  readonly relation: Relation
  /** `null` asks whether there is a related row at all. */
  readonly inner: Where | null
  /** The fields that `inner` names. */
  readonly fields: FieldSet | null
}

export interface WhereContext {
  readonly reading: Pick<Reading, 'dataModel' | 'giveUp' | 'note'>
  readonly model: Model
  /** Collects the fields named. */
  readonly fields: FieldSet
  readonly place: Place
  /**
   * Whether the condition may hold where an equality in it does not. Below a NOT a row that pins nothing decides as well as one
   * that does, and SQL's third truth value, for NULL, makes even the opposite of an equality no equality.
   */
  readonly negated: boolean
}

export const openWhere: Where = { branches: anyRow, filters: [] }

export function readWhere(context: WhereContext, where: unknown): Where {
  const { reading, model, fields, place, negated } = context
  if (where === undefined) return openWhere
  if (!isNode(where)) {
    reading.giveUp(`${place.join('.')} is not an object`)
    return openWhere
  }
  let branches = anyRow
  const filters: RelationFilter[] = []
  const take = (part: Where) => {
    branches = both(branches, part.branches)
    filters.push(...part.filters)
  }

  for (const key in where) {
    const value = where[key]
    if (value === undefined) continue
    const field = model.fields.get(key)
    if (field?.relation && field.kind === 'relation') take(readRelationFilter(context, field, field.relation, value))
    else if (field) {
      fields.add(key)
      addReferences(context, value)
      if (!negated) take({ branches: fieldBranches(context, field, value), filters: [] })
    } else if (key === 'AND') for (const part of asList(value)) take(readWhere(context, part))
    else if (key === 'OR') take(readAlternatives(context, asList(value)))
    else if (key === 'NOT') {
      for (const part of asList(value)) take({ ...readWhere({ ...context, negated: true }, part), branches: anyRow })
    } else {
      const unique = model.uniques.find(({ name }) => name === key)
      if (unique && isNode(value)) take(readWhere(context, fieldsOf(value, unique.fields)))
      else reading.giveUp(`the where of ${model.name} has ${key}, which is not known`)
    }
  }
  return { branches, filters }
}

/** The pins of a `where` alone. One that is not understood pins nothing. */
export function pinsOfWhere(dataModel: DataModel, model: Model, where: unknown): readonly Pins[] {
  let isUnderstood = true
  const giveUp = () => {
    isUnderstood = false
  }
  const reading = { dataModel, giveUp, note: null }
  const { branches } = readWhere({ reading, model, fields: fieldSet(model), place: ['where'], negated: false }, where)
  return isUnderstood ? branches : anyRow
}

/** A compound key, `orgId_slug: { orgId, slug }`, as the fields it is made of. */
function fieldsOf(value: Node, names: readonly string[]): Node {
  return Object.fromEntries(names.map((name) => [name, value[name]]))
}

/** Without alternatives it allows no row where it stands alone; in an `AND` Prisma leaves it out, and it allows all. Seen on client 7.10. */
function readAlternatives(context: WhereContext, parts: readonly unknown[]): Where {
  const read = parts.map((part) => readWhere(context, part))
  return {
    branches: context.negated || parts.length === 0 ? anyRow : either(read.flatMap((part) => part.branches)),
    filters: read.flatMap((part) => part.filters),
  }
}

function fieldBranches(context: WhereContext, field: Field, value: unknown): readonly Pins[] {
  const pins = pinsOf(context, field, value)
  const begins = pins === undefined ? beginningOf(context, field, value) : undefined
  if (begins) return [new Map([[prefixField(field.name, begins.length), begins.pin]])]
  if (pins !== undefined && pins.length <= valuesMax) return either(pins.map((pin) => new Map([[field.name, pin]])))
  const why = pins === undefined ? 'pins no value' : `has more than ${valuesMax} values`
  context.reading.note?.([...context.place, field.name], why)
  return anyRow
}

/** The values that a filter allows, or `undefined` when it is no equality. */
function pinsOf({ reading: { dataModel } }: WhereContext, field: Field, value: unknown): readonly Pin[] | undefined {
  if (!isNode(value)) {
    const pin = pinOf(dataModel, field, value)
    return pin === undefined ? undefined : [pin]
  }
  if (!onlyNarrows(value)) return undefined
  if (value.equals !== undefined) {
    const pin = pinOf(dataModel, field, value.equals)
    return pin === undefined ? undefined : [pin]
  }
  if (!Array.isArray(value.in)) return undefined
  const pins = value.in.map((one: unknown) => (one === null ? undefined : pinOf(dataModel, field, one)))
  return pins.includes(undefined) ? undefined : (pins as Pin[])
}

/** The first characters that a filter asks for. */
function beginningOf({ reading: { dataModel } }: WhereContext, field: Field, value: unknown) {
  return isNode(value) && onlyNarrows(value) ? prefixPin(dataModel, field, value.startsWith) : undefined
}

/** What is not known may change what the others mean, as `mode` does. Inherited keys count: the client reads them too. */
function onlyNarrows(filter: Node): boolean {
  for (const key in filter) {
    const isNarrowing = narrowing.has(key) || (key === 'mode' && filter[key] === 'default')
    if (!isNarrowing && filter[key] !== undefined) return false
  }
  return true
}

/** Operators that allow less and change nothing else. */
const narrowing: ReadonlySet<string> = new Set([
  ...['equals', 'in', 'not', 'notIn', 'lt', 'lte', 'gt', 'gte', 'contains', 'startsWith', 'endsWith'],
])

/** Fields that values of a filter refer to: `{ lt: prisma.city.fields.population }`. */
function addReferences(context: WhereContext, value: unknown, depth = 0): void {
  // Below that only data can stand: a JSON value.
  if (depth > referenceDepthMax || !(isNode(value) || Array.isArray(value))) return
  const { modelName, name, _toGraphQLInputType } = value as Node
  if (typeof _toGraphQLInputType === 'function') {
    if (modelName === context.model.name && typeof name === 'string') context.fields.add(name)
    else context.fields.addAll()
    return
  }
  for (const key in value) addReferences(context, (value as Node)[key], depth + 1)
}

/** The operator, a `not`, its operator, and a list of values. */
const referenceDepthMax = 4

function readRelationFilter(context: WhereContext, field: Field, relation: Relation, value: unknown): Where {
  const { reading } = context
  const target = reading.dataModel.models.get(relation.model)
  if (!target) {
    reading.giveUp(`${relation.model} is not known`)
    return openWhere
  }
  const place = [...context.place, field.name]
  for (const name of ownKeyFields(reading.dataModel, context.model, relation)) context.fields.add(name)
  const inside = (inner: unknown, negated: boolean): Where => {
    if (inner === null) {
      const pins = negated ? anyRow : pinsOfMissing(reading.dataModel, context.model, relation)
      return { branches: pins, filters: [{ field, relation, inner: null, fields: null }] }
    }
    const fields = fieldSet(target)
    const read = readWhere({ reading, model: target, fields, place, negated }, inner)
    const sameRow = !negated && !field.isList
    const pins = sameRow ? pinsThroughKey(reading.dataModel, context.model, relation, read.branches) : anyRow
    return { branches: pins, filters: [{ field, relation, inner: read, fields }] }
  }

  if (value === null) return inside(null, context.negated)
  if (!isNode(value)) {
    reading.giveUp(`the filter on ${field.name} is not an object`)
    return openWhere
  }
  const quantifiers = field.isList ? listQuantifiers : singleQuantifiers
  const words = Object.keys(quantifiers).filter((word) => value[word] !== undefined)
  if (!field.isList && words.length === 0) return inside(value, context.negated)
  for (const key in value) {
    if (value[key] === undefined || words.includes(key)) continue
    reading.giveUp(`the filter on ${field.name} has ${key}, which is not known`)
  }
  let branches = anyRow
  const filters: RelationFilter[] = []
  for (const word of words) {
    const read = inside(value[word], quantifiers[word]!(context.negated))
    branches = both(branches, read.branches)
    filters.push(...read.filters)
  }
  return { branches, filters }
}

/**
 * Whether the condition inside is negated. `some` and `none` ask whether a related row exists for which it is true, which
 * only rows that hold its equalities can answer; `every` asks the same of its opposite. A filter on a single row is a part of the
 * condition around it: the statement joins it.
 */
const listQuantifiers: Readonly<Record<string, (negated: boolean) => boolean>> = {
  some: () => false,
  none: () => false,
  every: () => true,
}

const singleQuantifiers: Readonly<Record<string, (negated: boolean) => boolean>> = {
  is: (negated) => negated,
  isNot: () => true,
}
