import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../examples/shared/random.ts'
import { createAdaptiveTtl } from '../../../../src/strategies/adaptive/adaptive-ttl.ts'

const range = { minMs: 1000, maxMs: 600_000, staleShare: 0.01 }

/** A process that reads one key of each shape, so many times before it has expired, and loads it a second later. */
function process() {
  let nowMs = 0
  const ttls = createAdaptiveTtl(range, { nowMs: () => nowMs })
  return {
    ms: (id: string) => ttls.shape(id).ms(),
    load(id: string, payload: string, { stamp = 'a', hits = 20 } = {}) {
      nowMs += ttls.shape(id).ms() + 1000
      const version = { key: 'k', loadedAtMs: nowMs, stamps: { 'r City': stamp }, payload }
      ttls.shape(id).loaded(version, ttls.shape(id).ms())
      for (let i = 0; i < hits; i += 1) ttls.shape(id).hit(version)
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

it('is short where much changes, and has what does not go its own way', () => {
  const { ms, load } = process()
  for (let i = 0; i < 1000; i += 1) {
    load('views', String(i))
    load('City', 'x')
  }
  expect(ms('views')).toBeLessThan(10 * range.minMs)
  expect(ms('City')).toBeGreaterThan(range.maxMs / 2)
})

it('does not count what changed by writes that invalidated', () => {
  const { ms, load } = process()
  for (let i = 0; i < 400; i += 1) {
    load('City', `version ${i}`, { stamp: `write ${i}` })
    load('City', `version ${i}`, { stamp: `write ${i}` })
  }
  expect(ms('City')).toBeGreaterThan(range.maxMs / 2)
})

it('comes back from the longest within a few loads when rows begin to change', () => {
  const { ms, load } = process()
  for (let i = 0; i < 400; i += 1) load('City', 'x')
  expect(ms('City')).toBe(range.maxMs)
  for (let i = 0; i < 30; i += 1) load('City', String(i))
  expect(ms('City')).toBeLessThan(range.maxMs / 10)
})

it('stays at the shortest where much changes, also if no entry lives long enough to be read again', () => {
  const { ms, load } = process()
  for (let i = 0; i < 400; i += 1) load('City', String(i), { hits: 0 })
  expect(ms('City')).toBe(range.minMs)
})

it('is no longer than there is experience', () => {
  const { ms, load } = process()
  // Without a read there would be nothing against the longest.
  for (let i = 0; i < 18; i += 1) load('City', 'x', { hits: 0 })
  expect(ms('City')).toBeGreaterThan(range.minMs)
  expect(ms('City')).toBeLessThanOrEqual(2 * 2000)
})

it('stays at the shortest while every load comes after a write that invalidated, however often', () => {
  const { ms, load } = process()
  for (let i = 0; i < 100; i += 1) load('City', `version ${i}`, { stamp: `write ${i}` })
  expect(ms('City')).toBe(range.minMs)
  // The first look that tells is no reason for a leap.
  load('City', 'version 99', { stamp: 'write 99' })
  expect(ms('City')).toBe(range.minMs)
})

/** What processes that share a cache make of entries that change behind its back. */
function simulated({ processes, keys, changesAt, readEveryMs, hours, afterHours = 0 }: Simulation) {
  const random = seededRandom(7)
  let nowMs = 0
  const ofHour = { minMs: 1000, maxMs: 3_600_000, staleShare: 0.01 }
  const all = Array.from({ length: processes }, () => createAdaptiveTtl(ofHour, { nowMs: () => nowMs }).shape('City'))
  const entries = Array.from({ length: keys }, () => ({ version: 0, loadedAtMs: 0, expiresMs: 0 }))
  let [reads, stale, hits] = [0, 0, 0]
  const everyMs = readEveryMs / keys
  while (nowMs < hours * 3_600_000) {
    nowMs += -Math.log(1 - random()) * everyMs
    const at = Math.floor(random() * keys)
    const entry = entries[at]!
    const truth = changesAt(at, nowMs)
    const ttl = all[Math.floor(random() * processes)]!
    const isCounted = nowMs > afterHours * 3_600_000
    if (isCounted) reads += 1
    if (nowMs >= entry.expiresMs) {
      entry.version = truth
      entry.loadedAtMs = nowMs
      const ttlMs = ttl.ms()
      entry.expiresMs = nowMs + ttlMs
      ttl.loaded({ key: String(at), loadedAtMs: nowMs, stamps: {}, payload: String(truth) }, ttlMs)
      continue
    }
    ttl.hit({ key: String(at), loadedAtMs: entry.loadedAtMs, stamps: {}, payload: String(entry.version) })
    if (isCounted) hits += 1
    if (isCounted && entry.version !== truth) stale += 1
  }
  return { stale: stale / reads, hits: hits / reads }
}

interface Simulation {
  readonly processes: number
  readonly keys: number
  /** How often a key has changed until then. */
  readonly changesAt: (key: number, nowMs: number) => number
  readonly readEveryMs: number
  readonly hours: number
  readonly afterHours?: number
}

const minutes = (many: number) => many * 60_000
/** At a steady rate, but each key at a time of its own. */
const steadily = (everyMs: number) => (key: number, nowMs: number) => Math.floor(nowMs / everyMs + ((key * 0.618) % 1))

describe('aims at one stale answer in a hundred', { timeout: 30_000 }, () => {
  const few = { keys: 50, readEveryMs: 2000, hours: 3, afterHours: 1 }

  it.each([1, 2, 4, 8])('of %i processes, where all rows change alike', (processes) => {
    const { stale, hits } = simulated({ ...few, processes, changesAt: steadily(minutes(5)) })
    expect(stale).toBeLessThan(0.02)
    expect(hits).toBeGreaterThan(0.3)
  })

  it.each([1, 2, 4])('of %i processes, where some rows change much more often than others', (processes) => {
    const often = steadily(5000)
    const { stale } = simulated({ ...few, processes, changesAt: (key, at) => (key % 10 === 0 ? often(key, at) : 0) })
    expect(stale).toBeLessThan(0.025)
  })

  it.each([1, 10, 60])('where all rows change at once, every %i minutes', (every) => {
    const changesAt = (_: number, at: number) => Math.floor(at / minutes(every))
    const { stale } = simulated({ ...few, keys: 20, processes: 1, hours: 12, afterHours: 4, changesAt })
    expect(stale).toBeLessThan(0.03)
  })
})

it('notices within a few of the longest TTLs when a row that nobody changed for a day is changed every ten seconds', () => {
  const changesAt = (_: number, at: number) => Math.max(0, Math.floor((at - minutes(24 * 60)) / 10_000))
  const { stale } = simulated({ keys: 1, processes: 1, readEveryMs: 1000, hours: 29, afterHours: 28, changesAt })
  expect(stale).toBeLessThan(0.1)
})
