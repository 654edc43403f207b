import type { Field } from '../data-model.ts'
import type { Pinner } from './pinner.ts'

/** Text as it is, where the column compares it character by character. `null` for native types that do not. */
export function stringPinner(nativeType: Field['nativeType']): Pinner | null {
  const length = nativeType?.args[0] === undefined ? Number.POSITIVE_INFINITY : Number(nativeType.args[0])
  switch (nativeType?.name) {
    case undefined:
    case 'Text':
      return (value) => (isExact(value) ? value : undefined)
    case 'VarChar':
    case 'String':
      // Blanks beyond the length are cut off silently (SQL standard), so the stored text may be another one.
      return (value) => (isExact(value) && value.length <= length ? value : undefined)
    case 'Uuid':
      return (value) => (typeof value === 'string' && uuid.test(value) ? value.toLowerCase() : undefined)
    default:
      return null
  }
}

/** PostgreSQL takes other spellings too: without hyphens, in braces. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The driver replaces a lone surrogate, so two such texts may be one in the database; NUL ends a text in some. */
function isExact(value: unknown): value is string {
  return typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value)
}
