import { Decimal } from '@prisma/client/runtime/client'
import { describe, expect, it } from 'vitest'
import { plainView } from '../../../../src/analysis/reads/rows.ts'
import { accept, accepted, base, item, now, plan, update } from './shop.ts'

describe('a write that is accepted', () => {
  it('creates a row with all of its defaults', () => {
    const { writes, result, planned } = accepted('Item', 'create', { data: item })
    expect(planned).toMatchObject({ lookup: null, idsNeeded: 1, isWhole: false })
    const row = {
      ...{ id: 7, code: 'abcd', size: 3, stock: 1, total: 9007199254740993n, weight: 0.5, price: new Decimal('1.5') },
      ...{ rank: null, half: null, sku: null, tags: ['a'], pages: [], meta: { a: 2, bb: 1 }, data: null },
      ...{ seenAt: new Date('2023-12-31T22:00:00.000Z'), madeAt: now, changedAt: now },
      key: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/),
    }
    expect(writes).toEqual([{ write: { kind: 'create', row: expect.anything() }, before: null, after: row }])
    expect(writes[0]!.write).toMatchObject({ row: { meta: '{"bb": 1.0, "a": 2}', tags: ['a'] } })
    // Left to the database.
    expect(writes[0]!.write).not.toHaveProperty('row.pages')
    expect(Object.keys(result as object)).toEqual(Object.keys(row))
  })

  it('makes ids of every kind', () => {
    const { result } = accepted('Line', 'create', { data: { itemId: 1 } })
    expect(result).toEqual({
      id: expect.stringMatching(/^c[0-9a-z]{20,}$/),
      code: expect.stringMatching(/^[0-9a-z]{24}$/),
      nano: expect.stringMatching(/^[\w-]{5}$/),
      ulid: expect.stringMatching(/^[0-9A-Z]{26}$/),
      itemId: 1,
    })
  })

  it('creates many rows, or none', () => {
    const args = { data: [item, { ...item, id: 3 }, item] }
    const { writes, result, planned } = accepted('Item', 'createMany', args, { ids: [8n, 9n] })
    expect(planned).toMatchObject({ isWhole: true, idsNeeded: 2 })
    expect(writes.map(({ after }) => after?.id)).toEqual([8, 3, 9])
    expect(result).toEqual({ count: 3 })
    expect(accept('Item', 'createMany', args, { ids: [8n] })).toBe('the generated value of id is not certain')
  })

  it('computes what PostgreSQL would', () => {
    const data = { size: { divide: -2 }, total: { multiply: 3 }, weight: { increment: 0.1 }, price: { divide: '0.5' } }
    const found = update({ ...data, tags: { push: 'b' }, changedAt: undefined })
    expect(found).toMatchObject({
      writes: [
        {
          write: {
            kind: 'update',
            id: { id: 1 },
            changes: {
              size: { op: 'divide', value: -2 },
              total: { op: 'multiply', value: 3n },
              weight: { op: 'increment', value: 0.1 },
              tags: { op: 'push', value: ['b'] },
              changedAt: { op: 'set', value: now },
            },
          },
          before: base,
          after: { size: -1, total: 3n, weight: 0.6, price: new Decimal(3), tags: ['a', 'b'], changedAt: now },
        },
      ],
    })
  })

  it('leaves null where there is nothing to count from', () => {
    expect(update({ rank: { increment: 1 } }, { ...base, rank: null })).toMatchObject({
      writes: [{ write: { changes: { rank: { op: 'increment', value: 1 } } }, after: { rank: null } }],
    })
  })

  it('keeps the time of a change that is given', () => {
    const changedAt = new Date(5)
    expect(update({ changedAt })).toMatchObject({ writes: [{ after: { changedAt } }] })
    expect(accepted('Item', 'create', { data: { ...item, changedAt } }).result).toMatchObject({ changedAt })
  })

  it('deletes a row that nothing references, and shows it as it was', () => {
    const { writes, result } = accepted('Plain', 'delete', { where: { id: 1 } }, { base: { id: 1, text: 'old' } })
    expect(writes).toEqual([{ write: { kind: 'delete', id: { id: 1 } }, before: { id: 1, text: 'old' }, after: null }])
    expect(result).toEqual({ id: 1, text: 'old' })
  })

  it('upserts either way', () => {
    const args = { where: { id: 5 }, create: { id: 6 }, update: { text: 'new' } }
    expect(accepted('Plain', 'upsert', args).result).toEqual({ id: 6, text: 'x' })
    expect(accepted('Plain', 'upsert', args, { base: { id: 5, text: 'old' } }).result).toEqual({ id: 5, text: 'new' })
    expect(accepted('Plain', 'upsert', args).planned.lookup).toMatchObject({ unique: { name: 'id' }, pins: ['5'] })
  })

  it('shares nothing with its caller', () => {
    const given = {
      ...item,
      seenAt: new Date(5),
      data: Buffer.from([1]),
      tags: ['x'],
      meta: { a: [1] },
      pages: [new Uint8Array(1)],
    }
    const { writes, result } = accepted('Item', 'create', { data: given })
    const after = structuredClone({ ...writes[0]!.after, price: 0 })
    const change = (row: typeof given) => {
      row.seenAt.setTime(9)
      row.data.fill(9)
      row.tags.push('y')
      row.meta.a.push(2)
      row.pages[0]!.fill(9)
    }
    change(given)
    change(result as typeof given)
    expect({ ...writes[0]!.after, price: 0 }).toEqual(after)
    expect(Buffer.isBuffer((result as typeof given).data)).toBe(false)
  })

  it('orders JSON as the database does', () => {
    const meta = { zz: 1, b: -0, é: [{ '10': 1, '9': 2 }], aa: null, '\uffee!': 1, '\u{1f600}': 2 }
    const { result } = accepted('Item', 'create', { data: { ...item, meta }, select: { meta: true } })
    expect(JSON.stringify(result)).toBe(
      '{"meta":{"b":0,"aa":null,"zz":1,"é":[{"9":2,"10":1}],"\uffee!":1,"\u{1f600}":2}}',
    )
  })
})

it('leaves out what the client does', () => {
  const client = { ...plainView, omitted: new Map([['Plain', new Set(['text'])]]) }
  const planned = plan('Plain', 'create', { data: { id: 1 } }, client)
  if ('synchronous' in planned) throw new Error(planned.synchronous)
  const resolved = planned.resolve(null, { now, ids: [] })
  expect(resolved.kind === 'accepted' && planned.result(resolved.writes)).toEqual({ id: 1 })
})
