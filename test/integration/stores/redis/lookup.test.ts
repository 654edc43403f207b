import { Redis } from 'ioredis'
import { beforeEach, describe, expect, inject, it } from 'vitest'
import { tagId } from '../../../../src/core/stamp-tags.ts'
import type { LookupOptions, Store } from '../../../../src/core/store.ts'
import { TagList } from '../../../../src/core/tag-list.ts'
import type { ClientSource } from '../../../../src/stores/redis/client.ts'
import { sharedMax } from '../../../../src/stores/redis/shared-read.ts'
import { stopLater } from '../../../services/cleanup.ts'
import { freshNamespace } from '../../../services/fresh.ts'
import type { PrivateServer } from '../../../services/private-server.ts'
import { startRedis } from '../../../services/redis.ts'
import { redisCommand } from '../../../services/redis-command.ts'
import { key, retainMs, root, shape, tags, value } from './entries.ts'
import { openStore } from './open-store.ts'

const asked = [...tags, { kind: 'user', name: 'home' }] as const

/** How a lookup may be made, by what makes it so. */
const ways = {
  'SORT_RO alone': async () => {
    const redis = await startRedis()
    return { redis, source: redis.url, command: 'sort_ro' }
  },
  'a script, where SORT_RO is unknown': async () => {
    const redis = await startRedis({ args: ['--rename-command', 'SORT_RO', ''] })
    return { redis, source: redis.url, command: 'evalsha' }
  },
  'a script, where the user may not read everything': async () => {
    const redis = await startRedis()
    await redisCommand(redis.url, ['ACL', 'SETUSER', 'some', 'on', '>secret', '~n:*', '&*', '+@all'])
    return { redis, source: redis.url.replace('redis://', 'redis://some:secret@'), command: 'evalsha' }
  },
  'a script, where the client has a prefix': async () => {
    const redis = await startRedis()
    const client = new Redis(redis.url, { keyPrefix: 'app:' })
    stopLater(async () => client.disconnect())
    return { redis, source: client, command: 'evalsha' }
  },
}

describe.each(Object.entries(ways))('a lookup by %s', (_, open) => {
  let redis: PrivateServer
  let store: ReturnType<typeof openStore>['store']
  let command: string
  let source: ClientSource
  beforeEach(async () => {
    const opened = await open()
    ;({ redis, command, source } = opened)
    store = openStore(opened.source, { namespace: 'n' }).store
  })

  it('finds the entry, how long it is kept, and the stamps, in one command', async () => {
    await fill(store)
    const stamps = await store.obtainStamps(asked, 1000)
    await store.lookup(key, new TagList(asked), { withAge: false })
    const before = await calls(redis)
    const { entry, ...looked } = await store.lookup(key, new TagList(asked), { withAge: false })
    const after = await calls(redis)
    expect(after.get(command)! - before.get(command)!).toBe(1)
    expect(looked).toEqual({ stamps, isPending: false, off: [] })
    expect(entry?.text).toBe('row')
    const { entry: aged } = await store.lookup(key, new TagList(asked))
    expect(aged).toEqual({ text: 'row', remainingMs: expect.any(Number) })
    expect(aged?.remainingMs).toBeGreaterThan(0)
  })

  it.each<readonly [string, readonly LookupOptions[]]>([
    ['alone', [{ withAge: false }]],
    ['with others', [{ withAge: false }, { withAge: false }]],
    ['for its age', [{}]],
    ['behind a script', [{ isLast: true }]],
    ['for accepted writes of a model', [{ watch: { models: ['City'] } }]],
    ['for accepted writes of a row', [{ watch: { row: value } }]],
  ])('gives up at its deadline, which is one failure: %s', async (_, options) => {
    const { store, kinds } = openStore(source, { namespace: 'n', commandDeadlineMs: 250 })
    const ask = () => Promise.allSettled(options.map((one) => store.lookup(key, new TagList(asked), one)))
    for (const { status } of await ask()) expect(status).toBe('fulfilled')
    await redis.pause()
    for (const looked of await ask()) expect(looked).toMatchObject({ reason: { code: 'STORE.TIMEOUT' } })
    expect(kinds()).toEqual([])
    redis.resume()
  })

  it('finds nothing where nothing is', async () => {
    const nothing = { entry: null, stamps: asked.map(() => null), isPending: false, off: [] }
    for (let i = 0; i < 2; i += 1) expect(await store.lookup(key, new TagList(asked))).toEqual(nothing)
  })

  it('finds what is left, and what is switched off', async () => {
    await fill(store)
    await store.touch('City', () => [shape])
    await store.switchModels(['City'], 'off')
    expect(await store.lookup(key, new TagList([root, shape]))).toMatchObject({
      entry: { text: 'row' },
      stamps: [null, null],
      off: ['City'],
    })
  })
})

