import { expect, it } from 'vitest'
import type { ResultCodec } from '../../../src/core/codec.ts'
import { encodeEntry } from '../../../src/core/entry.ts'
import { createParsedEntries, type FoundEntry, type ParsedEntries } from '../../../src/strategies/parsed-entries.ts'
import type { ReadPlan } from '../../../src/strategies/read-plan.ts'
import { createManualClock } from '../stores/manual-clock.ts'
import { lookupPlans, openReader } from './reading.ts'

/** JSON, and how many texts were parsed. */
function countingCodec() {
  const counts = { parsed: 0 }
  const parse = (text: string): { n: number } => {
    counts.parsed += 1
    return JSON.parse(text)
  }
  const codec: ResultCodec = {
    name: 'counting',
    encode: (value) => JSON.stringify(value),
    decode: parse,
    parse(text) {
      const value = parse(text)
      return { value: { ...value }, again: () => ({ ...value }), bytes: 4 * text.length }
    },
  }
  return { codec, counts }
}

/** An entry, as it is found when it was written under a stamp. */
function found(n: number, stamp: string, size = 0): FoundEntry {
  const payload = JSON.stringify({ n, filling: 'x'.repeat(size) })
  const text = encodeEntry({ ids: '["r City"]', stamps: [stamp], ttlMs: 1000, keepMs: 0, loadMs: 1, payload })
  return { text, payload, stamps: [stamp] }
}

it('parses a text that is found again once more, and then no more, and makes a new value of it each time', () => {
  const { codec, counts } = countingCodec()
  const entries = createParsedEntries(codec)
  const plan = lookupPlans()('a')
  const entry = found(1, 's1')
  const results = [1, 2].map(() => entries.read(plan, entry))
  for (let i = 0; i < 50; i += 1) results.push(entries.of(plan, `${entry.text}`)!.make())
  expect(counts.parsed).toBe(2)
  for (const result of results) expect(result).toMatchObject({ n: 1 })
  expect(new Set(results).size).toBe(52)
})

it('knows nothing of a text that was found once, or differs in a letter', () => {
  const entries = createParsedEntries(countingCodec().codec)
  const plan = lookupPlans()('a')
  entries.read(plan, found(1, 's1'))
  expect(entries.of(plan, found(1, 's1').text)).toBeUndefined()
  entries.read(plan, found(1, 's1'))
  expect(entries.of(plan, found(1, 's1').text)).toBeDefined()
  expect(entries.of(plan, found(2, 's1').text)).toBeUndefined()
  expect(entries.of(lookupPlans()('a'), found(1, 's1').text)).toBeUndefined()
})

it('keeps nothing of a text that is found once: stamps may be parts of it', () => {
  const entries = createParsedEntries(countingCodec().codec)
  const plan = lookupPlans()('a')
  entries.read(plan, found(1, 's1'))
  expect(plan.memory).toEqual({ seen: expect.any(Number), foundAt: 1, parsed: null })
})

it('keeps the next text in place of the last', () => {
  const entries = createParsedEntries(countingCodec().codec)
  const plan = lookupPlans()('a')
  for (const n of [1, 1, 2, 2]) entries.read(plan, found(n, `s${n}`))
  expect(entries.of(plan, found(1, 's1').text)).toBeUndefined()
  expect(entries.of(plan, found(2, 's2').text)?.make()).toMatchObject({ n: 2 })
})

it('keeps nothing of an entry that has changed whenever it is found', () => {
  const { codec, counts } = countingCodec()
  const entries = createParsedEntries(codec)
  const plan = lookupPlans()('a')
  for (let n = 0; n < 20; n += 1) {
    entries.read(plan, found(n, `s${n}`))
    expect(entries.of(plan, found(n, `s${n}`).text)).toBeUndefined()
  }
  expect(counts.parsed).toBe(20)
})

it('decodes each time what the codec cannot make again', () => {
  const { codec, counts } = countingCodec()
  const parse = (text: string) => ({ value: codec.decode(text, null), again: null, bytes: 0 })
  for (const one of [
    { ...codec, parse },
    { name: 'plain', encode: codec.encode, decode: codec.decode },
  ]) {
    counts.parsed = 0
    const entries = createParsedEntries(one)
    const plan = lookupPlans()('a')
    for (let i = 0; i < 3; i += 1) expect(entries.read(plan, found(1, 's1'))).toMatchObject({ n: 1 })
    expect(entries.of(plan, found(1, 's1').text)).toBeUndefined()
    expect(counts.parsed).toBe(3)
  }
})

/** Of a text with which an entry takes some 600 kB. */
const large = 100_000

function keepAll(entries: ParsedEntries, plans: readonly ReadPlan[], from: number, to: number): void {
  for (let i = from; i < to; i += 1) {
    for (let times = 0; times < 2; times += 1) entries.read(plans[i]!, found(i, 's', large))
  }
}

