import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PendingWrite } from '../../../src/analysis/pending/pending-write.ts'
import { createApplier } from '../../../src/prisma/pending/applier.ts'
import { withPostgres } from '../../services/postgres.ts'
import { add, batchOf, errorOf, update, useApplier } from './applying.ts'

const applying = useApplier()
const views = () => applying.views()

/** The first word of each statement since it was asked last. */
function sent(): readonly string[] {
  const words = applying.adapter.statements.map(({ sql }) => sql.trim().split(/\s/)[0]!)
  applying.adapter.clear()
  return words
}

beforeEach(() => applying.reset())
afterEach(() => applying.adapter.releaseAll())

describe('once', () => {
  it('adds what many writes add, in one round trip where it knows how far the stream is applied', async () => {
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
    expect(sent()).toEqual(['BEGIN', 'SELECT', 'SELECT', 'WITH', 'COMMIT'])
    await applying.applier.apply(batchOf(batch, [add(2)], 4))
    expect(sent()).toEqual(['WITH'])
    // Another kind of statement besides.
    await applying.applier.apply(batchOf(batch, [add(2), update(1, { population: { op: 'set', value: 7 } })], 5))
    expect(sent()).toEqual(['BEGIN', 'SELECT', 'UPDATE', 'WITH', 'COMMIT'])
    expect(await views()).toEqual([-5, 7, 1])
  })

  it('creates and deletes in one round trip', async () => {
    const { applier, prisma } = applying
    const row = { name: 'Brest', countryCode: 'FR', population: 1, latitude: 0, longitude: 0, views: 4 }
    const create = (id: number): PendingWrite => ({ kind: 'create', row: { id, ...row } })
    const batch = await applying.batch('City', [add(1)])
    await applier.apply(batch)
    applying.adapter.clear()
    await applier.apply(batchOf(batch, [create(8), create(9)], 1))
    await applier.apply(
      batchOf(
        batch,
        [
          { kind: 'delete', id: { id: 8 } },
          { kind: 'delete', id: { id: 2 } },
        ],
        3,
      ),
    )
    expect(sent()).toEqual(['WITH', 'WITH'])
    expect((await prisma.city.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id)).toEqual([1, 3, 9])
  })

  it('builds on what another transaction writes meanwhile', async () => {
    const { applier } = applying
    const batch = await applying.batch('City', [add(1)])
    await applier.apply(batch)
    const other = await applying.connect()
    await other.query('BEGIN')
    await other.query('UPDATE "City" SET views = views + 10 WHERE id = 1')
    const applied = applier.apply(batchOf(batch, [add(1), add(2)], 1))
    await expect.poll(lockWaits).toBe(1)
    await other.query('COMMIT')
    expect(await applied).toBe('applied')
    expect(await views()).toEqual([12, 1, 0])
  })

  it('leaves out what another applier of the owner has applied since', async () => {
    const { applier, prisma, dataModel } = applying
    const batch = await applying.batch('City', [add(1)])
    await applier.apply(batch)
    const next = batchOf(batch, [add(2)], 1)
    expect(await createApplier({ client: prisma, dataModel }).apply(next)).toBe('applied')
    expect(await applier.apply(next)).toBe('applied')
    expect(await applier.apply(batchOf(batch, [add(3)], 2))).toBe('applied')
    expect(await views()).toEqual([1, 1, 1])
  })

  /** The statement of a batch is on its way for too long, and there is a new owner. */
  async function straggling(write: PendingWrite) {
    const { prisma, dataModel, adapter } = applying
    const applier = createApplier({ client: prisma, dataModel, batchMs: 200 })
    const batch = await applying.batch('City', [add(1)])
    await applier.apply(batch)
    const next = batchOf(batch, [write], 1)
    const held = adapter.stepNext((sql) => sql.startsWith('WITH'))
    expect(applier.isTransient(await errorOf(applier.apply(next)))).toBe(true)
    // It may yet arrive: only a new owner can be certain of what becomes of it.
    expect(await applier.apply(next)).toBe('fenced')
    const epoch = await applier.claim(batch.partition)
    const arrive = async () => {
      await held.run()
      held.release()
    }
    return { applier, next: { ...next, epoch }, after: { ...batchOf(batch, [add(3)], 2), epoch }, arrive }
  }

  it('applies nothing that comes too late', async () => {
    const { applier, next, after, arrive } = await straggling(add(2))
    expect(await applier.apply(next)).toBe('applied')
    await arrive()
    expect(await applier.apply(after)).toBe('applied')
    expect(await views()).toEqual([1, 1, 1])
  })

  it('applies nothing that comes when it was refused already', async () => {
    const { prisma } = applying
    const moved = update(2, { countryCode: { op: 'set', value: 'XX' } })
    const { applier, next, arrive } = await straggling(moved)
    expect(applier.describe(await errorOf(applier.apply(next))).code).toBe('23503')
    // What it was refused for is mended before it arrives.
    await prisma.country.create({ data: { code: 'XX', name: 'Nowhere', region: 'None' } })
    await arrive()
    expect(await prisma.city.findUnique({ where: { id: 2 } })).toMatchObject({ countryCode: 'FR' })
  })

  it.each(['EPIPE', 'ECONNRESET', '08006', '57P01'])(
    'counts once what ran although its answer was lost: %s',
    async (originalCode) => {
      const { applier, adapter } = applying
      const batch = await applying.batch('City', [add(1)])
      await applier.apply(batch)
      const cause = { kind: 'postgres', originalCode, originalMessage: 'lost' }
      const lost = Object.assign(new Error('lost'), { name: 'DriverAdapterError', cause })
      adapter.failNext((sql) => sql.startsWith('WITH'), lost, { when: 'after' })
      const next = batchOf(batch, [add(2)], 1)
      expect(applier.isTransient(await errorOf(applier.apply(next)))).toBe(true)
      expect(await applier.apply(next)).toBe('fenced')
      const epoch = await applier.claim(batch.partition)
      expect(await applier.apply({ ...next, epoch })).toBe('applied')
      expect(await views()).toEqual([1, 1, 0])
    },
  )

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
    applying.adapter.clear()
    await applying.applier.apply({ ...batch, stream: 'another life' })
    expect(sent()[0]).toBe('BEGIN')
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

  it('applies nothing for an owner that was replaced after its first batch', async () => {
    const { applier, prisma, dataModel } = applying
    const batch = await applying.batch('City', [add(1)])
    await applier.apply(batch)
    await createApplier({ client: prisma, dataModel }).claim(batch.partition)
    applying.adapter.clear()
    expect(await applier.apply(batchOf(batch, [add(2)], 1))).toBe('fenced')
    expect(sent()).toEqual(['WITH', 'BEGIN', 'SELECT', 'COMMIT'])
    expect(await views()).toEqual([1, 0, 0])
  })

  it('lets a claim wait for the only statement of a batch', async () => {
    const { applier } = applying
    const batch = await applying.batch('City', [add(1)])
    await applier.apply(batch)
    const other = await applying.connect()
    await other.query('BEGIN')
    await other.query('SELECT FROM "City" WHERE id = 2 FOR UPDATE')
    const applied = applier.apply(batchOf(batch, [add(2)], 1))
    await expect.poll(lockWaits).toBe(1)
    const claimed = applier.claim(batch.partition)
    await expect.poll(lockWaits).toBe(2)
    await other.query('ROLLBACK')
    expect([await applied, await claimed]).toEqual(['applied', batch.epoch + 1n])
    expect(await applier.apply(batchOf(batch, [add(3)], 2))).toBe('fenced')
    expect(await views()).toEqual([1, 1, 0])
  })

  it('lets a claim wait for the batch that is under way', async () => {
    const batch = await applying.batch('City', [add(1)])
    const held = applying.adapter.holdNext((sql) => sql === 'COMMIT')
    const applied = applying.applier.apply(batch)
    await held.reached
    const claimed = applying.applier.claim(batch.partition)
    let isClaimed = false
    void claimed.then(() => {
      isClaimed = true
    })
    await expect.poll(lockWaits).toBe(1)
    // Which of the two hears first of the commit is up to their connections.
    expect(isClaimed).toBe(false)
    held.release()
    expect([await applied, await claimed]).toEqual(['applied', batch.epoch + 1n])
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