it.each(['n*', '*', 'a->b', 'a*->b'])('a namespace may be %s', async (star) => {
  const namespace = `${freshNamespace()}${star}`
  const { store } = openStore(inject('redisUrl'), { namespace })
  await fill(store)
  const stamps = await store.obtainStamps(tags, 1000)
  for (let i = 0; i < 2; i += 1)
    expect(await store.lookup(key, new TagList(tags))).toMatchObject({ entry: { text: 'row' }, stamps })
})

it('a lookup finds everything again when somebody has removed the key by which it reads', async () => {
  const redis = await startRedis()
  const { store } = openStore(redis.url, { namespace: 'n' })
  await fill(store)
  await store.lookup(key, new TagList(tags))
  await redisCommand(redis.url, ['DEL', 'n:anchor'])
  expect(await store.lookup(key, new TagList(tags))).toMatchObject({ entry: { text: 'row' } })
  const before = await calls(redis)
  expect(await store.lookup(key, new TagList(tags))).toMatchObject({ entry: { text: 'row' } })
  expect((await calls(redis)).get('evalsha')).toBe(before.get('evalsha'))
})

it.each<readonly [string, readonly (readonly [string, ...string[]])[]]>([
  ['has more in it', [['SADD', 'n:anchor', 'x']]],
  [
    'has something else in it',
    [
      ['DEL', 'n:anchor'],
      ['SADD', 'n:anchor', 'x'],
    ],
  ],
  [
    'is of another type',
    [
      ['DEL', 'n:anchor'],
      ['SET', 'n:anchor', 'x'],
    ],
  ],
])('a lookup finds everything when the key by which it reads %s', async (_, commands) => {
  const redis = await startRedis()
  const { store } = openStore(redis.url, { namespace: 'n' })
  await fill(store)
  const found = await store.lookup(key, new TagList(tags), { withAge: false })
  for (const command of commands) await redisCommand(redis.url, command)
  for (let i = 0; i < 2; i += 1) {
    const again = await store.lookup(key, new TagList(tags), { withAge: false })
    expect({ ...again, entry: again.entry?.text }).toEqual({ ...found, entry: 'row' })
  }
})

it('a lookup of many strings gives each its value', async () => {
  const { store } = openStore(inject('redisUrl'))
  const values = Array.from(
    { length: 40 },
    (_, i) => ({ kind: 'values', model: 'City', shape: 'id|*', values: `#${i}` }) as const,
  )
  const other = { kind: 'shape', model: 'Country', shape: 'code|*' } as const
  const mixed = [
    values[0]!,
    root,
    ...values.slice(1, 20),
    other,
    shape,
    ...values.slice(20),
    { kind: 'user', name: 'home' } as const,
  ]
  await fill(store)
  await store.obtainStamps(mixed, retainMs)
  await store.touch('City', () => [values[3]!, values[30]!])
  for (let i = 0; i < 2; i += 1) {
    const { stamps } = await store.lookup(key, new TagList(mixed), { withAge: false })
    expect(stamps).toEqual(await store.stamps(mixed))
    expect(stamps.flatMap((stamp, at) => (stamp === null ? [at] : []))).toEqual([4, 33])
  }
})

