import type { FieldType, RowType, RowTypes, ValueKind } from '../core/codec/result-types.ts'
import type { DataModel, Field, Model } from './data-model.ts'

/**
 * What rows of each model hold, relations and aggregates included.
 *
 * Source: https://www.prisma.io/docs/orm/prisma-client/queries/aggregation-grouping-summarizing; averages of integers are floats.
 */
export function rowTypesOf({ models }: Pick<DataModel, 'models'>): RowTypes {
  const types = new Map<string, RowType>()
  for (const model of models.values()) {
    const scalars = model.scalars.filter((field) => !field.isHidden)
    const fields = [...model.fields.values()].filter((field) => !field.isHidden)
    const plain: FieldType = { is: 'plain', isList: false }
    const aggregate = (name: string, of: (field: Field) => FieldType) => {
      types.set(
        `${model.name} ${name}`,
        new Map([['_all', plain], ...scalars.map((one) => [one.name, of(one)] as const)]),
      )
      return [name, { is: { rowsOf: `${model.name} ${name}` }, isList: false }] as const
    }
    types.set(
      model.name,
      new Map<string, FieldType>([
        ...fields.flatMap((field) => {
          const type = typeOfField(field, models)
          return type ? [[field.name, type] as const] : []
        }),
        aggregate('_sum', (field) => scalarType(field)),
        aggregate('_min', (field) => scalarType(field)),
        aggregate('_max', (field) => scalarType(field)),
        aggregate('_avg', (field) => ({ is: field.type === 'Decimal' ? 'decimal' : 'float', isList: false })),
        // Of relations within a row, of columns within an aggregate.
        ['_count', { is: 'json', isList: false }],
      ]),
    )
  }
  return (model) => types.get(model)
}

/** `undefined` where the results of a field are not known in every detail. */
function typeOfField(field: Field, models: ReadonlyMap<string, Model>): FieldType | undefined {
  if (field.kind === 'composite') return undefined
  if (!field.relation) return scalarType(field)
  return models.has(field.type) ? { is: { rowsOf: field.type }, isList: field.isList } : undefined
}

function scalarType({ kind, type, isList }: Field): FieldType {
  return { is: kind === 'enum' ? 'plain' : (kinds[type] ?? 'json'), isList }
}

const kinds: Readonly<Record<string, ValueKind | undefined>> = {
  String: 'plain',
  Int: 'plain',
  Boolean: 'plain',
  Float: 'float',
  DateTime: 'date',
  Decimal: 'decimal',
  BigInt: 'bigint',
  Bytes: 'bytes',
  Json: 'json',
}
