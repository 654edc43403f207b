import { setTimeout as delay } from 'node:timers/promises'
import { expect, inject, it } from 'vitest'
import { freshNamespace } from '../../services/fresh.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { type CachedClient, type CachedClientOptions, cachedClient, describeStores } from '../cached-client.ts'
import { countOf, isSelect, lookAt, lookedUp, newNote, readerAndWriter, textOf } from '../races/notes.ts'

type NoteConfig = NonNullable<NonNullable<CachedClientOptions['config']>['models']>['Note']

/** Not by `findUnique`, of which Prisma makes one query for many. */
async function firstText({ prisma }: CachedClient, id: number) {
  const note = await prisma.note.findFirst({ where: { id } })
  return note?.text
}

describeStores('limits of loads', (makeStoreConfig) => {
  const open = (note: NoteConfig, more: object = {}) =>
    cachedClient({
      databaseUrl: inject('databaseUrl'),
      ...makeStoreConfig(),
      ...more,
      config: { models: { Note: note } },
    })

  it('R36: so many at a time, and the others in their order', async () => {
    const client = open({ maxConcurrentLoads: 3 })
    const notes = await Promise.all(Array.from({ length: 8 }, (_, i) => newNote(client, `note ${i}`)))
    const held = notes.map(() => client.adapter.holdNext(isSelect))
    client.adapter.clear()
    const reads = notes.map(({ id }) => firstText(client, id))
    const sent = () => client.adapter.statements.filter(({ sql }) => isSelect(sql)).map(({ args }) => args[0])
    const ids = notes.map(({ id }) => id)
    for (let i = 0; i < notes.length; i += 1) {
      await held[Math.min(i + 2, notes.length - 1)]!.reached
      // Something else goes through meanwhile.
      await client.base.$executeRaw`DELETE FROM "Note" WHERE false`
      expect(sent()).toEqual(ids.slice(0, i + 3))
      held[i]!.release()
    }
    expect(await Promise.all(reads)).toEqual(notes.map(({ text }) => text))
  })

  it('R36: what many wait for comes first', async () => {
    const client = open({ maxConcurrentLoads: 1 })
    const notes = [await newNote(client), await newNote(client), await newNote(client), await newNote(client)]
    const [first, ...others] = notes.map(({ id }) => id)
    const held = client.adapter.holdNext(isSelect)
    client.adapter.clear()
    const reads = [firstText(client, first!)]
    await held.reached
    for (const [i, id] of others.entries()) {
      for (let readers = 0; readers < (i === 2 ? 20 : 1); readers += 1) reads.push(firstText(client, id))
    }
    await lookedUp(client)
    held.release()
    await Promise.all(reads)
    const sent = client.adapter.statements.filter(({ sql }) => isSelect(sql)).map(({ args }) => args[0])
    expect(sent).toEqual([first, others[2], others[0], others[1]])
  })

  it('R36: an entry is loaded ahead only where there is room, and holds nobody up', async () => {
    const client = open({ maxConcurrentLoads: 1, refreshAhead: 0.000_01, ttl: '1m' })
    const [first, other] = [await newNote(client), await newNote(client)]
    expect(await textOf(client.prisma, first.id)).toBe('v1')
    await delay(5)
    const held = client.adapter.holdNext(isSelect)
    const read = firstText(client, other.id)
    await held.reached
    expect(await lookAt(client, first.id)).toEqual({ text: 'v1', status: 'hit' })
    await client.prisma.$cache.invalidate({ models: ['Note'] })
    const again = textOf(client.prisma, first.id)
    held.release()
    expect(await Promise.all([read, again])).toEqual(['v1', 'v1'])
    expect(countOf(client, 'loaded')).toBe(3)
  })

  it('what was loaded ahead in vain is not loaded again with every hit', async () => {
    const client = open({ maxEntryBytes: 2000, refreshAhead: 0.000_01, ttl: '1m' })
    const { id } = await newNote(client)
    expect(await textOf(client.prisma, id)).toBe('v1')
    await delay(5)
    await client.base.note.update({ where: { id }, data: { text: 'x'.repeat(3000) } })
    expect(await lookAt(client, id)).toEqual({ text: 'v1', status: 'hit' })
    await waitUntil(async () => countOf(client, 'oversized') === 1, { what: 'it to be loaded' })
    for (let i = 0; i < 10; i += 1) expect(await lookAt(client, id)).toEqual({ text: 'v1', status: 'hit' })
    await client.prisma.$disconnect()
    expect(countOf(client, 'loaded')).toBe(2)
  })

  it('R13: a load that never ends keeps nobody from loading once it is past its limit', async () => {
    const client = cachedClient({
      ...{ databaseUrl: inject('databaseUrl'), ...makeStoreConfig() },
      config: { models: { Note: { loadTimeout: { hard: '50ms' } } }, loadLease: '100ms', loadWait: '100ms' },
    })
    const { id } = await newNote(client)
    client.adapter.holdNext(isSelect)
    await expect(textOf(client.prisma, id)).rejects.toMatchObject({ code: 'LOAD.TIMEOUT' })
    const look = () => lookAt(client, id).catch(() => null)
    await waitUntil(async () => (await look())?.status === 'hit', { what: 'another load' })
  })

  it('R15: a database that never answers has no more loads under way than may be at a time', async () => {
    const client = cachedClient({
      ...{ databaseUrl: inject('databaseUrl'), ...makeStoreConfig() },
      config: { models: { Note: { maxConcurrentLoads: 2, loadTimeout: { hard: '50ms' } } }, loadWait: '10ms' },
    })
    const { id } = await newNote(client)
    const attempts = 6
    for (let i = 0; i < attempts; i += 1) client.adapter.holdNext(isSelect)
    client.queries()
    for (let i = 0; i < attempts; i += 1) {
      await expect(firstText(client, id)).rejects.toMatchObject({ code: 'LOAD.TIMEOUT' })
    }
    expect(client.queries()).toBe(2)
  })

  it('a load that waits for its place is not made once all who asked for it have given up', async () => {
    const client = open({ maxConcurrentLoads: 1, loadTimeout: { hard: '50ms' } })
    const [one, two, three] = [await newNote(client), await newNote(client), await newNote(client)]
    const held = client.adapter.holdNext(isSelect)
    client.adapter.clear()
    const reads = await Promise.allSettled([firstText(client, one.id), firstText(client, two.id)])
    expect(reads).toMatchObject(Array(2).fill({ reason: { code: 'LOAD.TIMEOUT' } }))
    held.release()
    await waitUntil(async () => (await lookAt(client, three.id).catch(() => null))?.text === 'v1', {
      what: 'its place',
    })
    const sent = client.adapter.statements.filter(({ sql }) => isSelect(sql)).map(({ args }) => args[0])
    expect(sent).not.toContain(two.id)
  })

  it('a load that fails makes room', async () => {
    const client = open({ maxConcurrentLoads: 1 })
    const [one, two] = [await newNote(client), await newNote(client)]
    client.adapter.failNext(isSelect, new Error('no rows today'))
    const [first, second] = await Promise.allSettled([firstText(client, one.id), firstText(client, two.id)])
    expect(first).toMatchObject({ status: 'rejected' })
    expect(second).toEqual({ status: 'fulfilled', value: 'v1' })
  })

  it('R45: what is too large is returned and not stored, and the event says how large it is', async () => {
    const client = open({ maxEntryBytes: 2000 })
    const [small, large] = [await newNote(client), await newNote(client, 'ä'.repeat(1000))]
    for (let i = 0; i < 2; i += 1) {
      expect(await textOf(client.prisma, large.id)).toBe(large.text)
      expect(await textOf(client.prisma, small.id)).toBe('v1')
    }
    expect(countOf(client, 'hit')).toBe(1)
    const events = client.events.filter((event) => event.kind === 'oversized')
    expect(events).toMatchObject([{ model: 'Note', maxBytes: 2000 }, { maxBytes: 2000 }])
    // Two bytes each.
    for (const { bytes } of events) expect(bytes).toBeGreaterThan(2000)
    expect(client.prisma.$cache.stats()).toMatchObject({ oversized: 2, fills: 1 })
  })

  it('R46: what the user refuses is not stored', async () => {
    const client = open({ validate: ({ result }) => (result as { text: string } | null)?.text !== 'bad' })
    const [good, bad] = [await newNote(client), await newNote(client, 'bad')]
    for (let i = 0; i < 2; i += 1) {
      expect(await textOf(client.prisma, bad.id)).toBe('bad')
      expect(await textOf(client.prisma, good.id)).toBe('v1')
    }
    expect(client.prisma.$cache.stats()).toMatchObject({ rejected: 2, fills: 1, hits: 1 })
  })

  it('a function that throws refuses, and the event has its error', async () => {
    const client = open({
      validate() {
        throw new Error('a broken check')
      },
    })
    const { id } = await newNote(client)
    expect(await textOf(client.prisma, id)).toBe('v1')
    expect(client.events.find(({ kind }) => kind === 'rejected')).toMatchObject({
      error: { message: 'a broken check' },
    })
  })
})

