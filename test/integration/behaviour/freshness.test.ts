import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, inject, it } from 'vitest'
import { stopLater } from '../../services/cleanup.ts'
import { createDatabase } from '../../services/database.ts'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { migrate } from '../../services/migrate.ts'
import { startPostgres, withPostgres } from '../../services/postgres.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'
import {
  type CachedClient,
  type CachedClientOptions,
  cachedClient,
  describeStores,
  type StoreConfig,
} from '../cached-client.ts'
import { countOf, isSelect, lookAt, newNote, readerAndWriter, setText, textOf, writeAcross } from '../races/notes.ts'

type NoteConfig = NonNullable<NonNullable<CachedClientOptions['config']>['models']>['Note']

/** Clients of one cache of notes. */
function clients(store: StoreConfig, note: NoteConfig) {
  return readerAndWriter(store, { models: { Note: note } })
}

/** The same lookup, by a caller who takes what is older than a millisecond for too old. */
async function impatient({ prisma }: CachedClient, id: number) {
  const { data, info } = await prisma.$cache.withInfo(() =>
    prisma.note.findUnique({ where: { id }, cacheStrategy: { ttl: '1ms' } }),
  )
  return { text: data?.text, status: info.status, reason: info.reason }
}

/** Read once, so that it is stored, and a few milliseconds old. */
async function storedNote(client: CachedClient) {
  const note = await newNote(client)
  expect(await textOf(client.prisma, note.id)).toBe('v1')
  await delay(5)
  client.queries()
  return note
}

/** Somebody else writes past the plugin. */
const writeOutside = ({ base }: CachedClient, id: number, text: string) => setText(base, id, text)

const outage = new Error('the connection was lost')

describeStores('refresh ahead', (makeStoreConfig) => {
  it.each([
    ['past a part of its TTL', 0.000_01],
    ['at random', { beta: 1e9 }],
  ] as const)('loads an entry again %s, once, while hits go on', async (_, refreshAhead) => {
    const { reader, writer } = clients(makeStoreConfig(), { ttl: '1m', refreshAhead })
    const { id } = await storedNote(reader)
    await writeOutside(reader, id, 'v2')
    const held = reader.adapter.holdNext(isSelect)
    reader.adapter.clear()
    writer.adapter.clear()
    for (let i = 0; i < 5; i += 1) expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
    await held.reached
    // Another process sees the lease.
    for (let i = 0; i < 5; i += 1) expect(await lookAt(writer, id)).toEqual({ text: 'v1', status: 'hit' })
    expect(reader.adapter.count(isSelect)).toBe(1)
    if (writer !== reader) expect(writer.adapter.count(isSelect)).toBe(0)
    held.release()
    await expect.poll(() => lookAt(writer, id)).toEqual({ text: 'v2', status: 'hit' })
    expect(countOf(reader, 'miss')).toBe(1)
  })

  it.each([
    ['a part that is not reached', 0.99],
    ['a chance that is too small', { beta: 1e-9 }],
    ['no word', undefined],
    ['false, whatever the defaults', false],
  ] as const)('does not load again with %s', async (_, refreshAhead) => {
    const { reader } = readerAndWriter(makeStoreConfig(), {
      defaults: refreshAhead === false ? { refreshAhead: 0.000_01 } : {},
      models: { Note: { ttl: '1m', refreshAhead } },
    })
    const { id } = await storedNote(reader)
    for (let i = 0; i < 5; i += 1) expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
    await reader.prisma.$disconnect()
    expect(countOf(reader, 'loaded')).toBe(1)
  })

  it('R35: one that a write crosses is not seen again', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig(), {
      models: { Note: { ttl: '1m', refreshAhead: 0.000_01 } },
      loadWait: '100ms',
    })
    const { id } = await storedNote(reader)
    const held = reader.adapter.holdNext(isSelect, { when: 'after' })
    expect(await textOf(reader.prisma, id)).toBe('v1')
    await held.reached
    await writeAcross({ reader, writer }, held, id)
    for (const client of [reader, writer, reader]) expect(await textOf(client.prisma, id)).toBe('v2')
  })
})

