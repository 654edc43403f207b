import { PrismaPg } from '@prisma/adapter-pg'
import * as runtime from '@prisma/client/runtime/client'
import { describe, expect, it } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { canonical } from '../../../src/core/canonical.ts'
import { Decimal, identify } from '../../../src/prisma/values.ts'
import { secondRuntime } from './second-runtime.ts'

// Never connects: only its field references are used.
const { city, country } = new PrismaClient({
  adapter: new PrismaPg({ connectionString: 'postgresql://localhost:1/none' }),
})

describe('identify', () => {
  it('names each kind of null, skip and each field in its own way', () => {
    const { DbNull, JsonNull, AnyNull, skip } = runtime
    const fields = [city.fields.name, city.fields.population, country.fields.name, country.fields.population]
    const names = [DbNull, JsonNull, AnyNull, skip, ...fields].map(identify)
    expect(names).not.toContain(undefined)
    expect(new Set(names).size).toBe(names.length)
  })

  it('gives the objects of a second copy of the runtime the same names', () => {
    const other = secondRuntime()
    expect(other.DbNull).not.toBe(runtime.DbNull)
    expect(other.skip).not.toBe(runtime.skip)
    const namesIn = ({ DbNull, JsonNull, AnyNull, skip }: typeof runtime) =>
      [DbNull, JsonNull, AnyNull, skip].map(identify)
    expect(namesIn(other)).toEqual(namesIn(runtime))
  })

  it('names nothing else', () => {
    const others = [
      {},
      [],
      new Date(),
      new Decimal(1),
      new Map(),
      { ifUndefined: () => 1 },
      { name: 'name', modelName: 'City' },
    ]
    expect(others.map(identify)).toEqual(others.map(() => undefined))
  })

  it('lets arguments with such objects have a key', () => {
    const keys = [
      runtime.DbNull,
      runtime.JsonNull,
      runtime.AnyNull,
      runtime.skip,
      null,
      city.fields.name,
      'DbNull',
    ].map((value) => canonical({ where: { data: { equals: value } } }, { identify }))
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('exports the class of decimals that results have', () => {
    expect(Decimal).toBe(runtime.Decimal)
  })
})