it('R46: what another release has stored is not served where the user refuses it', async () => {
  const redis = inject('redisUrl')
  const old = cachedClient({ databaseUrl: inject('databaseUrl'), redis })
  const options = { databaseUrl: inject('databaseUrl'), redis, namespace: old.namespace }
  const validate = ({ result }: { result: unknown }) => (result as { text: string }).text !== 'bad'
  const next = cachedClient({ ...options, config: { models: { Note: { validate } } } })
  const { id } = await newNote(old, 'bad')
  expect(await textOf(old.prisma, id)).toBe('bad')
  await old.base.note.update({ where: { id }, data: { text: 'good' } })
  expect(await lookAt(old, id)).toEqual({ text: 'bad', status: 'hit' })
  expect(await lookAt(next, id)).toEqual({ text: 'good', status: 'miss' })
  expect(await lookAt(next, id)).toEqual({ text: 'good', status: 'hit' })
})

describeStores('a model whose caching is switched off', (makeStoreConfig) => {
  const open = () => readerAndWriter(makeStoreConfig(), { models: { Note: {}, City: {}, Country: {} } })
  const reason = async ({ prisma }: CachedClient, id: number) =>
    (await prisma.$cache.withInfo(() => prisma.note.findUnique({ where: { id } }))).info.reason

  it('R46: is read from the database by every process, from then on, until it is switched on', async () => {
    const { reader, writer } = open()
    const { id } = await newNote(reader)
    expect(await textOf(reader.prisma, id)).toBe('v1')
    await reader.base.note.update({ where: { id }, data: { text: 'v2' } })
    await writer.prisma.$cache.disable(['Note'])
    for (const client of [reader, writer, reader]) {
      expect(await lookAt(client, id)).toEqual({ text: 'v2', status: 'bypass' })
    }
    expect(await reason(reader, id)).toBe('the caching of Note is switched off')
    expect(countOf(reader, 'filled')).toBe(1)
    // Writes go on, and do not switch it on.
    await writer.prisma.note.update({ where: { id }, data: { text: 'v3' } })
    await writer.prisma.$cache.invalidate({ models: ['Note'] })
    expect(await lookAt(reader, id)).toEqual({ text: 'v3', status: 'bypass' })
    await writer.prisma.$cache.enable(['Note'])
    for (const status of ['miss', 'hit']) expect(await lookAt(reader, id)).toEqual({ text: 'v3', status })
    expect(writer.events.filter(({ kind }) => kind === 'switched')).toMatchObject([
      { models: ['Note'], to: 'off' },
      { models: ['Note'], to: 'on' },
    ])
  })

  it('what was loading meanwhile is not served when it is switched on', async () => {
    const { reader, writer } = open()
    const { id } = await newNote(reader)
    const held = reader.adapter.holdNext(isSelect, { when: 'after' })
    const first = textOf(reader.prisma, id)
    await held.reached
    await writer.prisma.$cache.disable(['Note'])
    await reader.base.note.update({ where: { id }, data: { text: 'v2' } })
    held.release()
    expect(await first).toBe('v1')
    await writer.prisma.$cache.enable(['Note'])
    expect(await lookAt(reader, id)).toEqual({ text: 'v2', status: 'miss' })
  })

  it('takes the queries of others with it that read it, and no more', async () => {
    const { reader, writer } = open()
    const { id } = await newNote(reader)
    const cities = () => reader.prisma.city.findMany({ where: { id: -1 }, include: { country: true } })
    const status = async () => (await reader.prisma.$cache.withInfo(cities)).info.status
    await textOf(reader.prisma, id)
    await writer.prisma.$cache.disable(['Country'])
    expect([await status(), await status()]).toEqual(['bypass', 'bypass'])
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
    await writer.prisma.$cache.disable()
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'bypass' })
    await writer.prisma.$cache.enable()
    expect([await status(), await status()]).toEqual(['miss', 'hit'])
    await expect(writer.prisma.$cache.disable(['Citty'])).rejects.toMatchObject({ code: 'INVALIDATE.INVALID_TARGET' })
  })

  it('still shows what was accepted', async () => {
    const store = makeStoreConfig()
    const models = { Note: { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' } } } as const
    const client = cachedClient({ databaseUrl: inject('databaseUrl'), ...store, config: { models } })
    const { id } = await newNote(client)
    await client.prisma.note.update({ where: { id }, data: { text: 'accepted' } })
    expect(countOf(client, 'accepted')).toBe(1)
    await client.prisma.$cache.disable(['Note'])
    expect(await lookAt(client, id)).toEqual({ text: 'accepted', status: 'bypass' })
    await client.prisma.note.update({ where: { id }, data: { text: 'later' } })
    expect(await lookAt(client, id)).toEqual({ text: 'later', status: 'bypass' })
  })
})

