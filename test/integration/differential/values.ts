import fc from 'fast-check'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { Field } from '../../../src/analysis/data-model.ts'

/** Few values per type, so that rows meet: keys that reference each other draw from the same ones. */
const pools: Readonly<Record<string, readonly unknown[]>> = {
  Int: [1, 2, 3, 4],
  BigInt: [1n, 2n, 3n],
  Float: [0, 1.5, -2],
  Boolean: [true, false],
  String: ['a', 'b', 'c', 'B', 'ab', ''],
  DateTime: [new Date('2024-01-01'), new Date('2024-01-01T12:30:00.125Z'), new Date('1999-12-31T23:59:59.999Z')],
  Decimal: ['1.5', '1.50', '2', new Prisma.Decimal('0.25'), new Prisma.Decimal('1.5'), 2],
  Bytes: [new Uint8Array([1, 2]), new Uint8Array([])],
  Json: [{ a: 1 }, [1, 'x'], 'text', 3],
  Uuid: [
    '6f9619ff-8b86-4d11-b42d-00c04fc964ff',
    '6F9619FF-8B86-4D11-B42D-00C04FC964FF',
    '00000000-0000-4000-8000-000000000001',
  ],
}

/** A value of one item of a field; of a list field, of one of its items. */
export function drawValue(field: Field): fc.Arbitrary<unknown> {
  if (field.kind === 'enum') return fc.constantFrom(...enumValues(field.type))
  const pool = pools[field.nativeType?.name === 'Uuid' ? 'Uuid' : field.type]
  return fc.constantFrom(...(pool ?? [null]))
}

/** Mapped enums too, of which the analysis knows no values. */
function enumValues(name: string): readonly string[] {
  return name === 'Role' ? ['READER', 'EDITOR', 'ADMIN'] : ['RED', 'GREEN', 'BLUE']
}

export function isText(field: Field): boolean {
  return field.type === 'String' && field.nativeType?.name !== 'Uuid'
}

export function isOrdered(field: Field): boolean {
  return (
    field.kind === 'scalar' && !['Json', 'Bytes', 'Boolean'].includes(field.type) && field.nativeType?.name !== 'Uuid'
  )
}

/** Some of these entries, as an object. A key that comes twice has the later value. */
export function objectOf(
  entries: readonly fc.Arbitrary<readonly [string, unknown]>[],
  maxKeys: number,
): fc.Arbitrary<Args> {
  if (entries.length === 0) return fc.constant({})
  return fc.array(fc.oneof(...entries), { maxLength: maxKeys }).map((list) => Object.fromEntries(list))
}

export function entry(key: string, value: fc.Arbitrary<unknown>): fc.Arbitrary<readonly [string, unknown]> {
  return value.map((drawn) => [key, drawn] as const)
}

export type Args = Readonly<Record<string, unknown>>