it('lookups of one tick share commands, and each is told what it asked for', async () => {
  const redis = await startRedis()
  const { store } = openStore(redis.url, { namespace: 'n' })
  const count = 2 * sharedMax + 1
  const keys = Array.from({ length: count }, (_, i) => ({ model: 'City', digest: `${i}` }))
  // Of various lengths, and with entries and stamps that are not there.
  const tagsOf = (i: number) => [root, ...Array.from({ length: i % 5 }, (_, n) => ({ ...value, values: `#${i - n}` }))]
  const some = keys.flatMap((_, i) => (i % 3 === 0 ? tagsOf(i) : []))
  const stamps = await store.obtainStamps(some, retainMs)
  const stampOf = new Map(some.map((tag, i) => [tagId(tag), stamps[i]]))
  const stored = keys.filter((_, i) => i % 2 === 0)
  await Promise.all(stored.map((one) => store.fill(one, `row ${one.digest}`, retainMs)))
  // The key by which they read is made by the first ones.
  for (const isThere of [false, true]) {
    const before = await calls(redis)
    const looked = await Promise.all(
      keys.map((one, i) => store.lookup(one, new TagList(tagsOf(i)), { withAge: false })),
    )
    const after = await calls(redis)
    expect(looked.map(({ entry }) => entry?.text)).toEqual(
      keys.map((one) => (stored.includes(one) ? `row ${one.digest}` : undefined)),
    )
    expect(looked.map((one) => one.stamps)).toEqual(
      keys.map((_, i) => tagsOf(i).map((tag) => stampOf.get(tagId(tag)) ?? null)),
    )
    const asked = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0)
    expect({ sorted: asked('sort_ro'), scripts: asked('evalsha') }).toEqual({ sorted: 3, scripts: isThere ? 0 : count })
  }
})

it('lookups of one tick leave as soon as there are enough for a command, not at its end', async () => {
  const client = new Redis(inject('redisUrl'))
  stopLater(async () => client.disconnect())
  const { store } = openStore(client)
  const plain = { withAge: false }
  await store.lookup(key, new TagList(tags), plain)
  const isHeldBack = () => client.stream.writableLength > 0 && client.stream.writableCorked > 0
  // Something that waits for the end of the tick, and leaves with them.
  const early = store.stamps(tags)
  const first = Array.from({ length: sharedMax - 1 }, () => store.lookup(key, new TagList(tags), plain))
  const sentBefore = client.stream.bytesWritten
  expect(isHeldBack()).toBe(true)
  const last = store.lookup(key, new TagList(tags), plain)
  expect(isHeldBack()).toBe(false)
  expect(client.stream.bytesWritten).toBeGreaterThan(sentBefore)
  await Promise.all([early, ...first, last])
})

it('lookups of one tick may be large, more so together than a call has room for', async () => {
  const { store } = openStore(inject('redisUrl'), { commandDeadlineMs: 20_000 })
  await fill(store)
  const lookups = Array.from({ length: sharedMax }, (_, i) => {
    const values = Array.from({ length: 8000 }, (_, n) => ({ ...value, values: `#${i} ${n}` }))
    return store.lookup(key, new TagList([...tags, ...values]), { withAge: false })
  })
  for (const { entry, stamps } of await Promise.all(lookups)) {
    expect(entry?.text).toBe('row')
    expect(stamps.filter((stamp) => stamp !== null)).toHaveLength(tags.length)
    expect(stamps).toHaveLength(tags.length + 8000)
  }
})