describe('a load that takes longer than the TTL', () => {
  it('stores what none of its stamps is gone before', async () => {
    const redis = inject('redisUrl')
    const namespace = freshNamespace()
    const { reader } = clients({ redis, namespace }, { ttl: '500ms' })
    const { id } = await newNote(reader)
    const lifeMs = async (keys: string) => {
      const [key] = (await redisCommand(redis, ['KEYS', `${namespace}:{Note}:${keys}:*`])) as string[]
      return key === undefined ? -2 : Number(await redisCommand(redis, ['PTTL', key]))
    }
    const held = reader.adapter.holdNext(isSelect)
    const loading = lookAt(reader, id)
    await held.reached
    let leastMs = await lifeMs('v')
    await waitUntil(
      async () => {
        const nowMs = await lifeMs('v')
        const isProlonged = nowMs > leastMs
        leastMs = Math.min(leastMs, nowMs)
        return isProlonged
      },
      { what: 'the stamps to be prolonged' },
    )
    held.release()
    expect(await loading).toEqual({ text: 'v1', status: 'miss' })
    const entryMs = await waitUntil(async () => (await lifeMs('e')) > 0 && (await lifeMs('e')), { what: 'the entry' })
    expect(await lifeMs('v')).toBeGreaterThanOrEqual(entryMs)
  })
})

describeStores('stale if error', (makeStoreConfig) => {
  const note = { ttl: '1m', staleIfError: '1m' } as const

  it('R15: serves what it has while the database is out of reach, and asks it once a second', async () => {
    const { reader } = clients(makeStoreConfig(), note)
    const { id } = await storedNote(reader)
    reader.adapter.failNext(isSelect, outage)
    const expected = { text: 'v1', status: 'stale', reason: 'the database is out of reach' }
    expect(await impatient(reader, id)).toEqual(expected)
    const all = await Promise.all(Array.from({ length: 20 }, () => impatient(reader, id)))
    expect(new Set(all.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify(expected)]))
    expect(reader.queries()).toBe(1)
    expect(reader.prisma.$cache.stats()).toMatchObject({ staleHits: 21, staleInstead: 21, loadErrors: 1 })
    await writeOutside(reader, id, 'v2')
    await waitUntil(async () => (await impatient(reader, id)).text === 'v2', { what: 'the database to be asked again' })
  })

  it('R34: serves nothing that was invalidated, by a write or by hand', async () => {
    const { reader, writer } = clients(makeStoreConfig(), { ...note, tags: ['desk'] })
    const invalidations = [
      (id: number) => setText(writer.prisma, id, 'v2'),
      () => writer.prisma.$cache.invalidate({ tags: ['desk'] }),
      () => writer.prisma.$cache.invalidate({ models: ['Note'] }),
    ]
    for (const invalidate of invalidations) {
      const { id } = await storedNote(reader)
      await invalidate(id)
      reader.adapter.failNext(isSelect, outage)
      await expect(impatient(reader, id)).rejects.toThrow('the connection was lost')
    }
  })

  it('R34: serves nothing that was invalidated while it rests', async () => {
    const { reader, writer } = clients(makeStoreConfig(), note)
    const { id } = await storedNote(reader)
    reader.adapter.failNext(isSelect, outage)
    expect(await impatient(reader, id)).toMatchObject({ text: 'v1', status: 'stale' })
    await setText(writer.prisma, id, 'v2')
    expect(await impatient(reader, id)).toMatchObject({ text: 'v2', status: 'miss' })
  })

  it('leaves an error of the query itself as it is', async () => {
    const { reader } = clients(makeStoreConfig(), note)
    const { id } = await storedNote(reader)
    const find = { where: { id }, cacheStrategy: { ttl: '1ms' } } as const
    await reader.prisma.note.findFirstOrThrow(find)
    await reader.base.note.delete({ where: { id } })
    await delay(5)
    for (let i = 0; i < 2; i += 1) {
      await expect(reader.prisma.note.findFirstOrThrow(find)).rejects.toMatchObject({ code: 'P2025' })
    }
  })

  it('R15: asks once a second behind what is served while it is loaded again, too', async () => {
    const { reader } = clients(makeStoreConfig(), { ttl: '1m' })
    const { id } = await storedNote(reader)
    const find = () => reader.prisma.note.findUnique({ where: { id }, cacheStrategy: { ttl: '1ms', swr: '1m' } })
    // Filled by one who accepts it so long.
    await find()
    await expect.poll(() => countOf(reader, 'filled')).toBe(2)
    await reader.prisma.$disconnect()
    await delay(5)
    reader.queries()
    reader.adapter.failNext(isSelect, outage)
    await find()
    await expect.poll(() => countOf(reader, 'load-failed')).toBe(1)
    for (let i = 0; i < 10; i += 1) expect((await find())?.text).toBe('v1')
    await reader.prisma.$disconnect()
    expect(reader.queries()).toBe(1)
  })

  it('serves nothing past its time', async () => {
    const { reader } = clients(makeStoreConfig(), { ttl: '1m', staleIfError: '1ms' })
    const { id } = await storedNote(reader)
    await delay(5)
    reader.adapter.failNext(isSelect, outage)
    await expect(impatient(reader, id)).rejects.toThrow('the connection was lost')
  })

  it('goes by the defaults', async () => {
    const { reader } = readerAndWriter(makeStoreConfig(), { defaults: { staleIfError: '1m' }, models: { Note: {} } })
    const { id } = await storedNote(reader)
    reader.adapter.failNext(isSelect, outage)
    expect(await impatient(reader, id)).toMatchObject({ text: 'v1', status: 'stale' })
  })

  it.each(['cache-aside', 'write-through'] as const)('keeps an entry past its TTL: %s', async (strategy) => {
    const { reader, writer } = clients(makeStoreConfig(), { ttl: '20ms', staleIfError: '1m', strategy })
    const { id } = await newNote(reader)
    if (strategy === 'write-through') await setText(writer.prisma, id, 'v1')
    else await textOf(reader.prisma, id)
    await delay(25)
    reader.adapter.failNext(isSelect, outage)
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'stale' })
  })

  it('keeps what writes stored as long', async () => {
    const { reader, writer } = clients(makeStoreConfig(), { ...note, strategy: 'write-through' })
    const { id } = await newNote(reader)
    await setText(writer.prisma, id, 'v2')
    await delay(5)
    reader.adapter.failNext(isSelect, outage)
    expect(await impatient(reader, id)).toMatchObject({ text: 'v2', status: 'stale' })
  })
})

