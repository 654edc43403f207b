import type { DataModel, Model } from '../data-model.ts'

/** Whether a delete of a row may delete or change other rows of its model, by the actions of foreign keys. */
export function deletesReachSiblings(dataModel: DataModel, model: Model): boolean {
  const reached = new Set<string>()
  const visit = (name: string): boolean =>
    (dataModel.references.get(name) ?? []).some(({ model: child, onDelete }) => {
      if (onDelete === 'Restrict' || onDelete === 'NoAction') return false
      if (child === model.name) return true
      // A row whose key is set to NULL has nobody who follows it, unless by that key: rather once too often.
      if (reached.has(child)) return false
      reached.add(child)
      return visit(child)
    })
  return visit(model.name)
}
