import type { Shape } from '../core/tags.ts'
import type { DataModel, Field } from './data-model.ts'

/**
 * The text of a value for an exact tag, or `undefined` when the database's equality is not plainly the text's.
 *
 * `{ equals: x }` is `x`. Dates, decimals, floats, bytes, JSON, lists, `null`, field references and everything with a mode
 * are not pinned. Neither are strings where the database compares them more loosely: MySQL, SQL Server, `citext`, `char(n)`.
 * A column that was given such a collation by hand does not show in the schema and must not be cached by that key.
 */
export function pinnedValue({ provider }: DataModel, field: Field, value: unknown): string | undefined {
  if (field.isList) return undefined
  const plain = equalsOf(value)
  if (field.kind === 'enum') {
    return typeof plain === 'string' && field.enumValues.includes(plain) ? plain : undefined
  }
  if (field.kind !== 'scalar') return undefined
  switch (field.type) {
    case 'Int':
    case 'BigInt':
      return typeof plain === 'bigint' || Number.isSafeInteger(plain) ? String(plain) : undefined
    case 'Boolean':
      return typeof plain === 'boolean' ? String(plain) : undefined
    case 'String':
      return typeof plain === 'string' && comparesByText.has(provider) ? pinnedText(field, plain) : undefined
    default:
      return undefined
  }
}

/**
 * The values of a shape's fields as one text, in the order of `shape.fields`: `["12","abc"]`. `undefined` when one is not
 * known. Both sides of an exact tag, what a query depends on and what a write touches, are made here.
 */
export function encodeValues(shape: Shape, known: ReadonlyMap<string, string>): string | undefined {
  const texts = shape.fields.map((field) => known.get(field))
  return texts.includes(undefined) ? undefined : JSON.stringify(texts)
}

const comparesByText: ReadonlySet<string> = new Set(['postgresql', 'postgres', 'cockroachdb', 'sqlite'])

function pinnedText(field: Field, text: string): string | undefined {
  // The driver replaces a lone surrogate, so two such texts may be one in the database; NUL ends a text in some.
  if (/[\0\p{Surrogate}]/u.test(text)) return undefined
  const native = field.nativeType
  switch (native?.name) {
    case undefined:
    case 'Text':
      return text
    case 'VarChar':
    case 'String': {
      // Blanks beyond the length are cut off silently (SQL standard), so the stored text may be another one.
      const length = native?.args[0]
      return length === undefined || text.length <= Number(length) ? text : undefined
    }
    case 'Uuid':
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined
    default:
      return undefined
  }
}

/** `x` of a lone `{ equals: x }`; anything else as it is. */
function equalsOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('equals' in value)) return value
  // Inherited keys count: the client reads them too.
  for (const key in value) if (key !== 'equals') return value
  return value.equals
}
