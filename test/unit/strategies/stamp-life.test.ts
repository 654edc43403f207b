import { expect, it } from 'vitest'
import { TagList } from '../../../src/core/tag-list.ts'
import { stampLifeMs } from '../../../src/strategies/stamp-life.ts'
import { createManualClock } from '../stores/manual-clock.ts'
import { lookupPlans, openReader } from './reading.ts'

const tags = new TagList([
  { kind: 'root', model: 'City' },
  { kind: 'values', model: 'City', shape: 'id|*', values: '#1' },
])

it('is as long as the TTL that a function gives, however much longer that is than was thought', async () => {
  const clock = createManualClock()
  const { reader } = openReader((memory) => memory, { clock })
  const plan = lookupPlans({ tags, ttlMs: () => 60_000, retainMs: 1_000 })('one')
  const status = async () => {
    const { info } = await reader.read(plan, async () => ({ result: 1, late: { tags: [], marks: [] } }))
    return info.status
  }
  expect(await status()).toBe('miss')
  await reader.idle()
  clock.advance(30_000)
  expect(await status()).toBe('hit')
  clock.advance(30_000)
  expect(await status()).toBe('miss')
})

it('lasts as long as a load, and what that stores', async () => {
  const clock = createManualClock()
  const { reader } = openReader((memory) => memory, { clock })
  const plan = lookupPlans({ tags, ttlMs: () => 1_000, retainMs: stampLifeMs(1_000, 0) })('one')
  let release = () => {}
  const loading = new Promise<void>((resolve) => {
    release = resolve
  })
  let begun = () => {}
  const began = new Promise<void>((resolve) => {
    begun = resolve
  })
  const load = async () => {
    begun()
    await loading
    return { result: 1, late: { tags: [], marks: [] } }
  }
  const read = async () => (await reader.read(plan, load)).info.status
  const first = read()
  await began
  // Several times as long as stamps live.
  clock.advance(20_000)
  release()
  expect(await first).toBe('miss')
  await reader.idle()
  // A tenth is taken off at most.
  clock.advance(899)
  expect(await read()).toBe('hit')
  clock.advance(101)
  expect(await read()).toBe('miss')
})
