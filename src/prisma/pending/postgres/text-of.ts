import type { Field } from '../../../analysis/data-model.ts'

/** A value as an element of an array literal: quoted where its text may need that. */
export type ElementOf = (value: unknown) => string

/** How values of a field are written, a list as the text of an array literal of its own. */
export function elementOfField(field: Field): ElementOf {
  const elementOf = elementOfItem(field)
  if (!field.isList) return (value) => (value === null || value === undefined ? 'NULL' : elementOf(value))
  return (value) =>
    value === null || value === undefined ? 'NULL' : quoted(arrayLiteral(value as readonly unknown[], elementOf))
}

/** https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
export function arrayLiteral<T>(items: readonly T[], elementOf: (item: T) => string): string {
  return `{${items.map((item) => (item === null ? 'NULL' : elementOf(item))).join(',')}}`
}

function elementOfItem({ kind, type, enumLabels }: Field): ElementOf {
  if (kind === 'enum') return (value) => quoted(enumLabels.get(value as string) ?? String(value))
  if (type === 'Int' || type === 'BigInt' || type === 'Float' || type === 'Boolean') return String
  if (type === 'DateTime') return (value) => quoted(textOfTime(value as Date))
  if (type === 'Bytes') return (value) => quoted(textOfBytes(value as Uint8Array))
  return (value) => quoted(String(value))
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/**
 * As Prisma's adapter writes it: UTC without saying so. A `timestamptz` thus depends on the time zone of the session, which Prisma
 * ignores too when it reads.
 *
 * Not by `toISOString` alone, for PostgreSQL knows no sign before a year of five digits.
 */
function textOfTime(time: Date): string {
  return time.toISOString().replace(/^\+0*/, '').replace('T', ' ').replace('Z', '')
}

function textOfBytes(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`
}