describeStores('load timeouts', (makeStoreConfig) => {
  it('answer with what there is, and the load goes on', async () => {
    const { reader } = clients(makeStoreConfig(), { ttl: '1m', staleIfError: '1m', loadTimeout: { soft: '20ms' } })
    const { id } = await storedNote(reader)
    await writeOutside(reader, id, 'v2')
    const held = reader.adapter.holdNext(isSelect)
    const slow = { text: 'v1', status: 'stale', reason: 'the database is slow' }
    expect(await impatient(reader, id)).toEqual(slow)
    expect(await impatient(reader, id)).toEqual(slow)
    held.release()
    await expect.poll(() => countOf(reader, 'filled')).toBe(2)
    expect(countOf(reader, 'loaded')).toBe(2)
    expect(await textOf(reader.prisma, id)).toBe('v2')
  })

  it('fail where there is nothing, and the load goes on', async () => {
    const { reader } = clients(makeStoreConfig(), { ttl: '1m', loadTimeout: { soft: '1ms', hard: '20ms' } })
    const { id } = await newNote(reader)
    const held = reader.adapter.holdNext(isSelect)
    const reads = await Promise.allSettled([textOf(reader.prisma, id), textOf(reader.prisma, id)])
    const timeout = { status: 'rejected', reason: { name: 'CacheError', code: 'LOAD.TIMEOUT', model: 'Note' } }
    expect(reads).toMatchObject([timeout, timeout])
    held.release()
    await expect.poll(() => countOf(reader, 'filled')).toBe(1)
    reader.queries()
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
    expect(reader.queries()).toBe(0)
  })

  it('let a query wait past the soft one where there is nothing', async () => {
    const { reader } = clients(makeStoreConfig(), { ttl: '1m', staleIfError: '1m', loadTimeout: { soft: '1ms' } })
    const { id } = await newNote(reader)
    const held = reader.adapter.holdNext(isSelect)
    const first = textOf(reader.prisma, id)
    await held.reached
    await delay(20)
    held.release()
    expect(await first).toBe('v1')
  })

  it('count the wait for another process, too', async () => {
    const store = makeStoreConfig()
    if (store.redis === undefined) return
    const { reader, writer } = clients(store, { ttl: '1m', loadTimeout: { hard: '50ms' } })
    const { id } = await newNote(reader)
    const held = writer.adapter.holdNext(isSelect)
    const first = textOf(writer.prisma, id)
    first.catch(() => {})
    await held.reached
    await expect(textOf(reader.prisma, id)).rejects.toMatchObject({ code: 'LOAD.TIMEOUT' })
    held.release()
    await expect.poll(() => lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
  })

  it('are no hurry for a load that is in time', async () => {
    const { reader } = clients(makeStoreConfig(), { ttl: '1m', loadTimeout: { hard: '1h' } })
    const { id } = await newNote(reader)
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'miss' })
  })
})

