import { describe, expect, it } from 'vitest'
import { Prisma } from '../../../../prisma/generated/client.ts'
import type { DataModel } from '../../../../src/analysis/data-model.ts'
import { coalesce, type Wave } from '../../../../src/analysis/pending/coalesce.ts'
import type { Changes, PendingWrite, Row } from '../../../../src/analysis/pending/pending-write.ts'
import { modelOf } from '../schemas.ts'

const fields = `
model Thing {
  id      Int      @id
  int     Int
  tiny    Int      @db.SmallInt
  maybe   Int?
  big     BigInt
  float   Float
  decimal Decimal
  price   Decimal  @db.Decimal(6, 2)
  money   Decimal  @db.Money
  list    Int[]
  name    String
}
model Pair {
  a     Int
  b     String
  value Int
  @@id([a, b])
}
model Node {
  id       Int     @id
  name     String
  parentId Int?
  parent   Node?   @relation("Tree", fields: [parentId], references: [id], onDelete: SetNull)
  children Node[]  @relation("Tree")
}
model Owner {
  id      Int    @id
  petId   Int?   @unique
  pet     Pet?   @relation("Kept", fields: [petId], references: [id], onDelete: Cascade)
  pets    Pet[]  @relation("Owned")
}
model Pet {
  id      Int    @id
  ownerId Int
  owner   Owner  @relation("Owned", fields: [ownerId], references: [id], onDelete: Cascade)
  keeper  Owner? @relation("Kept")
}`
const postgres = modelOf(fields)

const create = (row: Row): PendingWrite => ({ kind: 'create', row })
const update = (id: number, changes: Changes): PendingWrite => ({ kind: 'update', id: { id }, changes })
const remove = (id: number): PendingWrite => ({ kind: 'delete', id: { id } })
const decimal = (digits: string) => new Prisma.Decimal(digits)

function wavesOf(model: string, writes: readonly PendingWrite[], dataModel: DataModel = postgres): readonly Wave[] {
  return coalesce(writes, { dataModel, model: dataModel.models.get(model)!, makeDecimal: decimal })
}

/** The only update that is left; the number of waves if there is more to it. */
function changesOf(...changes: readonly Changes[]): unknown {
  const waves = wavesOf(
    'Thing',
    changes.map((one) => update(1, one)),
  )
  return waves.length === 1 ? waves[0]!.updates[0]!.changes : waves.length
}

describe('changes of one row', () => {
  it('merges fields, and lets a set replace what came before', () => {
    expect(
      changesOf(
        { int: { op: 'multiply', value: 3 }, name: { op: 'set', value: 'a' } },
        { int: { op: 'set', value: 5 }, float: { op: 'increment', value: 0.1 } },
      ),
    ).toEqual({ int: { op: 'set', value: 5 }, name: { op: 'set', value: 'a' }, float: { op: 'increment', value: 0.1 } })
  })

  it.each<[string, Changes, Changes, unknown]>([
    ['sums of integers', { int: { op: 'increment', value: 5 } }, { int: { op: 'decrement', value: 7 } }, -2],
    ['sums from a decrement', { int: { op: 'decrement', value: 5 } }, { int: { op: 'decrement', value: 7 } }, -12],
    [
      'sums of big integers',
      { big: { op: 'increment', value: 2n ** 60n } },
      { big: { op: 'increment', value: 3 } },
      2n ** 60n + 3n,
    ],
    ['a sum to a known value', { int: { op: 'set', value: 5 } }, { int: { op: 'increment', value: 3 } }, 8],
    ['a sum to NULL', { maybe: { op: 'set', value: null } }, { maybe: { op: 'increment', value: 3 } }, null],
    ['items to a list', { list: { op: 'push', value: [1] } }, { list: { op: 'push', value: [2, 3] } }, [1, 2, 3]],
    ['items to a known list', { list: { op: 'set', value: [1] } }, { list: { op: 'push', value: [2] } }, [1, 2]],
  ])('composes %s', (_, one, other, value) => {
    const changes = changesOf(one, other) as Changes
    expect(Object.values(changes)[0]!.value).toEqual(value)
    expect(Object.values(changes)[0]!.op).toBe(Object.values(one)[0]!.op.replace('decrement', 'increment'))
  })

  it('adds decimals digit by digit', () => {
    const step = (value: string): Changes => ({ decimal: { op: 'increment', value: decimal(value) } })
    const all = changesOf(
      step('12345678901234567890.1'),
      step('0.000000000000000000000000000001'),
      step('-0.1'),
    ) as Changes
    expect((all.decimal!.value as Prisma.Decimal).toFixed()).toBe('12345678901234567890.000000000000000000000000000001')
    const less = changesOf(
      { price: { op: 'set', value: decimal('0.05') } },
      { price: { op: 'decrement', value: decimal('0.10') } },
    )
    expect(((less as Changes).price!.value as Prisma.Decimal).toFixed()).toBe('-0.05')
  })

  it.each<[string, Changes, Changes]>([
    ['floats', { float: { op: 'increment', value: 0.1 } }, { float: { op: 'increment', value: 0.2 } }],
    ['a float and a known value', { float: { op: 'set', value: 0.1 } }, { float: { op: 'increment', value: 0.2 } }],
    ['a product', { int: { op: 'set', value: 2 } }, { int: { op: 'multiply', value: 2 } }],
    ['a sum after a product', { int: { op: 'multiply', value: 2 } }, { int: { op: 'increment', value: 2 } }],
    ['integers that overflow', { int: { op: 'set', value: 2 ** 31 - 1 } }, { int: { op: 'increment', value: 1 } }],
    ['small integers that overflow', { tiny: { op: 'set', value: 32_767 } }, { tiny: { op: 'increment', value: 1 } }],
    [
      'big integers that overflow',
      { big: { op: 'set', value: 2n ** 63n - 1n } },
      { big: { op: 'increment', value: 1n } },
    ],
    [
      'decimals that round',
      { price: { op: 'increment', value: decimal('0.004') } },
      { price: { op: 'increment', value: decimal('1') } },
    ],
    [
      'decimals that overflow',
      { price: { op: 'set', value: decimal('9999') } },
      { price: { op: 'increment', value: decimal('1') } },
    ],
    ['money', { money: { op: 'set', value: decimal('1') } }, { money: { op: 'increment', value: decimal('1') } }],
    ['a list and what is none', { list: { op: 'set', value: null } }, { list: { op: 'push', value: [1] } }],
  ])('keeps two waves of %s', (_, one, other) => {
    expect(changesOf(one, other)).toBe(2)
  })

  it('adds no decimals where the database has none', () => {
    const sqlite = modelOf('model Thing {\n id Int @id\n decimal Decimal\n}', { provider: 'sqlite' })
    const step = update(1, { decimal: { op: 'increment', value: decimal('1') } })
    expect(wavesOf('Thing', [step, step], sqlite)).toHaveLength(2)
  })
})