it('a load that never ends does not keep a client from disconnecting', async () => {
  const models = { Note: { loadTimeout: { hard: '50ms' } } } as const
  const config = { models, drainDeadline: '100ms' } as const
  const client = cachedClient({ databaseUrl: inject('databaseUrl'), config })
  const { id } = await newNote(client)
  client.adapter.holdNext(isSelect)
  await expect(textOf(client.prisma, id)).rejects.toMatchObject({ code: 'LOAD.TIMEOUT' })
  await client.prisma.$disconnect()
})

it('R13: a load that never ends leaves its lease to others once it is past its limit', async () => {
  const patient = { loadLease: '100ms', loadWait: '10m' } as const
  const options = { databaseUrl: inject('databaseUrl'), redis: inject('redisUrl'), namespace: freshNamespace() }
  const models = { Note: { loadTimeout: { hard: '50ms' } } } as const
  const hung = cachedClient({ ...options, config: { ...patient, models } })
  const other = cachedClient({ ...options, config: { ...patient, models: { Note: {} } } })
  const { id } = await newNote(hung)
  hung.adapter.holdNext(isSelect)
  await expect(textOf(hung.prisma, id)).rejects.toMatchObject({ code: 'LOAD.TIMEOUT' })
  expect(await textOf(other.prisma, id)).toBe('v1')
})

it('clients of one process without Redis tell each other what is switched off, and what is invalidated softly', async () => {
  const options = { databaseUrl: inject('databaseUrl'), namespace: freshNamespace(), config: { models: { Note: {} } } }
  const [one, other] = [cachedClient(options), cachedClient(options)]
  const { id } = await newNote(one)
  expect(await textOf(other.prisma, id)).toBe('v1')
  const status = async () => (await lookAt(other, id)).status
  await one.prisma.$cache.invalidate({ models: ['Note'], soft: true })
  expect(await status()).toBe('stale')
  await expect.poll(status).toBe('hit')
  await one.prisma.$cache.disable(['Note'])
  expect(await status()).toBe('bypass')
  await one.prisma.$cache.enable(['Note'])
  expect([await status(), await status()]).toEqual(['miss', 'hit'])
})
