import type { Field, Model, Relation } from '../../analysis/data-model.ts'

/** One end of an implicit many-to-many relation. */
interface End {
  readonly model: string
  readonly field: string
}

/**
 * Which column of the join table holds the ids of which end.
 *
 * Source: Prisma's conventions for implicit many-to-many tables: `A` belongs to the model that comes first in the alphabet.
 * Where both ends are one model, the statements of client 7.10 show that it belongs to the field that comes first.
 */
export function joinColumns(own: End, other: End): { readonly own: string; readonly other: string } {
  const isFirst = own.model === other.model ? own.field <= other.field : own.model < other.model
  return isFirst ? { own: 'A', other: 'B' } : { own: 'B', other: 'A' }
}

/** The tables of implicit many-to-many relations, as models; both columns cascade. */
export function joinTables(declared: readonly Model[]): Model[] {
  const targets = new Map<string, Map<string, Model>>()
  for (const model of declared) {
    for (const { relation } of model.fields.values()) {
      if (!relation?.joinTable || !relation.joinColumns) continue
      const columns = targets.get(relation.joinTable) ?? new Map<string, Model>()
      targets.set(relation.joinTable, columns.set(relation.joinColumns.own, model))
    }
  }
  return [...targets].map(([name, columns]) => {
    const fields = [...columns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([column, model]) => joinColumn(column, model))
    return Object.freeze({
      name,
      table: name,
      databaseSchema: null,
      isView: false,
      isJoinTable: true,
      fields: new Map(fields.map((field) => [field.name, field])),
      scalars: fields,
      uniques: [],
      idFields: [],
      alwaysChanged: [],
    })
  })
}

function joinColumn(name: string, target: Model): Field {
  const id = target.fields.get(target.idFields[0] ?? '')
  // The column is its own relation: the client never sees this model, only the cascades do.
  const relation: Relation = {
    model: target.name,
    fromFields: [name],
    toFields: target.idFields,
    onDelete: 'Cascade',
    onUpdate: 'Cascade',
    joinTable: null,
    joinColumns: null,
    opposite: '',
  }
  return {
    name,
    column: name,
    kind: id?.kind ?? 'scalar',
    type: id?.type ?? 'Int',
    nativeType: id?.nativeType ?? null,
    enumValues: id?.enumValues ?? [],
    enumLabels: id?.enumLabels ?? new Map(),
    isList: false,
    isRequired: true,
    isUpdatedAt: false,
    isComputed: false,
    isHidden: false,
    isIndexed: true,
    literalDefault: undefined,
    default: null,
    volatility: 1,
    relation,
  }
}
