import { expect, it } from 'vitest'
import type { StampTag } from '../../../src/core/store.ts'
import { TagList } from '../../../src/core/tag-list.ts'
import { createExpectedTags } from '../../../src/strategies/expected-tags.ts'
import type { ReadPlan } from '../../../src/strategies/read-plan.ts'

const root: StampTag = { kind: 'root', model: 'City' }
const mark: StampTag = { kind: 'mark', model: 'City', shape: 'id|*' }
const rowsOf = (count: number) =>
  Array.from(
    { length: count },
    (_, i): StampTag => ({ kind: 'values', model: 'City', shape: 'id|*', values: `[${i}]` }),
  )
const planOf = (digest: string, { marks = [mark], tags = [root] }: { marks?: StampTag[]; tags?: StampTag[] } = {}) =>
  ({ key: { model: 'City', digest }, tags: new TagList(tags), marks }) as unknown as ReadPlan

it('expects what an entry depended on last, behind the tags of its query', () => {
  const expected = createExpectedTags()
  const plan = planOf('a')
  expect(expected.of(plan)).toBe(plan.tags)
  expected.learn(plan, rowsOf(2))
  expect(expected.of(plan).list).toEqual([root, ...rowsOf(2)])
  // Once more the same list: what is made of it is kept.
  expect(expected.of(plan)).toBe(expected.of(plan))
  expected.learn(plan, rowsOf(1))
  expect(expected.of(plan).list).toEqual([root, ...rowsOf(1)])
  expect(expected.of(planOf('b')).list).toEqual([root])
})

it('expects it of another plan for the same entry, too', () => {
  const expected = createExpectedTags()
  expected.learn(planOf('a'), rowsOf(2))
  expect(expected.of(planOf('a')).list).toEqual([root, ...rowsOf(2)])
})

it('expects nothing of a plan with other tags for the same entry', () => {
  const expected = createExpectedTags()
  expected.learn(planOf('a'), rowsOf(2))
  const other = planOf('a', { tags: [root, { kind: 'user', name: 'home' }] })
  expect(expected.of(other)).toBe(other.tags)
})

it('forgets an entry that depends on nothing else, or on very much', () => {
  const expected = createExpectedTags()
  const plan = planOf('a')
  for (const count of [0, 201]) {
    expected.learn(plan, rowsOf(200))
    expected.learn(plan, rowsOf(count))
    expect(expected.of(plan)).toBe(plan.tags)
  }
})

it('learns nothing of queries whose rows tell nothing', () => {
  const expected = createExpectedTags()
  const plan = planOf('a', { marks: [] })
  expected.learn(plan, rowsOf(1))
  expect(expected.of(plan)).toBe(plan.tags)
})

it('keeps 20,000 tags at most, of the entries that were asked for last', () => {
  const expected = createExpectedTags()
  const plans = Array.from({ length: 110 }, (_, i) => planOf(`${i}`))
  for (const plan of plans) expected.learn(plan, rowsOf(199))
  const known = plans.filter((plan) => expected.of(plan) !== plan.tags)
  expect(known).toEqual(plans.slice(-100))
})