function isKept(entries: ParsedEntries, plans: readonly ReadPlan[], i: number): boolean {
  return entries.of(plans[i]!, found(i, 's', large).text) !== undefined
}

const plansOf = (length: number) => Array.from({ length }, (_, i) => lookupPlans()(`${i}`))

it('keeps 16 MB at most, of what was used last', () => {
  const entries = createParsedEntries(countingCodec().codec)
  const plans = plansOf(60)
  keepAll(entries, plans, 0, 15)
  // So often that it counts as in use.
  for (let i = 0; i < 20; i += 1) entries.of(plans[0]!, found(0, 's', large).text)
  keepAll(entries, plans, 15, 40)
  const kept = plans.filter((_, i) => isKept(entries, plans, i)).length
  expect(kept).toBeGreaterThan(20)
  expect(kept * 6 * large).toBeLessThan(16 * 1024 * 1024)
  expect(isKept(entries, plans, 0)).toBe(true)
  expect(isKept(entries, plans, 1)).toBe(false)
})

it('lets those stay that are in use, where more is than can be kept', () => {
  const { codec, counts } = countingCodec()
  const entries = createParsedEntries(codec)
  const plans = plansOf(60)
  const findAll = () => {
    const before = counts.parsed
    for (const [i, plan] of plans.entries()) {
      const entry = found(i, 's', large)
      if (!entries.of(plan, entry.text)) entries.read(plan, entry)
    }
    return counts.parsed - before
  }
  expect(findAll()).toBe(60)
  expect(findAll()).toBe(60)
  // In turn, so that the last use of each is the oldest when it comes again: by that alone none would ever be there.
  for (let round = 0; round < 3; round += 1) expect(findAll()).toBeLessThan(40)
})

it('lets go what is no longer in use, at once', () => {
  const entries = createParsedEntries(countingCodec().codec)
  const plans = plansOf(80)
  keepAll(entries, plans, 0, 40)
  keepAll(entries, plans, 40, 60)
  for (let i = 40; i < 60; i += 1) expect(isKept(entries, plans, i)).toBe(true)
})

it('passes over one that was used meanwhile, in search of one that was not', () => {
  const entries = createParsedEntries(countingCodec().codec)
  const plans = plansOf(31)
  keepAll(entries, plans, 0, 30)
  const [oldest, next] = plans.flatMap(({ memory }, i) => (memory.parsed ? [i] : []))
  const comer = plans[30]!
  entries.read(comer, found(30, 's', large))
  // Once, of which its place in the order need not tell.
  expect(isKept(entries, plans, oldest!)).toBe(true)
  entries.read(comer, found(30, 's', large))
  expect([oldest!, next!, 30].map((i) => plans[i]!.memory.parsed !== null)).toEqual([true, false, true])
})

it('keeps none that would drive out many others', () => {
  const entries = createParsedEntries(countingCodec().codec)
  const plan = lookupPlans()('a')
  for (let times = 0; times < 3; times += 1) entries.read(plan, found(1, 's', 200_000))
  expect(entries.of(plan, found(1, 's', 200_000).text)).toBeUndefined()
})

it.each([
  ['nobody asks for ages', false, 0],
  ['somebody does', true, 0],
  ['entries are kept to be served stale', false, 1000],
])('serves no entry that is kept here and was invalidated there, where %s', async (_, areAgesTold, keepMs) => {
  const { codec, counts } = countingCodec()
  const { reader, memory } = openReader((store) => store, { codec, areAgesTold: () => areAgesTold })
  const plan = lookupPlans({ keepMs })('a')
  let n = 1
  const read = async () =>
    (await reader.read(plan, async () => ({ result: { n }, late: { tags: [], marks: [] } }))).result
  for (let times = 0; times < 5; times += 1) {
    expect(await read()).toEqual({ n: 1 })
    await reader.idle()
  }
  expect(counts.parsed).toBe(2)
  n = 2
  expect(await read()).toEqual({ n: 1 })
  await memory.touch('City', () => [{ kind: 'root', model: 'City' }])
  expect(await read()).toEqual({ n: 2 })
  await reader.idle()
  for (let times = 0; times < 4; times += 1) expect(await read()).toEqual({ n: 2 })
  expect(counts.parsed).toBe(4)
})

it('serves what others keep to be served stale no longer than it is fresh', async () => {
  const clock = createManualClock()
  const { reader } = openReader((store) => store, { clock, codec: countingCodec().codec, areAgesTold: () => false })
  let n = 1
  const load = async () => ({ result: { n }, late: { tags: [], marks: [] } })
  const [keeping, plain] = [{ keepMs: 60_000, ttlMs: () => 1000 }, {}].map((differing) => lookupPlans(differing)('a'))
  await reader.read(keeping!, load)
  await reader.idle()
  n = 2
  for (let times = 0; times < 4; times += 1) expect((await reader.read(plain!, load)).result).toEqual({ n: 1 })
  clock.advance(1001)
  expect((await reader.read(plain!, load)).result).toEqual({ n: 2 })
})
