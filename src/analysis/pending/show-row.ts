import type { ModelRules } from './model-rules.ts'
import type { Row } from './pending-write.ts'

/** The named fields of a row, in that order, as the caller may change them: nothing of it is shared. */
export function showRow({ fields }: ModelRules, row: Row, names: readonly string[]): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const name of names) {
    const value = row[name]
    const found = fields.get(name)
    const copy = found?.rule?.copy
    if (found?.field.isList && Array.isArray(value)) shown[name] = copy ? value.map(copy) : [...value]
    else shown[name] = copy ? copy(value) : value
  }
  return shown
}
