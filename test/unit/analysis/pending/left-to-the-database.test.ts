import { Decimal } from '@prisma/client/runtime/client'
import { describe, expect, it } from 'vitest'
import type { Row } from '../../../../src/analysis/pending/pending-write.ts'
import { plainView } from '../../../../src/analysis/reads/rows.ts'
import { modelOf } from '../schemas.ts'
import { accept, base, plan, update } from './shop.ts'

const isFixed = 'is an id, or referenced, or a key that only the database compares'

describe('a write that is left to the database', () => {
  it.each([
    ['updateMany', 'Plain', { data: {} }, 'updateMany is not accepted'],
    ['create', 'Keyless', { data: { code: 'a' } }, 'the model has no id'],
    ['create', 'Computed', { data: { id: 1 } }, 'the database computes a column'],
    ['create', 'Loose', { data: { id: 1 } }, 'made is not given'],
    ['create', 'Unseen', { data: { id: 1, text: '' } }, 'the model has a hidden column that may need a value'],
    ['create', 'Faded', { data: { id: 1 } }, 'the model has a hidden column that may need a value'],
    ['create', 'Item', { data: { code: '', stock: 1, pages: { set: [] } } }, 'the value of pages is not certain'],
    ['update', 'Secret', { where: { id: 1 }, data: { text: '' } }, 'a hidden column is written'],
    ['create', 'Clock', { data: { id: 1 } }, 'an optional @updatedAt'],
    ['create', 'Plain', undefined, 'the arguments are no object'],
    ['create', 'Plain', { data: { id: 1 }, where: {} }, 'the argument where is not accepted'],
    ['create', 'Plain', { data: { id: 1 }, include: {} }, 'the argument include is not accepted'],
    ['create', 'Plain', { data: [{ id: 1 }] }, 'data is not an object'],
    ['create', 'Plain', { data: { id: 1, other: 1 } }, 'other is not a column'],
    ['create', 'Plain', { data: { id: 1, text: null } }, 'the value of text is not certain'],
    ['create', 'Plain', { data: {} }, 'id is not given'],
    ['create', 'Line', { data: { item: { connect: { id: 1 } } } }, 'item is not a column'],
    ['create', 'Plain', { data: { id: 1 }, select: { id: true, x: true } }, 'what it selects is more than columns'],
    ['createMany', 'Plain', { data: [{ id: 1 }], skipDuplicates: true }, 'only the database finds duplicates'],
    ['createMany', 'Plain', { data: [] }, 'there are no rows'],
    ['update', 'Plain', { where: { id: 1 }, data: { id: 2 } }, `id ${isFixed}`],
    ['update', 'Plain', { where: { id: 1, text: 'a' }, data: { text: 'b' } }, 'where is not plainly one unique key'],
    ['update', 'Plain', { where: { id: 1 }, data: {} }, 'there is no such row'],
    ['delete', 'Plain', { where: { id: 1 } }, 'there is no such row'],
    ['delete', 'Item', { where: { id: 1 } }, 'other rows may reference it'],
    ['delete', 'Group', { where: { id: 1 } }, 'other rows may reference it'],
    ['update', 'Group', { where: { id: 1 }, data: { tags: { set: [] } } }, 'tags is not a column'],
  ])('%s %s %o: %s', (operation, model, args, reason) => {
    expect(accept(model, operation, args)).toBe(reason)
  })

  it('changes what other rows reference', () => {
    const named = modelOf(`
model A {
  id   Int    @id
  code String @unique
  bs   B[]
}
model B {
  id   Int    @id
  code String
  a    A      @relation(fields: [code], references: [code])
}`)
    const change = (model: string) => plan(model, 'update', { where: { id: 1 }, data: { code: 'x' } }, plainView, named)
    expect(change('A')).toEqual({ synchronous: `code ${isFixed}` })
    expect(change('B')).not.toHaveProperty('synchronous')
  })

  it('is one that changes nothing', () => {
    expect(update({})).toBe('nothing changes')
    expect(update({ size: undefined })).toBe('nothing changes')
  })

  it.each(
    [
      [{ size: 2 ** 31 }, { size: -(2 ** 31) - 1 }, { size: 1.5 }, { size: 1n }, { size: '1' }],
      [{ stock: 2 ** 15 }, { stock: -(2 ** 15) - 1 }, { total: 2n ** 63n }, { total: 2 ** 53 }],
      [{ weight: Number.NaN }, { weight: -0 }, { weight: 1n }, { weight: 12345678901234567000 }, { half: 0.5 }],
      [{ price: '1000' }, { price: '0.001' }, { price: '1e2' }, { price: 0.1 + 0.2 }, { price: new Decimal('NaN') }],
      [{ code: 'abcde' }, { code: 'a\0' }, { code: '\ud800' }, { code: null }, { sku: 'abc' }, { key: 'x' }],
      [{ tags: null }, { tags: 'x' }, { tags: [null] }, { tags: { push: [] } }, { pages: { set: [] } }],
      [{ pages: { push: [new Uint8Array()] } }, { meta: null }, { meta: { set: 1 } }, { meta: { a: undefined } }],
      [
        { meta: { $type: 1 } },
        { meta: new Date() },
        { meta: { a: Infinity } },
        { meta: 0.1 + 0.2 },
        { meta: new Array(1) },
      ],
      [{ seenAt: '2024-01-01' }, { seenAt: '2024-02-30T00:00:00.000Z' }, { seenAt: new Date(-1e15) }, { data: [1] }],
      [{ size: { increment: 1, decrement: 1 } }, { size: { increment: undefined } }, { size: { set: undefined } }],
      [{ size: { unset: true } }, { code: { increment: 1 } }, { tags: { increment: 1 } }, { size: { push: 1 } }],
    ].flat(),
  )('is not certain to be valid: %o', (data: object) => {
    expect(update(data)).toMatch(/^the change of \w+ is not certain$/)
  })

  it.each<readonly [object, Row]>([
    [{ size: { increment: 1 } }, { size: 2 ** 31 - 1 }],
    [{ stock: { decrement: 1 } }, { stock: -(2 ** 15) }],
    [{ size: { divide: 0 } }, { size: 1 }],
    [{ total: { divide: 0 } }, { total: 1n }],
    [{ total: { divide: -1 } }, { total: -(2n ** 63n) }],
    [{ weight: { multiply: 10 } }, { weight: 1.1e308 }],
    [{ weight: { multiply: 1e-200 } }, { weight: 1e-200 }],
    [{ weight: { divide: 0 } }, { weight: 1 }],
    [{ weight: { increment: 1 } }, { weight: Number.NaN }],
    [{ price: { divide: 3 } }, { price: new Decimal(1) }],
    [{ price: { divide: 0 } }, { price: new Decimal(1) }],
    [{ price: { multiply: '0.01' } }, { price: new Decimal('0.5') }],
    [{ price: { increment: '900' } }, { price: new Decimal('900') }],
    [{ size: { increment: 1 } }, { size: undefined }],
    [{ size: 1 }, { id: undefined }],
  ])('is refused or rounded, for all that is known: %o', (data, row) => {
    expect(update(data, { ...base, ...row })).toMatch(/not certain|lacks its id/)
  })

  it('has a text that is too long for its index', () => {
    const texts = modelOf(`
model A {
  id   Int    @id
  free String
  key  String @unique
  list Int[]
  @@index([list], type: Gin)
}`)
    const create = (data: object) => plan('A', 'create', { data: { id: 1, ...data } }, plainView, texts)
    const long = 'é'.repeat(257)
    expect(create({ free: long, key: long.slice(1) })).not.toHaveProperty('synchronous')
    expect(create({ free: '', key: long })).toHaveProperty('synchronous', 'the value of key is not certain')
    expect(create({ free: '', key: '', list: [1] })).toHaveProperty('synchronous', 'the value of list is not certain')
  })

  it('is about a view', () => {
    const viewed = modelOf('view V {\n id Int @unique\n n Int\n}', { preview: '"views"' })
    expect(plan('V', 'create', { data: { id: 1, n: 1 } }, plainView, viewed)).toEqual({
      synchronous: 'it is no model with a table',
    })
  })

  it('holds undefined where that is an error', () => {
    const strict = modelOf('model A {\n id Int @id\n n Int[]\n}', { preview: '"strictUndefinedChecks"' })
    const isError = { synchronous: 'undefined is an error' }
    expect(plan('A', 'create', { data: { id: 1, n: undefined } }, plainView, strict)).toEqual(isError)
    expect(plan('A', 'create', { data: { id: 1 }, select: undefined }, plainView, strict)).toEqual(isError)
    expect(plan('A', 'createMany', { data: [{ id: 1, n: undefined }] }, plainView, strict)).toEqual(isError)
    expect(plan('A', 'create', { data: { id: 1 } }, plainView, strict)).not.toHaveProperty('synchronous')
  })

  it('has to do with keys that MySQL compares in its own way', () => {
    const named = 'model A {\n id Int @id\n name String @unique\n n Int\n}'
    const reasonOn = (provider: string) => (operation: string, args: object) => {
      const planned = plan('A', operation, args, plainView, modelOf(named, { provider }))
      return 'synchronous' in planned ? planned.synchronous : 'accepted'
    }
    const [where, data] = [{ id: 1 }, { id: 1, name: 'a', n: 1 }]
    const calls = [
      ['create', { data }],
      ['delete', { where }],
      ['update', { where, data: { name: 'b' } }],
      ['update', { where, data: { n: 2 } }],
    ] as const
    const untold = 'a unique key is compared in ways of the database'
    const all = (provider: string) => calls.map(([operation, args]) => reasonOn(provider)(operation, args))
    expect(all('mysql')).toEqual([untold, untold, `name ${isFixed}`, 'accepted'])
    expect(all('sqlite')).toEqual(calls.map(() => 'accepted'))
  })

  it('writes what MySQL takes for something else, or beside what it sets by itself', () => {
    const numbered = modelOf('model A {\n id Int @id @default(autoincrement())\n}', { provider: 'mysql' })
    const create = (id: number) => plan('A', 'create', { data: { id } }, plainView, numbered)
    expect(create(0)).toEqual({ synchronous: 'the value of id is not certain' })
    expect(create(1)).not.toHaveProperty('synchronous')
    const timed = modelOf('model A {\n id Int @id\n n Int\n at DateTime @default(now()) @db.Timestamp(0)\n}', {
      provider: 'mysql',
    })
    const update = plan('A', 'update', { where: { id: 1 }, data: { n: 1 } }, plainView, timed)
    expect(update).toEqual({ synchronous: 'the database may set a column by itself' })
  })

  it('runs on another database, or shows computed fields in place of columns', () => {
    const sqlserver = modelOf('model A {\n id Int @id\n}', { provider: 'sqlserver' })
    expect(plan('A', 'create', { data: { id: 1 } }, plainView, sqlserver)).toHaveProperty('synchronous')
    const client = { ...plainView, computed: new Map([['Plain', new Map([['text', ['id']]])]]) }
    expect(plan('Plain', 'create', { data: { id: 1 } }, client)).toHaveProperty('synchronous')
  })
})