it('a permission that is taken away is no outage', async () => {
  const databaseUrl = await freshDatabase()
  const role = `reader_${randomUUID().slice(0, 8)}`
  const admin = (sql: string) => withPostgres(databaseUrl, (client) => client.query(sql))
  await admin(`CREATE ROLE ${role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role};
    GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`)
  stopLater(async () => void (await admin(`DROP OWNED BY ${role}; DROP ROLE ${role}`)))
  const url = new URL(databaseUrl)
  url.username = role
  const config = { models: { Note: { ttl: '1m', staleIfError: '1m' } } } as const
  const client = cachedClient({ databaseUrl: url.href, config })
  const { id } = await storedNote(client)
  await admin(`REVOKE SELECT ON "Note" FROM ${role}`)
  for (let i = 0; i < 2; i += 1) await expect(impatient(client, id)).rejects.toThrow(/permission denied|denied access/)
})

describe('a PostgreSQL that dies', () => {
  it('R15: costs no read of what was cached: neither those that wait for it, nor those after', async () => {
    const server = await startPostgres()
    const databaseUrl = await createDatabase(server.url, 'freshness')
    await migrate(databaseUrl)
    const note = { ttl: '1m', staleIfError: '1m' } as const
    const options = { databaseUrl, redis: inject('redisUrl'), config: { models: { Note: note } } }
    const client = cachedClient(options)
    const other = cachedClient({ ...options, namespace: client.namespace })
    const { id } = await storedNote(client)
    const unknown = await newNote(client)
    const served = { text: 'v1', status: 'stale', reason: 'the database is out of reach' }
    await withPostgres(databaseUrl, async (lock) => {
      lock.on('error', () => {})
      await lock.query('BEGIN; LOCK TABLE "Note" IN ACCESS EXCLUSIVE MODE')
      const waiting = Promise.all([client, client, other].map((one) => impatient(one, id)))
      await waitUntil(() => client.adapter.count(isSelect) + other.adapter.count(isSelect) > 0, { what: 'a load' })
      await server.kill()
      expect(await waiting).toEqual([served, served, served])
    }).catch(() => {}) // the connection that locked is lost
    for (let i = 0; i < 3; i += 1) {
      expect(await impatient(client, id)).toEqual(served)
      expect(await impatient(other, id)).toEqual(served)
    }
    await expect(textOf(client.prisma, unknown.id)).rejects.not.toMatchObject({ name: 'CacheError' })
    await server.restart()
    await writeOutside(client, id, 'v2')
    for (const one of [client, other]) {
      await waitUntil(async () => (await impatient(one, id)).text === 'v2', { what: 'the database to be asked again' })
    }
  })
})