describe('kinds of writes', () => {
  const set = (id: number, name: string) => update(id, { name: { op: 'set', value: name } })

  it('creates a row as it is in the end', () => {
    const writes = [
      create({ id: 1, int: 1, name: 'a', list: [1] }),
      set(1, 'b'),
      update(1, { int: { op: 'increment', value: 2 }, list: { op: 'push', value: [2] } }),
    ]
    expect(wavesOf('Thing', writes)).toEqual([
      { creates: [{ id: 1, int: 3, name: 'b', list: [1, 2] }], updates: [], deletes: [] },
    ])
  })

  it('leaves a sum to the database when it starts from a default', () => {
    const writes = [create({ id: 1 }), update(1, { int: { op: 'increment', value: 2 } })]
    expect(wavesOf('Thing', writes).map((wave) => [wave.creates.length, wave.updates.length])).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  it('forgets a row that comes and goes, and creates it again', () => {
    const row = { id: 1, name: 'a' }
    const none = { creates: [], updates: [], deletes: [] }
    expect(wavesOf('Thing', [create(row), set(1, 'b'), remove(1)])).toEqual([none])
    expect(wavesOf('Thing', [create(row), remove(1), create(row)])).toEqual([{ ...none, creates: [row] }])
  })

  it('deletes without updating before', () => {
    expect(wavesOf('Thing', [set(1, 'b'), remove(1)])).toEqual([{ creates: [], updates: [], deletes: [{ id: 1 }] }])
  })

  it('waits for a delete before the row comes again', () => {
    const waves = wavesOf('Thing', [remove(1), set(2, 'x'), create({ id: 1, name: 'a' }), set(1, 'b')])
    expect(waves).toEqual([
      { creates: [], updates: [set(2, 'x')], deletes: [{ id: 1 }] },
      { creates: [{ id: 1, name: 'b' }], updates: [], deletes: [] },
    ])
  })

  it('tells compound ids apart', () => {
    const pair = (a: number, b: string): PendingWrite => ({
      kind: 'update',
      id: { a, b },
      changes: { value: { op: 'increment', value: 1 } },
    })
    const [wave, ...more] = wavesOf('Pair', [pair(1, '2'), pair(1, '2'), pair(1, '2","'), pair(12, '')])
    expect(more).toEqual([])
    expect(wave!.updates.map(({ id, changes }) => [id, changes.value!.value])).toEqual([
      [{ a: 1, b: '2' }, 2],
      [{ a: 1, b: '2","' }, 1],
      [{ a: 12, b: '' }, 1],
    ])
  })

  it('keeps a change of an id apart from all before and after', () => {
    const waves = wavesOf('Thing', [set(1, 'a'), update(1, { id: { op: 'set', value: 2 } }), set(2, 'b'), set(3, 'c')])
    expect(waves.map((wave) => wave.updates.length)).toEqual([1, 1, 2])
  })
})

describe('a delete that reaches other rows of the model', () => {
  const adopt = (id: number, parentId: number | null) => update(id, { parentId: { op: 'set', value: parentId } })

  it('comes after what was before it, and before what comes after', () => {
    const waves = wavesOf('Node', [adopt(2, 1), remove(1), adopt(2, 3), remove(3)])
    expect(waves).toEqual([
      { creates: [], updates: [adopt(2, 1)], deletes: [{ id: 1 }] },
      { creates: [], updates: [adopt(2, 3)], deletes: [{ id: 3 }] },
    ])
  })

  it('is not left out although the row came in the same batch', () => {
    const waves = wavesOf('Node', [create({ id: 1, name: 'a', parentId: null }), adopt(2, 1), remove(1)])
    expect(waves.flatMap((wave) => [wave.creates.length, wave.updates.length, wave.deletes.length])).toEqual([
      1, 1, 0, 0, 0, 1,
    ])
  })

  it('is found by way of another model', () => {
    expect(wavesOf('Owner', [remove(1), update(2, { petId: { op: 'set', value: null } })])).toHaveLength(2)
    expect(wavesOf('Thing', [remove(1), update(2, { int: { op: 'set', value: 1 } })])).toHaveLength(1)
  })
})
