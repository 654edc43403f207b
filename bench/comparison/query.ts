import type { PrismaClient } from '../../prisma/generated/client.ts'
import { bookOf, noteCount, personOf, roomCount } from './rows.ts'

/** One kind of read, in as many variants as there are entries to cache. */
export interface Query {
  readonly name: string
  /** Variants: `n` goes from 0 up to this. */
  readonly size: number
  /** @param extra arguments that a way wants beside those of the query. */
  ask(client: PrismaClient, n: number, extra: object): PromiseLike<unknown>
}

/** A row by its key. It has a date and a decimal, as most rows do. */
export const findUnique: Query = {
  name: 'findUnique',
  size: 1000,
  ask: (client, n, extra) => client.book.findUnique({ where: { isbn: bookOf(n) }, ...extra }),
}

/** The same of more rows than a process keeps plans for. */
export const findUniqueOfMany: Query = { ...findUnique, name: 'findUnique of many', size: 5000 }

/** 100 rows. More lists than calls in flight: no way can answer two calls with one. */
export const list: Query = {
  name: 'list',
  size: roomCount,
  ask: (client, room, extra) => client.book.findMany({ where: { room }, orderBy: { isbn: 'asc' }, ...extra }),
}

/** A row with ten related ones, and what these are related to. */
export const include: Query = {
  name: 'include',
  size: 100,
  ask: (client, n, extra) =>
    client.person.findUnique({
      where: { handle: personOf(n) },
      include: { written: { include: { shelf: true } } },
      ...extra,
    }),
}

/** A row of a model that nobody caches. */
export const uncached: Query = {
  name: 'uncached',
  size: noteCount,
  ask: (client, n, extra) => client.note.findUnique({ where: { id: n + 1 }, ...extra }),
}
