import { get_config, get_dmmf } from '@prisma/prisma-schema-wasm'
import type {
  DataModel,
  Field,
  ForeignKey,
  Model,
  ReferentialAction,
  Relation,
  Unique,
} from '../analysis/data-model.ts'
import { readSchemaText } from './schema-text.ts'

/**
 * The data model of a schema, from its text (several files may be concatenated).
 *
 * Takes about 100 ms: once per client. Throws what the schema parser throws when the text is not a valid schema.
 */
export function readDataModel(schemaText: string): DataModel {
  const { text, views } = readSchemaText(schemaText)
  const { datamodel, mappings } = JSON.parse(get_dmmf(JSON.stringify({ prismaSchema: text }))) as Dmmf
  const { config } = JSON.parse(get_config(JSON.stringify({ prismaSchema: text }))) as Config

  // A model that cannot be written is a view even if its block was not recognised.
  const writable = new Set(mappings.modelOperations.filter((found) => found.deleteMany).map((found) => found.model))
  const enums = new Map(datamodel.enums.map((found) => [found.name, enumValues(found)]))
  const declared = datamodel.models.map((raw) => {
    const fields = raw.fields.map((field) => readField(datamodel.models, enums, raw, field))
    return readModel(raw, fields, { isView: views.has(raw.name) || !writable.has(raw.name) })
  })
  const models = new Map([...declared, ...joinTables(declared)].map((model) => [model.name, model]))
  return Object.freeze({
    provider: config.datasources[0]?.activeProvider ?? 'unknown',
    strictUndefinedChecks: config.generators.some((one) => one.previewFeatures.includes('strictUndefinedChecks')),
    models,
    references: referencesOf(models),
  })
}

function readModel(raw: RawModel, fields: readonly Field[], { isView }: { isView: boolean }): Model {
  const idField = raw.fields.find((field) => field.isId)
  const idFields = raw.primaryKey?.fields ?? (idField ? [idField.name] : [])
  const names = new Set(fields.map((field) => field.name))
  const id: Unique[] = idFields.length ? [{ name: raw.primaryKey?.name ?? idFields.join('_'), fields: idFields }] : []
  const uniques = [
    ...id,
    ...raw.fields.filter((field) => field.isUnique).map(({ name }) => ({ name, fields: [name] })),
    ...raw.uniqueIndexes.map((index) => ({ name: index.name ?? index.fields.join('_'), fields: index.fields })),
  ]
  return Object.freeze({
    name: raw.name,
    table: raw.dbName ?? raw.name,
    isView,
    isJoinTable: false,
    fields: new Map(fields.map((field) => [field.name, field])),
    uniques: uniques.filter((unique) => unique.fields.every((field) => names.has(field))),
    idFields,
    alwaysChanged: fields.filter((field) => field.isUpdatedAt || field.isComputed).map((field) => field.name),
  })
}

function readField(
  models: readonly RawModel[],
  enums: ReadonlyMap<string, readonly string[]>,
  owner: RawModel,
  raw: RawField,
): Field {
  const isRelation = raw.relationName !== undefined
  return Object.freeze({
    name: raw.name,
    column: raw.dbName ?? raw.name,
    kind: isRelation ? 'relation' : raw.kind === 'object' ? 'composite' : raw.kind === 'enum' ? 'enum' : 'scalar',
    type: raw.type,
    nativeType: raw.nativeType ? { name: raw.nativeType[0], args: raw.nativeType[1] } : null,
    enumValues: raw.kind === 'enum' ? (enums.get(raw.type) ?? []) : [],
    isList: raw.isList,
    isRequired: raw.isRequired,
    isUpdatedAt: raw.isUpdatedAt ?? false,
    isComputed: isComputed(raw.default),
    relation: isRelation ? readRelation(models, owner, raw) : null,
  })
}

function readRelation(models: readonly RawModel[], owner: RawModel, raw: RawField): Relation {
  const other = models.find((model) => model.name === raw.type)
  const opposite = other?.fields.find(
    (field) => field.relationName === raw.relationName && field.type === owner.name && field !== raw,
  )
  const fromFields = raw.relationFromFields ?? []
  const isImplicitManyToMany = raw.isList && opposite?.isList === true
  return Object.freeze({
    model: raw.type,
    fromFields,
    toFields: raw.relationToFields ?? [],
    onDelete: raw.relationOnDelete ?? (raw.isRequired ? 'Restrict' : 'SetNull'),
    onUpdate: raw.relationOnUpdate ?? 'Cascade',
    joinTable: isImplicitManyToMany ? `_${raw.relationName}` : null,
    opposite: opposite?.name ?? '',
  })
}

