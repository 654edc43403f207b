import { expect, it } from 'vitest'
import { canonical } from '../../../src/core/canonical.ts'
import { argsOfText, createReadMemo, type Kept, type MemoCall } from '../../../src/prisma/read-memo.ts'
import type { ReadPlanned } from '../../../src/prisma/read-planned.ts'
import { createShapeLimits } from '../../../src/strategies/shape-limits.ts'

const call: MemoCall = {
  model: 'City',
  operation: 'findMany',
  args: { where: { id: 1 } },
  dataPath: [],
  mayLoadOtherwise: true,
  clientFingerprint: 'plain',
}
const planned = { kind: 'plan' } as unknown as ReadPlanned
const shape = { kind: 'shape', model: 'City', shape: 'id|*' } as const

function setup({ keepUndefined = false } = {}) {
  let nowMs = 0
  const limits = createShapeLimits({ clock: { nowMs: () => nowMs } })
  let drawn = 0
  const memo = createReadMemo(limits, { keepUndefined, random: () => drawn })
  return {
    limits,
    memo,
    draw: (number: number) => {
      drawn = number
    },
    textOf: (differing: Partial<MemoCall> = {}) => memo.textOf({ ...call, ...differing }),
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

it.each<Partial<MemoCall>>([
  { model: 'Country' },
  { operation: 'findFirst' },
  { args: { where: { id: 2 } } },
  { args: { where: { id: 1n } } },
  { args: { where: { id: '1' } } },
  { args: { where: { id: 1 }, cacheStrategy: { ttl: 5 } } },
  { dataPath: ['select', 'country'] },
  { mayLoadOtherwise: false },
  { clientFingerprint: 'omits' },
])('tells calls apart by %o', (differing) => {
  const { textOf } = setup()
  expect(textOf(differing)).not.toBe(textOf())
  expect(textOf(differing)).toBe(textOf(differing))
})

it('knows a call again whose arguments mean the same', () => {
  const { textOf } = setup()
  const args = { take: 5, where: { name: 'x', id: undefined } }
  expect(textOf({ args })).toBe(textOf({ args: { where: { name: 'x' }, take: 5 } }))
  expect(textOf({ args: undefined })).toBe(textOf({ args: {} }))
})

it('ends with the arguments as they go into the key', () => {
  const { textOf } = setup()
  const args = { where: { name: 'a b  c', id: 1 }, take: 5 }
  for (const dataPath of [[], ['select', 'country']]) {
    expect(argsOfText(textOf({ args, dataPath })!)).toBe(canonical(args))
  }
  expect(argsOfText(textOf({ args: undefined })!)).toBe(canonical({}))
})

it('tells undefined apart where it is an error', () => {
  const { textOf } = setup({ keepUndefined: true })
  expect(textOf({ args: { where: { id: undefined } } })).not.toBe(textOf({ args: { where: {} } }))
})

it('takes no client for another one, however many there are', () => {
  const { textOf } = setup()
  const texts = Array.from({ length: 300 }, (_, i) => textOf({ clientFingerprint: `client ${i}` }))
  expect(new Set(texts).size).toBe(300)
  expect(texts.slice(0, 200)).not.toContain(textOf({ clientFingerprint: 'client 0' }))
  expect(textOf({ clientFingerprint: 'client 299' })).toBe(texts[299])
})

it('has no text for what has no canonical form, or is long', () => {
  const { textOf } = setup()
  expect(textOf({ args: { where: () => 1 } })).toBeNull()
  expect(textOf({ args: { where: { name: 'x'.repeat(1000) } } })).toBeNull()
})

it.each(['plans', 'shapes'] as const)(
  'forgets all %s when a shape is refused, and keeps none until it is tried again',
  (kind) => {
    const { memo, limits, textOf, pass } = setup()
    const kept = memo[kind] as Kept<unknown>
    const text = textOf()!
    kept.keep(text, planned)
    expect(kept.get(text)).toBe(planned)
    limits.refuse(shape)
    expect(kept.get(text)).toBeUndefined()
    kept.keep(text, planned)
    expect(kept.get(text)).toBeUndefined()
    pass(60_001)
    kept.keep(text, planned)
    expect(kept.get(text)).toBe(planned)
  },
)

it('keeps 2,000 plans, those that were used last', () => {
  const { plans } = setup().memo
  for (let i = 0; i < 2000; i += 1) plans.keep(`${i}`, planned)
  plans.get('0')
  plans.keep('another', planned)
  expect([plans.get('0'), plans.get('1'), plans.get('another')]).toEqual([planned, undefined, planned])
})

it('lets a plan take the place of another only now and then', () => {
  const { memo, draw } = setup()
  for (let i = 0; i < 2000; i += 1) memo.plans.keep(`${i}`, planned)
  draw(1 / 32)
  memo.plans.keep('another', planned)
  expect([memo.plans.get('0'), memo.plans.get('another')]).toEqual([planned, undefined])
  draw(0.03)
  memo.plans.keep('another', planned)
  expect([memo.plans.get('1'), memo.plans.get('another')]).toEqual([undefined, planned])
})
