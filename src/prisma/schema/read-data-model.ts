import type {
  DataModel,
  Default,
  DefaultFunction,
  Field,
  ForeignKey,
  Model,
  Relation,
  Unique,
} from '../../analysis/data-model.ts'
import { parseSchema, type RawEnum, type RawField, type RawModel } from './dmmf.ts'
import { joinColumns, joinTables } from './join-tables.ts'
import { readSchemaText } from './schema-text.ts'

/**
 * The data model of a schema, from its text (several files may be concatenated).
 *
 * Takes about 100 ms: once per client. Throws what the schema parser throws when the text is not a valid schema.
 */
export function readDataModel(schemaText: string): DataModel {
  const schema = readSchemaText(schemaText)
  const { dmmf, config } = parseSchema(schema.text)
  const { datamodel, mappings } = dmmf

  // A model that cannot be written is a view even if its block was not recognised.
  const writable = new Set(mappings.modelOperations.filter((found) => found.deleteMany).map((found) => found.model))
  const reading: Reading = {
    models: datamodel.models,
    enums: new Map(datamodel.enums.map((found) => [found.name, found])),
    indexed: new Set(datamodel.indexes.flatMap(({ model, fields }) => fields.map(({ name }) => `${model}.${name}`))),
    hidden: schema.hidden,
  }
  const declared = datamodel.models.map((raw) => {
    return readModel(reading, raw, { isView: schema.views.has(raw.name) || !writable.has(raw.name) })
  })
  const models = new Map([...declared, ...joinTables(declared)].map((model) => [model.name, model]))
  return Object.freeze({
    provider: config.provider,
    strictUndefinedChecks: config.previewFeatures.includes('strictUndefinedChecks'),
    hasForeignKeys: schema.relationMode !== 'prisma',
    models,
    references: referencesOf(models),
  })
}

interface Reading {
  readonly models: readonly RawModel[]
  readonly enums: ReadonlyMap<string, RawEnum>
  /** `City.population` for every field that is part of an index, a key or an id. */
  readonly indexed: ReadonlySet<string>
  readonly hidden: ReadonlySet<string>
}

function readModel(reading: Reading, raw: RawModel, { isView }: { isView: boolean }): Model {
  const idField = raw.fields.find((field) => field.isId)
  const idFields = raw.primaryKey?.fields ?? (idField ? [idField.name] : [])
  const id: Unique[] = idFields.length ? [{ name: raw.primaryKey?.name ?? idFields.join('_'), fields: idFields }] : []
  const names = new Set(raw.fields.map((field) => field.name))
  const uniques = [
    ...id,
    ...raw.fields.filter((field) => field.isUnique).map(({ name }) => ({ name, fields: [name] })),
    ...raw.uniqueIndexes.map((index) => ({ name: index.name ?? index.fields.join('_'), fields: index.fields })),
  ].filter((unique) => unique.fields.every((field) => names.has(field)))

  const foreign = new Set(raw.fields.flatMap((field) => field.relationFromFields ?? []))
  const keys = new Set(uniques.flatMap((unique) => unique.fields))
  const fields = raw.fields.map((field) =>
    readField(reading, raw, field, { isKey: keys.has(field.name), isForeign: foreign.has(field.name) }),
  )
  return Object.freeze({
    name: raw.name,
    table: raw.dbName ?? raw.name,
    databaseSchema: raw.schema ?? null,
    isView,
    isJoinTable: false,
    fields: new Map(fields.map((field) => [field.name, field])),
    scalars: fields.filter((field) => field.kind !== 'relation'),
    uniques,
    idFields,
    alwaysChanged: fields.filter((field) => field.isUpdatedAt || field.isComputed).map((field) => field.name),
  })
}

function readField(
  { models, enums, indexed, hidden }: Reading,
  owner: RawModel,
  raw: RawField,
  { isKey, isForeign }: { readonly isKey: boolean; readonly isForeign: boolean },
): Field {
  const isRelation = raw.relationName !== undefined
  const path = `${owner.name}.${raw.name}`
  const found = raw.kind === 'enum' ? enums.get(raw.type) : undefined
  return Object.freeze({
    name: raw.name,
    column: raw.dbName ?? raw.name,
    kind: isRelation ? 'relation' : raw.kind === 'object' ? 'composite' : raw.kind === 'enum' ? 'enum' : 'scalar',
    type: raw.type,
    nativeType: raw.nativeType ? { name: raw.nativeType[0], args: raw.nativeType[1] } : null,
    enumValues: found ? enumValues(found) : [],
    enumLabels: new Map(found?.values.map(({ name, dbName }) => [name, dbName ?? name])),
    isList: raw.isList,
    isRequired: raw.isRequired,
    isUpdatedAt: raw.isUpdatedAt ?? false,
    isComputed: isComputed(raw.default),
    isHidden: hidden.has(path) || hidden.has(owner.name),
    isIndexed: isKey || isForeign || indexed.has(path),
    literalDefault: raw.isList || typeof raw.default === 'object' ? undefined : raw.default,
    default: readDefault(raw),
    volatility: raw.type === 'Boolean' ? 4 : raw.kind === 'enum' ? 3 : isKey ? 0 : isForeign ? 1 : 2,
    relation: isRelation ? readRelation(models, owner, raw) : null,
  })
}

function readRelation(models: readonly RawModel[], owner: RawModel, raw: RawField): Relation {
  const other = models.find((model) => model.name === raw.type)
  const opposite = other?.fields.find(
    (field) => field.relationName === raw.relationName && field.type === owner.name && field !== raw,
  )
  const isImplicitManyToMany = raw.isList && opposite?.isList === true
  return Object.freeze({
    model: raw.type,
    fromFields: raw.relationFromFields ?? [],
    toFields: raw.relationToFields ?? [],
    onDelete: raw.relationOnDelete ?? (raw.isRequired ? 'Restrict' : 'SetNull'),
    onUpdate: raw.relationOnUpdate ?? 'Cascade',
    joinTable: isImplicitManyToMany ? `_${raw.relationName}` : null,
    joinColumns: isImplicitManyToMany
      ? joinColumns({ model: owner.name, field: raw.name }, { model: raw.type, field: opposite.name })
      : null,
    opposite: opposite?.name ?? '',
  })
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

const defaultFunctions: ReadonlySet<unknown> = new Set<DefaultFunction>([
  'now',
  'uuid',
  'cuid',
  'nanoid',
  'ulid',
  'autoincrement',
])

function readDefault({ default: found }: RawField): Default | null {
  if (found === undefined || found === null) return null
  if (typeof found !== 'object' || Array.isArray(found)) return Object.freeze({ kind: 'literal', value: found })
  const { name, args } = found as { readonly name?: unknown; readonly args?: unknown }
  if (!defaultFunctions.has(name) || !Array.isArray(args)) return Object.freeze({ kind: 'database' })
  return Object.freeze({ kind: name as DefaultFunction, args })
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
