import { columnOf, type DataModel } from '../../analysis/data-model.ts'
import type { RowEvent } from '../../analysis/writes/row-event.ts'

/** The models with write-behind that the rows of a model refer to by foreign keys. */
export function referencesTo(dataModel: DataModel, isPending: (model: string) => boolean) {
  const found = new Map<string, string[]>()
  for (const [referenced, keys] of dataModel.references) {
    if (!isPending(referenced)) continue
    for (const { model } of keys) found.set(model, [...new Set([...(found.get(model) ?? []), referenced])])
  }
  return (model: string): readonly string[] => found.get(model) ?? []
}

/** What accepted writes a synchronous write must not meet half done, beside those of the models that it writes. */
export interface Neighbours {
  /** Their rows may be referred to by what it writes: they have to be there. */
  readonly settled: readonly string[]
  /** Their rows may refer to what it takes away: none may be on its way. */
  readonly gated: readonly string[]
}

export function neighboursOf(
  dataModel: DataModel,
  events: readonly RowEvent[],
  isPending: (model: string) => boolean,
): Neighbours {
  const referencing = events
    .filter(({ kind }) => kind !== 'delete')
    .flatMap(({ model }) => referencedOf(dataModel, model))
  const taken = events.flatMap((event) =>
    (dataModel.references.get(event.model) ?? []).flatMap(({ model, toFields }) =>
      takesAway(dataModel, event, toFields) ? [model] : [],
    ),
  )
  return {
    settled: [...new Set(referencing.filter(isPending))],
    gated: [...new Set(taken.filter(isPending))],
  }
}

function referencedOf(dataModel: DataModel, model: string): readonly string[] {
  const fields = [...(dataModel.models.get(model)?.fields.values() ?? [])]
  return fields.flatMap(({ relation }) => (relation && relation.fromFields.length > 0 ? [relation.model] : []))
}

function takesAway(dataModel: DataModel, { model, kind, changed }: RowEvent, keys: readonly string[]): boolean {
  if (kind === 'create') return false
  if (kind !== 'update' || changed === 'all') return true
  const found = dataModel.models.get(model)
  return found !== undefined && keys.some((name) => changed.includes(columnOf(found, name)))
}