describeStores('soft invalidation', (makeStoreConfig) => {
  const note = { ttl: '1m', tags: ['desk', 'lamp'] } as const

  it.each([
    ['a tag', { tags: ['desk'] }],
    ['a model', { models: ['Note'] }],
    ['all that it depends on', { models: ['Note'], tags: ['desk', 'lamp'] }],
  ] as const)('of %s: served until one process has loaded it again', async (_, target) => {
    const { reader, writer } = clients(makeStoreConfig(), note)
    const { id } = await storedNote(reader)
    await writeOutside(reader, id, 'v2')
    await writer.prisma.$cache.invalidate({ ...target, soft: true })
    const held = reader.adapter.holdNext(isSelect)
    reader.adapter.clear()
    writer.adapter.clear()
    for (let i = 0; i < 3; i += 1) expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'stale' })
    await held.reached
    for (let i = 0; i < 3; i += 1) expect(await lookAt(writer, id)).toEqual({ text: 'v1', status: 'stale' })
    expect(reader.adapter.count(isSelect)).toBe(1)
    if (writer !== reader) expect(writer.adapter.count(isSelect)).toBe(0)
    held.release()
    await expect.poll(() => lookAt(reader, id)).toEqual({ text: 'v2', status: 'hit' })
    expect(await lookAt(writer, id)).toEqual({ text: 'v2', status: 'hit' })
    expect(countOf(reader, 'miss')).toBe(1)
  })

  it.each([
    ['hard by hand', ({ prisma }: CachedClient) => prisma.$cache.invalidate({ tags: ['desk'] })],
    ['written', ({ prisma }: CachedClient, id: number) => setText(prisma, id, 'v2')],
    ['soft a second time', ({ prisma }: CachedClient) => prisma.$cache.invalidate({ tags: ['desk'], soft: true })],
    ['soft by another tag', ({ prisma }: CachedClient) => prisma.$cache.invalidate({ tags: ['lamp'], soft: true })],
    ['soft by its model', ({ prisma }: CachedClient) => prisma.$cache.invalidate({ models: ['Note'], soft: true })],
  ] as const)('R34: what is then invalidated, %s, is not served any more', async (_, invalidate) => {
    const { reader, writer } = clients(makeStoreConfig(), { ...note, staleIfError: '1m', staleWhileRevalidate: '1m' })
    const { id } = await storedNote(reader)
    await writer.prisma.$cache.invalidate({ tags: ['desk'], soft: true })
    await writeOutside(reader, id, 'v2')
    await invalidate(writer, id)
    expect(await lookAt(reader, id)).toEqual({ text: 'v2', status: 'miss' })
  })

  it('lets what was loading be served, and has it loaded again', async () => {
    const { reader, writer } = clients(makeStoreConfig(), note)
    const { id } = await newNote(reader)
    const held = reader.adapter.holdNext(isSelect, { when: 'after' })
    const first = textOf(reader.prisma, id)
    await held.reached
    await writeOutside(reader, id, 'v2')
    await writer.prisma.$cache.invalidate({ models: ['Note'], soft: true })
    held.release()
    expect(await first).toBe('v1')
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'stale' })
    await expect.poll(() => lookAt(reader, id)).toEqual({ text: 'v2', status: 'hit' })
  })

  it('of tags that only the result tells: what was loaded before is not taken for newer', async () => {
    const tags = ({ result }: { result: unknown }) => [`note ${(result as { id: number }).id}`]
    const { reader, writer } = clients(makeStoreConfig(), { ttl: '1m', tags })
    const { id } = await storedNote(reader)
    const soft = { tags: [`note ${id}`], soft: true }
    await writeOutside(reader, id, 'v2')
    await writer.prisma.$cache.invalidate(soft)
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'stale' })
    await expect.poll(() => lookAt(reader, id)).toEqual({ text: 'v2', status: 'hit' })
    // A load that it crosses stores nothing under the new stamp.
    await writer.prisma.$cache.invalidate({ models: ['Note'] })
    const held = reader.adapter.holdNext(isSelect, { when: 'after' })
    const first = textOf(reader.prisma, id)
    await held.reached
    await writeOutside(reader, id, 'v3')
    await writer.prisma.$cache.invalidate(soft)
    held.release()
    expect(await first).toBe('v2')
    expect(await lookAt(reader, id)).toEqual({ text: 'v3', status: 'miss' })
  })
})

it('soft invalidation refuses what is neither true nor false', async () => {
  const client = cachedClient({ databaseUrl: inject('databaseUrl') })
  await expect(client.prisma.$cache.invalidate({ models: ['Note'], soft: 1 as never })).rejects.toMatchObject({
    ...{ code: 'INVALIDATE.INVALID_TARGET', problems: ['soft: expected true or false, got 1'] },
  })
})
