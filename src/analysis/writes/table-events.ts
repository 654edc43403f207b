import type { DataModel } from '../data-model.ts'
import { type DeclaredChanges, withConsequences } from './consequences.ts'
import { anyEvent, type RowEvent } from './row-event.ts'

/**
 * What a raw statement on these tables may have done. Names are compared without case and without their schema.
 *
 * A table that no model has may be a view, a partition, or have triggers: then every model is touched. Triggers on a table
 * that a model has are not seen, nor is `TRUNCATE ... CASCADE`, which goes beyond the referential actions: pass `'all'` for it.
 */
export function eventsOfTables(
  dataModel: DataModel,
  declared: DeclaredChanges,
  tables: readonly string[] | 'all',
): readonly RowEvent[] {
  if (tables === 'all') return everyModel(dataModel, 'raw SQL that may write anything')
  const touched: RowEvent[] = []
  for (const name of tables) {
    const models = modelsOf(dataModel, name)
    if (models.length === 0 || models.some((model) => model.isView)) {
      return everyModel(dataModel, `raw SQL writes ${name}, which is no table of a model`)
    }
    touched.push(...models.map((model) => anyEvent(model.name, 'raw SQL writes its table')))
  }
  return withConsequences(dataModel, declared, touched)
}

/** Something unknown happened anywhere. */
export function everyModel(dataModel: DataModel, cause: string): RowEvent[] {
  return [...dataModel.models.keys()].map((model) => anyEvent(model, cause))
}

function modelsOf(dataModel: DataModel, name: string) {
  const whole = bare(name)
  const last = bare(name.slice(name.lastIndexOf('.') + 1))
  return [...dataModel.models.values()].filter((model) => {
    const table = bare(model.table)
    return table === whole || table === last
  })
}

function bare(name: string): string {
  return name.replaceAll(/["`[\]]/g, '').toLowerCase()
}
