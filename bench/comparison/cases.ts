import { setTimeout } from 'node:timers/promises'
import type { PrismaClient } from '../../prisma/generated/client.ts'
import type { Slice, Subject } from './measure.ts'
import { thenRoundTrips, uncachedCase, wayNames, writeCase } from './names.ts'
import { findUnique, findUniqueOfMany, include, list, type Query, uncached } from './query.ts'
import { bookOf, unreadBookOf } from './rows.ts'
import type { Site } from './site.ts'
import type { Way } from './way.ts'

/** What is compared, in each of the ways that it is about. */
export interface Case {
  readonly name: string
  /** Calls at a time; each number is a measurement of its own. */
  readonly inFlight: readonly number[]
  /** Names of {@link wayNames}. */
  readonly ways: readonly string[]
  readonly hasPeers: boolean
  /** In more and shorter slices than the others: for a ratio of a few percent. */
  readonly isFine?: boolean
  /** Rounds of warm-up for each that the others have: of slow calls there are few in a round, and code is compiled by the number of its calls. */
  readonly warmUpFactor?: number
  /** Makes a way ready for it. */
  prepare(way: Way, site: Site): Promise<Subject>
  /** What takes turns with the ways and is none. */
  beside?(site: Site): readonly Subject[]
  /** Why the slices of a way are not of this case; `null` when they are. */
  faultOf(way: Way, slices: readonly Slice[], inFlight: number): string | null
}

const { noCache, raw, floor, bare, passThrough, redis, embedded, writeThrough, compressed, hooked } = wayNames

/** @param unreadPerSlice rows that one slice may read for the first time; see {@link missed}. */
export function casesOf(unreadPerSlice: number): readonly Case[] {
  return [
    hit(findUnique, { others: [hooked] }),
    hit(findUniqueOfMany, { inFlight: [64] }),
    hit(list, { others: [compressed], warmUpFactor: lateFactor }),
    hit(include, { warmUpFactor: lateFactor }),
    written,
    missed(unreadPerSlice),
    ofUncachedModel,
  ]
}

type HitOptions = Partial<Pick<Case, 'inFlight' | 'warmUpFactor'> & { readonly others: readonly string[] }>

/** @param others ways that are in this case alone. */
function hit(query: Query, { inFlight = [1, 64], others = [], warmUpFactor = 1 }: HitOptions = {}): Case {
  return {
    name: query.name,
    inFlight,
    warmUpFactor,
    ways: [noCache, raw, floor, bare, redis, embedded, ...others],
    hasPeers: true,
    async prepare(way, site) {
      const ask = await way.prepare(query)
      const n = inTurn(query.size)
      return { name: way.name, call: () => ask(n()), gauge: site.databaseQueries }
    },
    faultOf: (way, slices) => (way.isCache ? missedHits(slices) : null),
  }
}

/**
 * Rounds of warm-up for each that the others have, of what comes after thousands of rows: these fill what a process remembers of reads, and a new
 * kind of read has its place there after some dozens of calls.
 */
const lateFactor = 8

const pauseMs = 2

/** Rounds of warm-up for each of the others, of calls that are slow. */
export const slowCallsFactor = 10

/** An update of a row that the way has in its cache. */
const written: Case = {
  name: writeCase,
  inFlight: [1],
  ways: [noCache, redis, writeThrough],
  hasPeers: true,
  warmUpFactor: slowCallsFactor,
  prepare: async ({ name, client, extra }, site) => writing(client!, { name, extra, site }),
  beside: (site) =>
    thenRoundTrips.map((name, more) => {
      const { call, ...rest } = writing(site.plain, { name, extra: {}, site })
      const trip = () => roundTrip(site)
      return {
        ...rest,
        async call() {
          await call()
          for (let i = 0; i <= more; i += 1) await trip()
        },
      }
    }),
  faultOf: (_way, slices) => unsent(slices),
}

function roundTrip({ redis }: Site): Promise<unknown> {
  return redis.get('prisma_cache_example:missing')
}

function writing(
  client: PrismaClient,
  { name, extra, site }: { readonly name: string; readonly extra: object; readonly site: Site },
): Subject {
  const n = inTurn(findUnique.size)
  let at = 0
  return {
    name,
    async before() {
      at = n()
      // The second time it is answered by what the first one has stored: nothing of that is left for the write.
      for (let i = 0; i < 2; i += 1) await client.book.findUnique({ where: { isbn: bookOf(at) }, ...extra })
      // Else the database would have been asked twice by who has no cache, and would be the more awake when the write comes.
      for (let i = 0; i < 2; i += 1) await site.plain.book.findUnique({ where: { isbn: bookOf(at) } })
      await roundTrip(site)
      await setTimeout(pauseMs)
    },
    call: () => client.book.update({ where: { isbn: bookOf(at) }, data: { stock: at } }),
    gauge: site.databaseQueries,
  }
}

/** A lookup of a row that was never looked up before. */
function missed(unreadPerSlice: number): Case {
  // One way after the other reads the same rows; each has a cache of its own.
  const next = new Map<string, () => number>()
  return {
    name: 'miss',
    inFlight: [1, 64],
    ways: [noCache, redis, embedded],
    hasPeers: true,
    warmUpFactor: slowCallsFactor,
    async prepare({ name, client, extra }, site) {
      const n = next.get(name) ?? inTurn(Number.POSITIVE_INFINITY)
      next.set(name, n)
      return {
        name,
        call: () => client!.book.findUnique({ where: { isbn: unreadBookOf(n()) }, ...extra }),
        callsMax: unreadPerSlice,
        gauge: site.databaseQueries,
      }
    },
    // Prisma makes one statement of lookups that are asked for at once: then there are fewer than calls.
    faultOf: (_way, slices, inFlight) => (inFlight === 1 ? unsent(slices) : null),
  }
}

const ofUncachedModel: Case = {
  name: uncachedCase,
  isFine: true,
  inFlight: [1],
  ways: [noCache, passThrough, redis],
  hasPeers: false,
  async prepare({ name, client }, site) {
    const n = inTurn(uncached.size)
    return { name, call: () => uncached.ask(client!, n(), {}), gauge: site.databaseQueries }
  },
  faultOf: (_way, slices) => unsent(slices),
}

/** Numbers from 0 up to `size`, again and again. */
function inTurn(size: number): () => number {
  let next = 0
  return () => {
    const n = next
    next = n + 1 === size ? 0 : n + 1
    return n
  }
}

function missedHits(slices: readonly Slice[]): string | null {
  const missed = slices.reduce((sum, { gauged }) => sum + gauged, 0)
  return missed === 0 ? null : `${missed} hits missed`
}

/** Each call is a statement at least. */
function unsent(slices: readonly Slice[]): string | null {
  const calls = slices.reduce((sum, { latenciesMs }) => sum + latenciesMs.length, 0)
  const statements = slices.reduce((sum, { gauged }) => sum + gauged, 0)
  return statements >= calls ? null : `${calls - statements} calls did not reach the database`
}
