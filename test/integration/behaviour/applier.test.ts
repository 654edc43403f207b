import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withPostgres } from '../../services/postgres.ts'
import { add, batchOf, errorOf, update, useApplier } from './applying.ts'

const applying = useApplier()
const views = () => applying.views()

beforeEach(() => applying.reset())
afterEach(() => applying.adapter.releaseAll())

describe('once', () => {
  it('adds what many writes add, in four round trips', async () => {
    const batch = await applying.batch('City', [
      add(1),
      add(2, 5),
      add(1),
      update(1, { views: { op: 'decrement', value: 7 } }),
    ])
    await applying.applier.apply(await applying.batch('City', [add(3)]))
    applying.adapter.clear()
    expect(await applying.applier.apply(batch)).toBe('applied')
    // The stream is new, which takes a second look.
    expect(applying.adapter.statements.map(({ sql }) => sql.trim().split(/\s/)[0])).toEqual([
      'BEGIN',
      'SELECT',
      'SELECT',
      'WITH',
      'COMMIT',
    ])
    applying.adapter.clear()
    await applying.applier.apply(batchOf(batch, [add(2)], 4))
    expect(applying.adapter.statements.map(({ sql }) => sql.trim().split(/\s/)[0])).toEqual([
      'BEGIN',
      'SELECT',
      'WITH',
      'COMMIT',
    ])
    expect(await views()).toEqual([-5, 6, 1])
  })

  it('applies a batch that comes again as if it did not', async () => {
    const batch = await applying.batch('City', [add(1), add(2)])
    expect(await applying.applier.apply(batch)).toBe('applied')
    expect(await applying.applier.apply(batch)).toBe('applied')
    expect(await views()).toEqual([1, 1, 0])
  })

  it('applies of a batch what was not applied before', async () => {
    const writes = [add(1), add(2), add(3)]
    const batch = await applying.batch('City', writes)
    await applying.applier.apply(batchOf(batch, writes.slice(0, 2)))
    await applying.applier.apply(batch)
    expect(await views()).toEqual([1, 1, 1])
  })

  it('takes positions of another stream for nothing', async () => {
    const batch = await applying.batch('City', [add(1)])
    await applying.applier.apply(batch)
    await applying.applier.apply({ ...batch, stream: 'another life' })
    expect(await views()).toEqual([2, 0, 0])
  })

  it('applies nothing for an owner that was replaced, or never was one', async () => {
    const batch = await applying.batch('City', [add(1)])
    const epoch = await applying.applier.claim(batch.partition)
    expect(epoch).toBe(batch.epoch + 1n)
    expect(await applying.applier.apply(batch)).toBe('fenced')
    expect(await applying.applier.apply({ ...batch, partition: 'unclaimed' })).toBe('fenced')
    expect(await views()).toEqual([0, 0, 0])
    expect(await applying.applier.apply({ ...batch, epoch })).toBe('applied')
  })

  it('lets a claim wait for the batch that is under way', async () => {
    const batch = await applying.batch('City', [add(1)])
    const held = applying.adapter.holdNext((sql) => sql === 'COMMIT')
    const applied = applying.applier.apply(batch)
    await held.reached
    const claimed = applying.applier.claim(batch.partition)
    const order: string[] = []
    void applied.then(() => order.push('applied'))
    void claimed.then(() => order.push('claimed'))
    await expect.poll(lockWaits).toBe(1)
    held.release()
    expect([await applied, await claimed]).toEqual(['applied', batch.epoch + 1n])
    expect(order).toEqual(['applied', 'claimed'])
  })

  it('sees the first position of a stream that it waited for', async () => {
    const batch = await applying.batch('City', [add(1)])
    const held = applying.adapter.holdNext((sql) => sql === 'COMMIT')
    const applied = applying.applier.apply(batch)
    await held.reached
    const again = applying.applier.apply(batch)
    await expect.poll(lockWaits).toBe(1)
    held.release()
    expect(await Promise.all([applied, again])).toEqual(['applied', 'applied'])
    expect(await views()).toEqual([1, 0, 0])
  })

  it('gives a claim up that waits too long, as something to try again', async () => {
    const { partition } = await applying.batch('City', [])
    const other = await applying.connect()
    await other.query('BEGIN')
    await other.query('SELECT * FROM _cache_write_behind WHERE partition = $1 FOR UPDATE', [partition])
    const error = await errorOf(applying.applier.claim(partition))
    expect(applying.applier.describe(error).code).toBe('55P03')
    expect(applying.applier.isTransient(error)).toBe(true)
  })

  const lockWaits = () =>
    withPostgres(applying.databaseUrl, async (client) => {
      const { rows } = await client.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      return rows.length
    })
})
