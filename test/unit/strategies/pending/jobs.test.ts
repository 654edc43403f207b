import { describe, expect, it } from 'vitest'
import type { UniqueLookup } from '../../../../src/analysis/unique-lookup.ts'
import { type Job, takeGroup } from '../../../../src/strategies/pending/jobs.ts'

const nothingBusy = () => false

/** `null`: what tells no row before it is made. */
function job(row: string | null, { isWhole = false } = {}): Job {
  const lookup = row === null ? null : ({ name: row } as UniqueLookup)
  const resolve = () => {
    throw new Error('not called here')
  }
  const acceptable = { lookup, isWhole, resolve, idsNeeded: 0, result: resolve }
  return { acceptable, ids: null, base: null, attempts: 0, gatedSinceMs: null, resolve, reject: resolve }
}

const rowsOf = (jobs: readonly Job[]) => jobs.map(({ acceptable }) => acceptable.lookup?.name ?? null)
const busy =
  (...rows: readonly string[]) =>
  ({ acceptable }: Job) =>
    rows.includes(acceptable.lookup?.name ?? '')

/** Groups until nothing is left. */
function groupsOf(queue: Job[]): readonly (readonly Job[])[] {
  const groups: (readonly Job[])[] = []
  while (queue.length > 0) groups.push(takeGroup(queue, nothingBusy))
  return groups
}

describe('takeGroup', () => {
  it('takes few at once, and half of many, in their order', () => {
    const few = Array.from({ length: 32 }, (_, i) => job(`${i}`))
    expect(groupsOf([...few])).toEqual([few])
    const many = Array.from({ length: 64 }, (_, i) => job(`${i}`))
    expect(groupsOf([...many])).toEqual([many.slice(0, 32), many.slice(32)])
    const [largest] = groupsOf(Array.from({ length: 5000 }, () => job('1')))
    expect(largest).toHaveLength(256)
  })

  it('takes what is all or nothing by itself, and nothing past it', () => {
    const [first, whole, last] = [job('1'), job(null, { isWhole: true }), job('2')]
    expect(groupsOf([first, whole, last])).toEqual([[first], [whole], [last]])
  })

  it('leaves a row that another group has, and takes the others past it', () => {
    const queue = [job('1'), job('2'), job('1'), job('3')]
    expect(rowsOf(takeGroup(queue, busy('1')))).toEqual(['2', '3'])
    expect(rowsOf(queue)).toEqual(['1', '1'])
    expect(takeGroup(queue, busy('1'))).toEqual([])
    expect(rowsOf(takeGroup(queue, nothingBusy))).toEqual(['1', '1'])
  })

  it('takes nothing past what waits and tells no row, nor that past another: they may be the same', () => {
    const queue = [job('1'), job('2'), job('1'), job(null), job('2')]
    expect(rowsOf(takeGroup(queue, busy('1')))).toEqual(['2'])
    expect(rowsOf(queue)).toEqual(['1', '1', null, '2'])
    expect(takeGroup(queue, busy('1'))).toEqual([])
    expect(rowsOf(queue)).toEqual(['1', '1', null, '2'])
  })

  it('takes some of however many', () => {
    const queue = Array.from({ length: 300_000 }, () => job('1'))
    expect(takeGroup(queue, busy('1'))).toEqual([])
    expect(takeGroup(queue, nothingBusy)).toHaveLength(256)
    expect(queue).toHaveLength(300_000 - 256)
  })
})
