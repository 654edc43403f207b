import type { PrismaClient } from '../../prisma/generated/client.ts'
import type { Query } from './query.ts'
import type { Site } from './site.ts'

/** One of the ways to answer that are compared. */
export interface Way {
  readonly name: string
  readonly isPeer: boolean
  /** `null`: it has no client, or none that answers anything but one query. */
  readonly client: PrismaClient | null
  /** Arguments of reads that it wants beside those of the query. */
  readonly extra: object
  /** Whether it should answer a second time without the database. */
  readonly isCache: boolean
  /** Makes it ready to answer a query: what can be cached is cached. */
  prepare(query: Query): Promise<Ask>
}

/** @param n which variant of the query; see {@link Query.size}. */
export type Ask = (n: number) => PromiseLike<unknown>

/** How a way is made. Each one that is opened starts with nothing cached, and keeps it under a prefix of its own. */
export interface WayKind {
  readonly name: string
  readonly isPeer: boolean
  /** What had to be done for it, in a sentence; `null`: nothing. */
  readonly note: string | null
  open(site: Site, prefix: string): Promise<Way>
}

/** A way that is a client, extended or not. */
export function clientWay(
  name: string,
  client: PrismaClient,
  { isCache = false, isPeer = false, extra = {} }: { isCache?: boolean; isPeer?: boolean; extra?: object } = {},
): Way {
  const ask = (query: Query): Ask => {
    return (n) => query.ask(client, n, extra)
  }
  return {
    name,
    isPeer,
    client,
    extra,
    isCache,
    async prepare(query) {
      if (isCache) await askAll(query, ask(query))
      return ask(query)
    },
  }
}

/** Asks for every variant once, some at a time. */
export async function askAll({ size }: Query, ask: Ask): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < size) await ask(next++)
  }
  await Promise.all(Array.from({ length: 16 }, work))
}
