import { expect, it } from 'vitest'
import { createAdaptiveTtl } from '../../../../src/strategies/adaptive/adaptive-ttl.ts'

const range = { minMs: 1000, maxMs: 600_000, staleShare: 0.01 }

/** A process that reads one key of each shape, so many times before it has expired, and loads it a second later. */
function process() {
  const ttls = createAdaptiveTtl(range)
  let nowMs = 0
  return {
    shape: ttls.shape,
    ms: (id: string) => ttls.shape(id).ms(),
    load(id: string, payload: string, { stamps = ['a'], hits = 20 } = {}) {
      nowMs += ttls.shape(id).ms() + 1000
      ttls.shape(id).loaded({ key: 'k', atMs: nowMs, stamps, payload })
      for (let i = 0; i < hits; i += 1) ttls.shape(id).hit('k')
    },
  }
}

it('begins with the shortest', () => {
  const { ms, load } = process()
  load('City', 'x')
  expect(ms('City')).toBe(range.minMs)
  expect(ms('Country')).toBe(range.minMs)
})

it('comes to the longest where nothing changes', () => {
  const { ms, load } = process()
  for (let i = 0; i < 400; i += 1) load('City', 'x')
  expect(ms('City')).toBe(range.maxMs)
})

it('stays at the shortest where much changes, and has what does not go its own way', () => {
  const { ms, load } = process()
  for (let i = 0; i < 400; i += 1) {
    load('views', String(i))
    load('City', 'x')
  }
  expect(ms('views')).toBe(range.minMs)
  expect(ms('City')).toBe(range.maxMs)
})

it('does not count what changed by writes that invalidated', () => {
  const { ms, load } = process()
  for (let i = 0; i < 400; i += 1) {
    load('City', `version ${i}`, { stamps: [`write ${i}`] })
    load('City', `version ${i}`, { stamps: [`write ${i}`] })
  }
  expect(ms('City')).toBe(range.maxMs)
})

it('comes back from the longest when rows begin to change', () => {
  const { ms, load } = process()
  for (let i = 0; i < 400; i += 1) load('City', 'x')
  expect(ms('City')).toBe(range.maxMs)
  for (let i = 0; i < 400; i += 1) load('City', String(i))
  expect(ms('City')).toBeLessThan(range.maxMs / 10)
})

it('stays at the shortest where much changes, also if no entry lives long enough to be read again', () => {
  const { ms, load } = process()
  for (let i = 0; i < 400; i += 1) load('City', String(i), { hits: 0 })
  expect(ms('City')).toBe(range.minMs)
})

it('is no longer than its entries were watched', () => {
  const { ms, load } = process()
  for (let i = 0; i < 16; i += 1) load('City', 'x', { hits: 0 })
  expect(ms('City')).toBeGreaterThan(range.minMs)
  // 15 times the shortest, and the second after it.
  expect(ms('City')).toBeLessThanOrEqual(15 * 2000)
})
