import { PrismaPg } from '@prisma/adapter-pg'
import { beforeAll, expect, it } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { type FlushClient, openFlushClient } from '../../../src/prisma/pending/flush-client.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { withPostgres } from '../../services/postgres.ts'
import { waitUntil } from '../../services/wait-until.ts'

let databaseUrl: string
beforeAll(async () => {
  databaseUrl = await freshDatabase()
})

function open(): FlushClient {
  const application = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) })
  const flushClient = openFlushClient(application, systemClock)
  expect(flushClient.client).not.toBe(application)
  stopLater(() => flushClient.close(() => application.$disconnect()))
  return flushClient
}

const nothing = async () => {}
const one = ({ client, use }: FlushClient) => use(() => (client as PrismaClient).$queryRaw`SELECT 1 AS one`)

/** A statement that waits for a lock, and how many do. */
const locked = ({ client, use }: FlushClient) =>
  use(() => (client as PrismaClient).$executeRaw`SELECT pg_advisory_lock(1)`)
const waits = `SELECT count(*)::int AS waiting FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock'`

it('is closed when what is under way has ended, and may be used again', async () => {
  const flushClient = open()
  let order = ''
  const [found] = await Promise.all([
    one(flushClient).then((rows) => {
      order += 'ended '
      return rows
    }),
    flushClient.close(async () => {
      order += 'closed'
    }),
  ])
  expect(found).toEqual([{ one: 1 }])
  expect(order).toBe('ended closed')
  expect(await one(flushClient)).toEqual([{ one: 1 }])
})

it('begins nothing while it is closed', async () => {
  const flushClient = open()
  await one(flushClient)
  let isClosed = false
  const closing = flushClient.close(async () => {
    await withPostgres(databaseUrl, (sql) => sql.query('SELECT 1'))
    isClosed = true
  })
  const found = flushClient.use(async () => isClosed)
  await closing
  expect(await found).toBe(true)
})

it('rejects what does not end, which the driver may never answer', async () => {
  const flushClient = open()
  await withPostgres(databaseUrl, async (sql) => {
    await sql.query('SELECT pg_advisory_lock(1)')
    const stuck = locked(flushClient).then(
      () => 'done',
      (error: Error) => error.message,
    )
    const isWaiting = async () => (await sql.query(waits)).rows[0]?.waiting === 1
    await waitUntil(isWaiting, { what: 'the statement to wait' })
    const closing = flushClient.close(nothing)
    expect(await stuck).toBe('The client was closed meanwhile.')
    await sql.query('SELECT pg_advisory_unlock(1)')
    await closing
  })
  expect(await one(flushClient)).toEqual([{ one: 1 }])
})