it('an age that is refused is the error of its lookup, and nobody else hears of it, also when it is the first to be answered', async () => {
  const redis = await startRedis()
  await redisCommand(redis.url, ['ACL', 'SETUSER', 'some', 'on', '>secret', '~*', '&*', '+@all', '-pttl'])
  const client = new Redis(redis.url.replace('redis://', 'redis://some:secret@'))
  stopLater(async () => client.disconnect())
  const call = client.call.bind(client)
  Object.assign(client, {
    async call(...command: Parameters<typeof call>) {
      const reply = await call(...command)
      if (command[0] === 'sort_ro') await new Promise((done) => setImmediate(() => setImmediate(done)))
      return reply
    },
  })
  // Else a script would be refused.
  await redisCommand(redis.url, ['SADD', 'n:anchor', ''])
  const { store } = openStore(client, { namespace: 'n' })
  const unheard: unknown[] = []
  const listen = (error: unknown) => unheard.push(error)
  process.on('unhandledRejection', listen)
  stopLater(async () => void process.off('unhandledRejection', listen))
  await expect(store.lookup(key, new TagList(tags))).rejects.toThrow('NOPERM')
  expect(unheard).toEqual([])
})

it.each(Object.entries(ways))('many lookups of one tick are answered by %s', async (_, open) => {
  const { source } = await open()
  const { store } = openStore(source, { namespace: 'n' })
  await fill(store)
  for (let round = 0; round < 3; round += 1) {
    const looked = await Promise.all(Array.from({ length: 2 * sharedMax }, () => store.lookup(key, new TagList(tags))))
    for (const { entry, stamps } of looked) expect([entry?.text, stamps.includes(null)]).toEqual(['row', false])
  }
})

it('lookups of two namespaces on one client, in one tick, keep to their own', async () => {
  const client = new Redis(inject('redisUrl'))
  stopLater(async () => client.disconnect())
  const stores = [freshNamespace(), freshNamespace()].map((namespace) => openStore(client, { namespace }).store)
  await Promise.all(stores.map((store, i) => store.fill(key, `row ${i}`, retainMs)))
  for (let round = 0; round < 2; round += 1) {
    const looked = await Promise.all([...stores, ...stores].map((store) => store.lookup(key, new TagList(tags))))
    expect(looked.map(({ entry }) => entry?.text)).toEqual(['row 0', 'row 1', 'row 0', 'row 1'])
  }
})

it('lookups of two stores with one client and one namespace, in one tick, keep to their own deadlines', async () => {
  const redis = await startRedis()
  const client = new Redis(redis.url)
  stopLater(async () => client.disconnect())
  const [hasty, patient] = [50, 60_000].map(
    (commandDeadlineMs) => openStore(client, { namespace: 'n', commandDeadlineMs }).store,
  )
  const ask = (store: Store) => store.lookup(key, new TagList(tags), { withAge: false })
  await patient!.fill(key, 'row', retainMs)
  for (const store of [hasty!, patient!]) await ask(store)
  await redis.pause()
  const [first, second] = [ask(hasty!), ask(patient!)]
  await expect(first).rejects.toMatchObject({ code: 'STORE.TIMEOUT' })
  redis.resume()
  expect(await second).toMatchObject({ entry: { text: 'row' } })
})

it('a lookup reads and is answered also where Redis has no memory left', async () => {
  const redis = await startRedis()
  const { store } = openStore(redis.url, { namespace: 'n' })
  await fill(store)
  for (const anchor of ['there', 'missing']) {
    if (anchor === 'missing') await redisCommand(redis.url, ['DEL', 'n:anchor'])
    await redisCommand(redis.url, ['CONFIG', 'SET', 'maxmemory', '1'])
    expect(await store.lookup(key, new TagList(tags))).toMatchObject({ entry: { text: 'row' } })
    await redisCommand(redis.url, ['CONFIG', 'SET', 'maxmemory', '0'])
  }
})

async function fill(store: Store): Promise<void> {
  await store.obtainStamps(tags, retainMs)
  await store.fill(key, 'row', retainMs)
}

/** How often each command was called. */
async function calls({ url }: PrivateServer): Promise<ReadonlyMap<string, number>> {
  const info = String(await redisCommand(url, ['INFO', 'commandstats']))
  return new Map([...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => [name!, Number(count)]))
}
