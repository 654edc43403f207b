import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PendingWrite } from '../../../src/analysis/pending/pending-write.ts'
import { createApplier } from '../../../src/prisma/pending/applier.ts'
import type { ApplyBatch } from '../../../src/strategies/pending/applier.ts'
import { uncachedClient } from '../../services/client.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { withPostgres } from '../../services/postgres.ts'
import { startForwarder } from '../stores/redis/forwarder.ts'
import { add, batchOf, errorOf, update, useApplier } from './applying.ts'

const applying = useApplier()
const views = () => applying.views()

beforeEach(() => applying.reset())
afterEach(() => applying.adapter.releaseAll())

describe('failures', () => {
  const cases: Readonly<Record<string, { model: string; write: PendingWrite; code: string; message: RegExp }>> = {
    'a unique value twice': {
      ...{ model: 'Team', write: { kind: 'create', row: { id: 8, name: 'taken' } }, code: '23505' },
      message: /^UniqueConstraintViolation \(Team_name_key\)$/,
    },
    'a missing parent': {
      ...{ model: 'City', write: update(2, { countryCode: { op: 'set', value: 'XX' } }), code: '23503' },
      message: /^ForeignKeyConstraintViolation \(City_countryCode_fkey\)$/,
    },
    'an integer that is too large': {
      model: 'City',
      write: add(2, 2 ** 31),
      code: '22003',
      message: /^ValueOutOfRange$/,
    },
    'a sum that is too large': {
      ...{ model: 'City', write: update(2, { views: { op: 'multiply', value: 2 ** 30 } }), code: '22003' },
      message: /^ValueOutOfRange$/,
    },
    'a division by zero': {
      ...{ model: 'City', write: update(2, { views: { op: 'divide', value: 0 } }), code: '22012' },
      message: /^division by zero$/,
    },
    'a character that the database does not have': {
      ...{ model: 'City', write: update(2, { name: { op: 'set', value: 'a\0' } }), code: '22021' },
      message: /^character not in the encoding$/,
    },
    'a value of another kind': {
      ...{ model: 'Sample', write: update(1, { dateTime: { op: 'set', value: 'secret' } }) },
      ...{ code: 'WRITE_BEHIND.UNWRITABLE_VALUE', message: /^A pending write of Sample/ },
    },
    'a missing row to update': {
      model: 'City',
      write: add(99),
      code: 'WRITE_BEHIND.ROW_NOT_FOUND',
      message: /update found no row of City/,
    },
    'a missing row to delete': {
      ...{ model: 'City', write: { kind: 'delete', id: { id: 99 } }, code: 'WRITE_BEHIND.ROW_NOT_FOUND' },
      message: /delete found no row of City/,
    },
  }
  it.each(Object.entries(cases))(
    'leaves nothing behind, and blames the write: %s',
    async (_, { model, write, code, message }) => {
      const { prisma, applier } = applying
      await prisma.team.create({ data: { id: 1, name: 'taken' } })
      await prisma.city.update({ where: { id: 2 }, data: { views: 5 } })
      const good: PendingWrite[] = model === 'City' ? [add(1), add(2), add(3)] : []
      const batch = await applying.batch(model, [...good, write])
      const error = await errorOf(applier.apply(batch))
      const { code: found, message: told } = applier.describe(error)
      expect({ found, transient: applier.isTransient(error) }).toEqual({ found: code, transient: false })
      expect(told).toMatch(message)
      expect(await views()).toEqual([0, 5, 0])
      // The rest, without it.
      expect(await applier.apply(batchOf(batch, good))).toBe('applied')
    },
  )

  it.each(Object.entries(cases))(
    'says the same where the batch is one statement: %s',
    async (_, { model, write, code, message }) => {
      const { prisma, applier, adapter } = applying
      await prisma.team.create({ data: { id: 1, name: 'taken' } })
      await prisma.city.update({ where: { id: 2 }, data: { views: 5 } })
      const before = await applying.batch(model, [])
      await applier.apply(before)
      adapter.clear()
      const error = await errorOf(applier.apply(batchOf(before, [write], 1)))
      const isSent = code !== 'WRITE_BEHIND.UNWRITABLE_VALUE'
      expect(adapter.count((sql) => sql.includes('held AS'))).toBe(isSent ? 1 : 0)
      const { code: found, message: told } = applier.describe(error)
      expect({ found, transient: applier.isTransient(error) }).toEqual({ found: code, transient: false })
      expect(told).toMatch(message)
    },
  )

  it('takes all rows back where one of a statement is missing', async () => {
    const { applier } = applying
    const before = await applying.batch('City', [add(1)])
    await applier.apply(before)
    const error = await errorOf(applier.apply(batchOf(before, [add(1), add(99), add(2)], 1)))
    expect(applier.describe(error).code).toBe('WRITE_BEHIND.ROW_NOT_FOUND')
    expect(await views()).toEqual([1, 0, 0])
    expect(await applier.apply(batchOf(before, [add(1), add(2)], 1))).toBe('applied')
    expect(await views()).toEqual([2, 1, 0])
  })

  it('cuts no text that is too long', async () => {
    await withPostgres(applying.databaseUrl, (client) => client.query('ALTER TABLE "Team" ALTER name TYPE varchar(5)'))
    const { prisma, dataModel } = applying
    // One that has not seen the column as it was.
    const applier = createApplier({ client: prisma, dataModel })
    const batch = await applying.batch('Team', [{ kind: 'create', row: { id: 1, name: 'too long' } }])
    const error = await errorOf(applier.apply(batch))
    expect(applying.applier.describe(error)).toEqual({ code: '22001', message: 'LengthMismatch' })
  })

  it('plans again what it had prepared, where the table has become another one meanwhile', async () => {
    const { applier, databaseUrl, prisma } = applying
    const run = (sql: string) => withPostgres(databaseUrl, (client) => client.query(sql))
    const row = { id: 1, name: 'ffffffff-0000-4000-8000-000000000000' }
    await run('ALTER TABLE "Team" ALTER name TYPE text')
    const batch = await applying.batch('Team', [{ kind: 'create', row }])
    await applier.prepare(batch)
    await run('ALTER TABLE "Team" ALTER name TYPE uuid USING gen_random_uuid()')
    expect(applier.describe(await errorOf(applier.apply(batch))).code).toBe('42804')
    expect(await applier.apply(batch)).toBe('applied')
    await run('ALTER TABLE "Team" ALTER name TYPE text')
    expect(await prisma.team.findMany({ select: { id: true, name: true } })).toEqual([row])
  })

  it('loses its transaction with its connection, and says so as something to try again', async () => {
    const batch = await applying.batch('City', [add(1)])
    const held = applying.adapter.holdNext((sql) => sql.startsWith('WITH'))
    const failed = errorOf(applying.applier.apply(batch))
    await held.reached
    await withPostgres(applying.databaseUrl, (client) =>
      client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'`,
      ),
    )
    held.release()
    expect(applying.applier.isTransient(await failed)).toBe(true)
    expect(await applying.applier.apply(batch)).toBe('applied')
    expect(await views()).toEqual([1, 0, 0])
  })

  it('gives up what a silently dead connection owes it, and goes on with another one', async () => {
    const { dataModel, databaseUrl } = applying
    const forwarder = await startForwarder(Number(new URL(databaseUrl).port || 5432))
    const url = new URL(databaseUrl)
    url.host = `127.0.0.1:${forwarder.port}`
    const client = uncachedClient(url.href)
    const applier = createApplier({ client, dataModel, batchMs: 300, connectionMs: 100 })
    const known = await applier.database()
    forwarder.forget()
    const error = await errorOf(applier.database())
    expect(error).toMatchObject({ message: 'The database did not answer within 500 ms.' })
    expect(applier.isTransient(error)).toBe(true)
    expect(await applier.database()).toBe(known)
    // Else the client could not be disconnected.
    forwarder.cut()
  })

  it('lets go of its locks when it is frozen', async () => {
    const { prisma, dataModel } = applying
    const frozen = createApplier({ client: prisma, dataModel, idleMs: 100 })
    const batch = await applying.batch('City', [add(1)])
    const held = applying.adapter.holdNext((sql) => sql.startsWith('WITH'))
    const failed = errorOf(frozen.apply(batch))
    await held.reached
    expect(await applying.applier.claim(batch.partition)).toBe(batch.epoch + 1n)
    held.release()
    expect(frozen.isTransient(await failed)).toBe(true)
    expect(await views()).toEqual([0, 0, 0])
  })

  it('waits no longer than its limit for a row that somebody else holds', async () => {
    const { prisma, dataModel } = applying
    const hasty = createApplier({ client: prisma, dataModel, lockMs: 50 })
    const batch = await applying.batch('City', [add(1)])
    const other = await applying.connect()
    await other.query('BEGIN')
    await other.query('SELECT * FROM "City" WHERE id = 1 FOR UPDATE')
    const refused = { code: '55P03', isTransient: true }
    const tried = async (one: ApplyBatch) => {
      const error = await errorOf(hasty.apply(one))
      return { ...hasty.describe(error), isTransient: hasty.isTransient(error) }
    }
    expect(await tried(batch)).toMatchObject(refused)
    expect(await hasty.apply(batchOf(batch, [add(2)]))).toBe('applied')
    applying.adapter.clear()
    const next = batchOf(batch, [add(1)], 1)
    expect(await tried(next)).toMatchObject(refused)
    expect(applying.adapter.count((sql) => sql === 'BEGIN')).toBe(0)
    await other.query('ROLLBACK')
    expect(await hasty.apply(next)).toBe('applied')
    expect(await views()).toEqual([1, 1, 0])
  })

  it('asks for its table when the database lacks it, and blames no write', async () => {
    const databaseUrl = await freshDatabase()
    const prisma = uncachedClient(databaseUrl)
    const applier = createApplier({ client: prisma, dataModel: applying.dataModel })
    await applier.database()
    await prisma.$executeRawUnsafe('DROP TABLE _cache_write_behind')
    const batch = await applying.batch('City', [add(1)])
    for (const call of [() => applier.database(), () => applier.claim('p'), () => applier.apply(batch)]) {
      const error = await errorOf(call())
      expect(error).toMatchObject({ code: 'WRITE_BEHIND.NO_TABLE', fix: expect.stringContaining('CacheWriteBehind') })
      expect(applier.isTransient(error)).toBe(true)
    }
  })

  it('takes no connection for something to try again', async () => {
    const client = uncachedClient('postgresql://postgres@127.0.0.1:1/nowhere')
    const applier = createApplier({ client, dataModel: applying.dataModel })
    for (const call of [() => applier.database(), () => applier.claim('p')]) {
      expect(applier.isTransient(await errorOf(call()))).toBe(true)
    }
  })
})
