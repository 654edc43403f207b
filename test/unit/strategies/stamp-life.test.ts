import { expect, it } from 'vitest'
import { TagList } from '../../../src/core/tag-list.ts'
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
