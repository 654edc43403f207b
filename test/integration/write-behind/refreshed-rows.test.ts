import { Redis } from 'ioredis'
import { expect, inject, it } from 'vitest'
import { loadScript } from '../../../src/stores/redis/script.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { cachedClient, describeStores } from '../cached-client.ts'
import { add, begun, behind, city, flushed, later, openSeats, reasons, type Seat } from './seats.ts'

const isCityRead = (sql: string) => sql.startsWith('SELECT') && sql.includes('"City"')
const whereOne = { where: { id: 1 } }
const models = { City: { ...behind, ttl: '20ms', staleWhileRevalidate: '1h' } } as const

/** Reads the row until it is stale, which has it refreshed in the background. */
async function readStale({ prisma }: Pick<Seat, 'prisma'>): Promise<void> {
  await waitUntil(
    async () => (await prisma.$cache.withInfo(() => prisma.city.findUnique(whereOne))).info.status === 'stale',
    { what: 'the row to be stale' },
  )
}

/** As often as a refresh that is under way needs to come to its end. */
async function seeViews(seats: readonly Pick<Seat, 'prisma'>[], views: number): Promise<void> {
  for (let i = 0; i < 10; i += 1) {
    for (const { prisma } of seats) expect(await prisma.city.findUnique(whereOne)).toMatchObject({ views })
  }
}

describeStores('write-behind, rows that are refreshed', (makeStoreConfig) => {
  it.each([
    ['before it has asked the database', 'before', false],
    ['while it holds the answer', 'after', false],
    ['while it holds the answer, and flushed', 'after', true],
  ] as const)('a refresh does not undo a write that is accepted %s', async (_, when, isFlushed) => {
    const { one, two } = await openSeats({ ...makeStoreConfig(), models })
    await one.prisma.city.findUnique(whereOne)
    const held = one.adapter.holdNext(isCityRead, { when })
    await readStale(one)
    await held.reached
    await one.prisma.city.update(add(1))
    if (isFlushed) await flushed(two)
    await two.prisma.city.update(add(1))
    held.release()
    await seeViews([one, two], 2)
    await flushed(one)
    await seeViews([one, two], 2)
  })
})

describeStores('write-behind, rows that are loaded', (makeStoreConfig) => {
  it('a load that waited for its turn does not undo a write that was accepted meanwhile', async () => {
    // With tags that depend on the row, accepting leaves no entry: it is loaded when it is in the database.
    const models = { City: { ...behind, tags: () => ['city'], maxConcurrentLoads: 1 }, Post: behind } as const
    const { one, two } = await openSeats({ ...makeStoreConfig(), models })
    await one.base.city.create({ data: city(2) })
    const held = one.adapter.holdNext(isCityRead)
    const ahead = begun(one.prisma.city.findUnique({ where: { id: 2 } }))
    await held.reached
    const waiting = begun(one.prisma.city.findUnique(whereOne))
    // Its lookup is answered before this one is.
    await one.prisma.post.findUnique({ where: { id: 1 } })
    await two.prisma.city.update(add(1))
    expect(reasons(two)).toEqual([])
    held.release()
    await ahead
    expect(await waiting).toMatchObject({ views: 1 })
    await seeViews([one, two], 1)
  })

  it('a read that waited for a flush does not join a load that asked the database before it, though it began first', async () => {
    const models = { City: { ...behind, maxConcurrentLoads: 1 }, Post: behind } as const
    const { one, two } = await openSeats({ ...makeStoreConfig(), models })
    await one.base.city.create({ data: city(2) })
    const list = async () => (await one.prisma.city.findMany({ where: { id: 1 } }))[0]?.views
    const ahead = one.adapter.holdNext(isCityRead)
    const other = begun(one.prisma.city.findUnique({ where: { id: 2 } }))
    await ahead.reached
    const first = list()
    // Its lookup, which found nothing accepted, is answered before this one is.
    await one.prisma.post.findUnique({ where: { id: 1 } })
    await two.prisma.city.update(add(1))
    const flushes = [one, two].map(({ adapter }) => adapter.holdNext((sql) => /UPDATE .*"views"/s.test(sql)))
    const second = list()
    await Promise.race(flushes.map(({ reached }) => reached))
    const load = one.adapter.holdNext((sql) => isCityRead(sql), { when: 'after' })
    ahead.release()
    await load.reached
    for (const { release } of flushes) release()
    await flushed(two)
    // The second one has looked again by then.
    await one.prisma.post.findUnique({ where: { id: 2 } })
    load.release()
    await other
    expect([await first, await second]).toEqual([0, 1])
    expect(await list()).toBe(1)
  })
})

it('a refresh that is granted its lease when a write was accepted leaves the row alone', async () => {
  const redis = { redis: inject('redisUrl'), namespace: freshNamespace() }
  const { two, options } = await openSeats({ ...redis, models })
  const lease = holdableReplies('acquire-lease')
  const reader = cachedClient({ ...options, redis: lease.client as unknown as string })
  await reader.prisma.city.findUnique(whereOne)
  const held = lease.holdNext()
  await readStale(reader)
  await held.reached
  await two.prisma.city.update(add(1))
  reader.adapter.clear()
  held.release()
  await seeViews([reader, two], 1)
  // Not `queries()`: it may have become the one who flushes, which asks for its fence.
  expect(reader.adapter.count(isCityRead)).toBe(0)
  await flushed(two)
  await seeViews([reader, two], 1)
})

/** A client whose reply to a script can be held, and of what was sent with it. */
function holdableReplies(script: string) {
  const { sha1 } = loadScript(script)
  let gate: { reached(): void; readonly released: Promise<void> } | null = null
  const client = new Redis(inject('redisUrl'))
  stopLater(async () => client.disconnect())
  // Replies come in order: those to what was sent with it, or after it, wait as well.
  let before: Promise<unknown> = Promise.resolve()
  const call = client.call.bind(client)
  Object.assign(client, {
    call(...command: Parameters<typeof call>) {
      const own = (command as readonly unknown[]).includes(sha1) ? gate : null
      if (own) gate = null
      const [reply, earlier] = [call(...command), before]
      const inOrder = reply.finally(async () => {
        await earlier
        own?.reached()
        await own?.released
      })
      before = inOrder.catch(() => {})
      return inOrder
    },
  })
  return {
    client,
    holdNext() {
      const [reached, released] = [later(), later()]
      gate = { reached: reached.resolve, released: released.promise }
      return { reached: reached.promise, release: released.resolve }
    },
  }
}