/** Implicit many-to-many tables: column A references the alphabetically first model, B the other; both cascade. */
function joinTables(declared: readonly Model[]): Model[] {
  const sides = new Map<string, string[]>()
  for (const model of declared) {
    for (const { relation } of model.fields.values()) {
      if (relation?.joinTable) sides.set(relation.joinTable, [model.name, relation.model].sort())
    }
  }
  const byName = new Map(declared.map((model) => [model.name, model]))
  return [...sides].map(([name, targets]) => {
    const fields = targets.map((target, side) => joinColumn(side === 0 ? 'A' : 'B', byName.get(target)!))
    return Object.freeze({
      name,
      table: name,
      isView: false,
      isJoinTable: true,
      fields: new Map(fields.map((field) => [field.name, field])),
      uniques: [],
      idFields: [],
      alwaysChanged: [],
    })
  })
}

function joinColumn(name: string, target: Model): Field {
  const id = target.fields.get(target.idFields[0] ?? '')
  const relation: Relation = {
    model: target.name,
    fromFields: [name],
    toFields: target.idFields,
    onDelete: 'Cascade',
    onUpdate: 'Cascade',
    joinTable: null,
    opposite: '',
  }
  // The column is its own relation: the client never sees this model, only the cascades do.
  return {
    name,
    column: name,
    kind: 'scalar',
    type: id?.type ?? 'Int',
    nativeType: id?.nativeType ?? null,
    enumValues: id?.enumValues ?? [],
    isList: false,
    isRequired: true,
    isUpdatedAt: false,
    isComputed: false,
    relation,
  }
}

function referencesOf(models: ReadonlyMap<string, Model>): ReadonlyMap<string, readonly ForeignKey[]> {
  const references = new Map<string, ForeignKey[]>()
  for (const model of models.values()) {
    for (const { relation } of model.fields.values()) {
      if (!relation?.fromFields.length) continue
      const { fromFields: fields, toFields, onDelete, onUpdate } = relation
      const known = references.get(relation.model) ?? []
      references.set(relation.model, [...known, { model: model.name, fields, toFields, onDelete, onUpdate }])
    }
  }
  return references
}

/** Whether a `dbgenerated` default may read other columns: it names something that is not a function. */
function isComputed(fallback: unknown): boolean {
  if (typeof fallback !== 'object' || fallback === null || !('name' in fallback)) return false
  if (fallback.name !== 'dbgenerated' || !('args' in fallback) || !Array.isArray(fallback.args)) return false
  const expression: unknown = fallback.args[0]
  if (typeof expression !== 'string') return true
  const withoutLiterals = expression.replace(/'(?:[^']|'')*'/g, '').replace(/::\s*[\w."]+/g, '')
  return /\b[A-Za-z_]\w*\b(?!\s*[(.])/.test(withoutLiterals)
}

/** Empty when a value is mapped: nothing then promises that arguments and rows spell it alike. */
function enumValues(found: RawEnum): readonly string[] {
  const isMapped = found.values.some((value) => value.dbName != null && value.dbName !== value.name)
  return isMapped ? [] : found.values.map((value) => value.name)
}

/** The parts of the DMMF that are read; its version is pinned in package.json. */
interface Dmmf {
  readonly datamodel: { readonly models: readonly RawModel[]; readonly enums: readonly RawEnum[] }
  readonly mappings: { readonly modelOperations: readonly { readonly model: string; readonly deleteMany?: string }[] }
}

interface RawEnum {
  readonly name: string
  readonly values: readonly { readonly name: string; readonly dbName?: string | null }[]
}

interface RawModel {
  readonly name: string
  readonly dbName: string | null
  readonly fields: readonly RawField[]
  readonly primaryKey: { readonly name: string | null; readonly fields: readonly string[] } | null
  readonly uniqueIndexes: readonly { readonly name: string | null; readonly fields: readonly string[] }[]
}

interface RawField {
  readonly name: string
  readonly dbName?: string
  readonly kind: string
  readonly type: string
  readonly nativeType?: readonly [string, readonly string[]] | null
  readonly isList: boolean
  readonly isRequired: boolean
  readonly isId: boolean
  readonly isUnique: boolean
  readonly isUpdatedAt?: boolean
  readonly default?: unknown
  readonly relationName?: string
  readonly relationFromFields?: readonly string[]
  readonly relationToFields?: readonly string[]
  readonly relationOnDelete?: ReferentialAction
  readonly relationOnUpdate?: ReferentialAction
}

interface Config {
  readonly config: {
    readonly datasources: readonly { readonly activeProvider: string }[]
    readonly generators: readonly { readonly previewFeatures: readonly string[] }[]
  }
}
