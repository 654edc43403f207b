/**
 * What the analysis knows about the database: models, keys, and who references whom.
 *
 * It also holds what the client does not show, because a cascade does not care: fields and models marked `@ignore`, and
 * the join tables of implicit many-to-many relations as models of their own (`_PostToTag`).
 */
export interface DataModel {
  /** `postgresql`, `cockroachdb`, `mysql`, `sqlite`, `sqlserver`. */
  readonly provider: string
  readonly strictUndefinedChecks: boolean
  /** Whether the database itself keeps the foreign keys; with `relationMode = "prisma"` it does not. */
  readonly hasForeignKeys: boolean
  readonly models: ReadonlyMap<string, Model>
  /** Referenced model to the foreign keys that point at it. A model that nobody references is absent. */
  readonly references: ReadonlyMap<string, readonly ForeignKey[]>
}

export interface Model {
  readonly name: string
  /** The table, without its schema. */
  readonly table: string
  /** Where the table is (`@@schema`); `null` where the model does not say. */
  readonly databaseSchema: string | null
  readonly isView: boolean
  /** The table behind an implicit many-to-many relation; the client has no such model. */
  readonly isJoinTable: boolean
  readonly fields: ReadonlyMap<string, Field>
  /** The fields with columns, in the order of the schema. */
  readonly scalars: readonly Field[]
  /** The id first, if there is one. */
  readonly uniques: readonly Unique[]
  /** The fields of the `@id` or `@@id`; empty when the model has none. */
  readonly idFields: readonly string[]
  /** Fields that any update may change although it does not name them: `@updatedAt`, and columns the database computes. */
  readonly alwaysChanged: readonly string[]
}

/** A unique key. `name` is its key in a `where`: `id`, `email`, `orgId_slug`. */
export interface Unique {
  readonly name: string
  readonly fields: readonly string[]
}

export interface Field {
  readonly name: string
  readonly column: string
  readonly kind: 'scalar' | 'enum' | 'relation' | 'composite'
  /** `Int`, `String`, ... or the name of the enum, model or composite type. */
  readonly type: string
  /** `@db.VarChar(20)` is `{ name: 'VarChar', args: ['20'] }`. */
  readonly nativeType: { readonly name: string; readonly args: readonly string[] } | null
  /** Empty unless the field is an enum, and empty when a value is mapped to another name in the database. */
  readonly enumValues: readonly string[]
  /** What the client calls the values of an enum, and what the database does; empty unless the field is an enum. */
  readonly enumLabels: ReadonlyMap<string, string>
  readonly isList: boolean
  readonly isRequired: boolean
  readonly isUpdatedAt: boolean
  /** Its default is an expression over other columns, as the default of a generated column is. */
  readonly isComputed: boolean
  /** Marked `@ignore`: the database has it, the client does not. */
  readonly isHidden: boolean
  /** Part of an id, a unique key, a foreign key or an index: likely to be filtered by. */
  readonly isIndexed: boolean
  /** The default, where it is a plain value: the client sends it when a row is created without one. Else `undefined`. */
  readonly literalDefault: unknown
  /** What a row is created with when its creator does not say. */
  readonly default: Default | null
  /** How often its value changes in a row, as far as the schema tells: 0 for keys, 1 for foreign keys, up to 4 for flags. */
  readonly volatility: number
  readonly relation: Relation | null
}

/**
 * A default: a plain value, one that the client makes, or one that only the database does (`autoincrement`, and any expression).
 *
 * A `value` is as the schema parser writes it: text for BigInt, DateTime, Json (JSON) and Bytes (base64), also inside a list.
 */
export type Default =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: DefaultFunction; readonly args: readonly unknown[] }
  | { readonly kind: 'database' }

export type DefaultFunction = 'now' | 'uuid' | 'cuid' | 'nanoid' | 'ulid' | 'autoincrement'

/** One side of a relation. `fromFields` is empty on the side that does not hold the foreign key. */
export interface Relation {
  readonly model: string
  readonly fromFields: readonly string[]
  readonly toFields: readonly string[]
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
  /** The pseudo model of an implicit many-to-many relation. */
  readonly joinTable: string | null
  /** The columns of the join table: that of the row at hand, and that of the related row. `null` without a join table. */
  readonly joinColumns: { readonly own: string; readonly other: string } | null
  /** The field on the other model. */
  readonly opposite: string
}

export type ReferentialAction = 'Cascade' | 'Restrict' | 'NoAction' | 'SetNull' | 'SetDefault'

/** `fields` of `model` reference `toFields` of the model it is listed under. */
export interface ForeignKey {
  readonly model: string
  readonly fields: readonly string[]
  readonly toFields: readonly string[]
  readonly onDelete: ReferentialAction
  readonly onUpdate: ReferentialAction
}

/** The field on the other side of a relation. */
export function oppositeOf(dataModel: DataModel, relation: Relation): Field | undefined {
  return dataModel.models.get(relation.model)?.fields.get(relation.opposite)
}

/** The column of a field; the name itself when the model has no such field. */
export function columnOf(model: Model, name: string): string {
  return model.fields.get(name)?.column ?? name
}
