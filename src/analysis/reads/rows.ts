import { type Columns, type Pin, partsOfField } from '../../core/tags.ts'
import type { DataModel, Model } from '../data-model.ts'
import { isNode, type Node } from './node.ts'

/** Field to value: what a row is certain to hold. A field may be the first characters of one: `name^2`. */
export type Pins = ReadonlyMap<string, Pin>

/**
 * Some rows of one model that an answer is made from: those that a `where` selects, those that a relation leads to.
 *
 * A row is among them only if it holds one of `branches` as a whole; a branch without pins is any row, and no branch no row.
 */
export interface Rows {
  readonly model: Model
  readonly branches: readonly Pins[]
  /** Fields that matter; grows while the arguments are read. */
  readonly fields: FieldSet
  /** The keys that lead through the arguments to what names them: `['include', 'posts', 'where', 'author']`. */
  readonly place: Place
  /** Where and how they are shown in the result; `null` when they are not. */
  readonly shown: Shown | null
}

export type Place = readonly string[]

export interface Shown {
  /** The keys that lead through the result to them: `['posts', 'author']`. */
  readonly path: readonly string[]
  /** What selects their fields, and the keys that lead through the arguments to it. */
  readonly node: Node
  readonly place: Place
}

/** Fields of a model that matter to an answer. */
export interface FieldSet {
  add(name: string): void
  addAll(): void
  /** `'all'` when every column is among them. */
  columns(): Columns
}

export function fieldSet(model: Model): FieldSet {
  const names = new Set<string>()
  let isAll = false
  return {
    add(name) {
      names.add(name)
    },
    addAll() {
      isAll = true
    },
    columns() {
      if (isAll || model.scalars.every((field) => names.has(field.name) || field.isHidden)) return 'all'
      const columns: string[] = []
      for (const name of names) columns.push(model.fields.get(name)?.column ?? name)
      return columns
    },
  }
}

export const anyRow: readonly Pins[] = [new Map()]

/** A query that names more values than this is analysed without them. */
export const valuesMax = 128

/** Rows that hold a branch of each. What would be too many combinations is left as `left` says. */
export function both(left: readonly Pins[], right: readonly Pins[]): readonly Pins[] {
  if (pinsNothing(right)) return left
  if (pinsNothing(left)) return right
  if (left.length * right.length > valuesMax) return left
  return left.flatMap((one) => right.map((other) => (one.size === 0 ? other : new Map([...other, ...one]))))
}

/** Rows that hold a branch of either. */
export function either(branches: readonly Pins[]): readonly Pins[] {
  return branches.length > valuesMax || pinsNothing(branches) ? anyRow : branches
}

/** Whether any row may be among them. */
export function pinsNothing(branches: readonly Pins[]): boolean {
  return branches.some((one) => one.size === 0)
}

/** More fields than this are not told apart. */
const pinnedMax = 3

/**
 * Those of some pinned fields that a shape is made of: a whole unique key if there is one; else the steadiest, because an
 * update of a pinned field reaches every query of the fields before it.
 */
export function shapeFields(model: Model, names: ReadonlySet<string>): readonly string[] {
  if (names.size === 1) return [...names]
  const key = model.uniques.find((unique) => unique.fields.every((name) => names.has(name)))
  const chosen = key ? new Set(key.fields) : names
  const volatility = (name: string) => model.fields.get(partsOfField(name).column)?.volatility ?? 0
  const order = new Map(model.scalars.map((field, i) => [field.name, i]))
  const place = (name: string) => order.get(partsOfField(name).column) ?? 0
  return [...chosen]
    .sort((one, other) => volatility(one) - volatility(other) || place(one) - place(other))
    .slice(0, key ? chosen.size : pinnedMax)
}

/** What the analysis of one read is made with, and what it tells as it goes. */
export interface Reading {
  readonly dataModel: DataModel
  readonly client: ClientView
  /** The relations that a fluent call unpacks: of `findUnique(...).posts()` the result shows only posts. */
  readonly unpacked: readonly string[]
  /** The answer is made from these rows. */
  emit(rows: Rows): void
  /** The same, and the result shows all of these rows, or the first of them. */
  emitListed(rows: Rows): void
  /** The answer is made from these rows, which are told by what the result shows. */
  emitLate(rows: Rows, link: LateLink): void
  /** Whether the result can show these fields of the rows; asks for them where the arguments do not. */
  shows(rows: Rows, names: readonly string[]): boolean
  /** The arguments hold something that is not understood: everything that they mention may matter. */
  giveUp(reason: string): void
  /** Why something is coarser than it might be; heard only when somebody asks. */
  readonly note: ((place: Place, reason: string) => void) | null
}

/** What the client does to a selection, beside what the arguments say. */
export interface ClientView {
  /** By model: fields that are left out unless the arguments ask for them (the client's global `omit`). */
  readonly omitted: ReadonlyMap<string, ReadonlySet<string>>
  /** By model: computed fields, and the fields that each needs. One may have the name of a column, and shows instead of it. */
  readonly computed: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>
}

/** Of a client that was made without options, and not extended. */
export const plainView: ClientView = { omitted: new Map(), computed: new Map() }

/**
 * Whether a node's rows lack a column because it is left out.
 *
 * What the node's own `omit` says counts, whatever it is, and only else the client's: `undefined` shows the field. Columns that
 * a computed field needs are loaded all the same; that it might be left out itself is not looked at.
 *
 * Source: `{ ...globalOmit, ...omit }` in the runtime of client 7.10.
 */
export function isOmitted(client: ClientView, model: Model, omit: unknown, name: string): boolean {
  const isOwn = isNode(omit) && Object.hasOwn(omit, name)
  const isLeftOut = isOwn ? omit[name] === true : client.omitted.get(model.name)?.has(name) === true
  return isLeftOut && !isNeeded(client, model, name)
}

/** Whether a computed field needs the field. */
export function isNeeded({ computed }: ClientView, model: Model, name: string): boolean {
  const needs = computed.get(model.name)
  return needs !== undefined && [...needs.values()].some((names) => names.includes(name))
}

/** Each row at hand holds the keys of one of the rows shown elsewhere. */
export interface LateLink {
  readonly parents: Rows
  readonly pairs: readonly KeyPair[]
}

/** `from` of a row equals `to` of its related row. */
export interface KeyPair {
  readonly from: string
  readonly to: string
}
