import pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, inject } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { CacheClient, ReadInfo } from '../../../src/index.ts'
import { uncachedClient } from '../../services/client.ts'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { type CachedClient, type CachedClientOptions, cachedClient } from '../cached-client.ts'
import { expectSame } from './same.ts'
import { seed, startSequences } from './seed.ts'

/** A client with a cache, seen as the plain one that it behaves like. */
export type Cached = PrismaClient & { readonly $cache: CacheClient }

export type Read = (client: PrismaClient) => PromiseLike<unknown>
export type Write = (client: PrismaClient) => PromiseLike<unknown>

export type StoreKind = 'memory' | 'redis'
export const storeKinds: readonly StoreKind[] = ['memory', 'redis']

/**
 * For tests that count hits. One lease after a namespace is first seen, everything in it is invalidated once; and a command
 * that takes too long, on a machine that is busy with other tests, is no hit either.
 */
export const patient = { lease: '1h', commandDeadline: '2s' } as const

/** One of the clients that share a cache. */
export interface Seat {
  readonly name: string
  readonly prisma: Cached
  /** SELECTs since it was last asked. */
  queries(): number
}

export interface Bench {
  readonly databaseUrl: string
  /** The truth: it knows no cache. */
  readonly plain: PrismaClient
  /** The client that writes. */
  readonly first: CachedClient
  readonly writer: Cached
  /** The writer, and somebody else who shares its cache: on Redis as another process would. */
  readonly seats: readonly Seat[]
  /** The rows of the seed and nothing else. */
  reset(): Promise<void>
}

/** Two clients that share one cache, and a plain one, on a database that has the seed's rows before every test. */
export function useBench(kind: StoreKind, config?: CachedClientOptions['config']): Bench {
  let bench!: Bench
  let sql: pg.Client
  beforeAll(async () => {
    const databaseUrl = await freshDatabase()
    sql = new pg.Client({ connectionString: databaseUrl })
    await sql.connect()
    await sql.query(startSequences)
    // A killed server would lose the last writes, and the tests spend half the time.
    await sql.query(`ALTER DATABASE "${new URL(databaseUrl).pathname.slice(1)}" SET synchronous_commit = off`)
    await sql.query('SET synchronous_commit = off')
    bench = makeBench(kind, { databaseUrl, config, sql })
  })
  beforeEach(() => bench.reset())
  afterAll(() => sql.end())
  // Made before the first test, used by all: what it holds is only known then.
  return new Proxy({} as Bench, { get: (_, name) => Reflect.get(bench, name) })
}

function makeBench(
  kind: StoreKind,
  { databaseUrl, config, sql }: { databaseUrl: string; config: CachedClientOptions['config']; sql: pg.Client },
): Bench {
  const options = {
    databaseUrl,
    namespace: freshNamespace(),
    // As `describeStores` has it: every second kind goes the other way to the cache.
    ...(kind === 'redis' ? { redis: inject('redisUrl') } : { isHooked: true }),
    config: { ...patient, ...config },
  } as const
  const first = cachedClient(options)
  const writer = first.prisma as unknown as Cached
  const other = kind === 'redis' ? cachedClient(options) : undefined
  // The embedded store is for one process: there, somebody else is the same client extended further.
  const second = (other?.prisma ?? first.prisma.$extends({ name: 'somebody else' })) as unknown as Cached
  return {
    databaseUrl,
    plain: uncachedClient(databaseUrl),
    first,
    writer,
    seats: [
      { name: 'the writer', prisma: writer, queries: first.queries },
      { name: 'somebody else', prisma: second, queries: (other ?? first).queries },
    ],
    async reset() {
      await sql.query(seed)
      await writer.$cache.invalidateAll()
    },
  }
}

/** Reads once to fill and once more: the second answer comes from the cache, without a query, and both are the truth. */
export async function expectCached({ plain, seats }: Bench, read: Read, what = 'the answer'): Promise<unknown> {
  const truth = await read(plain)
  for (const seat of seats) {
    expectSame(await read(seat.prisma), truth, `${what}, first, of ${seat.name}`)
    seat.queries()
    const { data, info } = await infoOf(seat.prisma, read)
    expect({ status: info.status, reason: info.reason, queries: seat.queries() }, `${what} of ${seat.name}`).toEqual({
      status: 'hit',
      reason: undefined,
      queries: 0,
    })
    expectSame(data, truth, `${what}, from the cache, of ${seat.name}`)
  }
  return truth
}

/**
 * Fills the cache with every read, writes, and reads again: everybody sees the new truth at once.
 *
 * Every read must be one whose answer the write changes, so that one which was not invalidated cannot pass.
 */
export async function expectSeen(
  bench: Bench,
  { write, reads }: { readonly write: Write; readonly reads: Readonly<Record<string, Read>> },
): Promise<void> {
  const before = new Map<string, unknown>()
  for (const [what, read] of Object.entries(reads)) before.set(what, await expectCached(bench, read, what))
  await write(bench.writer)
  for (const [what, read] of Object.entries(reads)) {
    const truth = await read(bench.plain)
    expect(truth, `${what}: the write changes it`).not.toEqual(before.get(what))
    for (const seat of bench.seats)
      expectSame(await read(seat.prisma), truth, `${what} of ${seat.name} after the write`)
  }
}

export function infoOf<T>(
  prisma: Cached,
  read: (client: PrismaClient) => PromiseLike<T>,
): Promise<{ data: T; info: ReadInfo }> {
  return prisma.$cache.withInfo(() => read(prisma))
}

/** Where the answer of a read comes from, now. */
export async function statusOf(prisma: Cached, read: Read): Promise<ReadInfo['status']> {
  return (await infoOf(prisma, read)).info.status
}
