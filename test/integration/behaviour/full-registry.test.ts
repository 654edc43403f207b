import { describe, expect, inject, it } from 'vitest'
import type { Prisma } from '../../../prisma/generated/client.ts'
import { shapesMax } from '../../../src/core/store.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { cachedClient } from '../cached-client.ts'
import { type Cached, expectSeen, patient, type Read, statusOf, storeKinds, useBench, type Write } from './bench.ts'
import { expectSame } from './same.ts'

const columns = ['id', 'email', 'name', 'role', 'createdAt', 'updatedAt', 'managerId'] as const

/** All ways to choose two or more of some columns. */
const choices = <Name>(from: readonly Name[]): Name[][] =>
  Array.from({ length: 2 ** from.length }, (_, bits) => from.filter((_, i) => bits & (1 << i))).filter(
    ({ length }) => length > 1,
  )

const filters: readonly Prisma.UserWhereInput[] = [
  { role: 'ADMIN' },
  { managerId: -1 },
  { createdAt: new Date(0) },
  { updatedAt: new Date(0) },
  { name: 'nobody' },
]
const beginnings = ['n', 'no', 'nob', 'nobo'].map((startsWith): Prisma.UserWhereInput => ({ name: { startsWith } }))

/** Kinds of queries that nobody else has: they take every place that there is. */
async function fill({ user }: Cached): Promise<void> {
  for (const chosen of choices(columns)) {
    await user.findMany({ select: Object.fromEntries(chosen.map((column) => [column, true])), take: 0 })
  }
  const several = choices(filters).filter(({ length }) => length < 4)
  const byBeginning = choices(filters.slice(0, -1)).flatMap((chosen) => beginnings.map((one) => [...chosen, one]))
  const pinned = [...several, ...byBeginning.filter(({ length }) => length < 4)].map((chosen) =>
    Object.assign({}, ...chosen),
  )
  for (const where of pinned) await user.findMany({ where, select: { email: true } })
  // What shows every column tells none apart: for those there is some room left.
  for (const where of pinned) await user.findMany({ where })
}

const byId: Read = (client) => client.user.findUnique({ where: { id: 2 }, select: { name: true } })

const reads: Readonly<Record<string, Read>> = {
  'a row by its id': byId,
  'a row and one of the same model': (client) =>
    client.user.findUnique({
      where: { id: 2 },
      select: { name: true, manager: { select: { id: true, email: true } } },
    }),
  'rows and those above and below them': (client) =>
    client.user.findMany({
      where: { email: { in: ['ada@x', 'bob@x'] } },
      orderBy: { id: 'asc' },
      select: {
        name: true,
        reports: { select: { name: true, manager: { select: { role: true } } }, orderBy: { id: 'asc' } },
      },
    }),
  'one kind of rows or another': (client) =>
    client.user.findMany({
      where: { OR: [{ name: 'Bob', role: 'EDITOR' }, { email: 'bob@x', managerId: 1 }, { id: 1 }] },
      orderBy: { id: 'asc' },
      select: { name: true, updatedAt: true },
    }),
  'rows of several keys, by two columns': (client) =>
    client.user.findMany({ where: { role: 'EDITOR', managerId: { in: [1, 2] } }, select: { id: true, name: true } }),
}

const renamed: Write = (client) =>
  client.$transaction([
    client.user.update({ where: { id: 2 }, data: { name: 'Bo', email: 'bo@x' } }),
    client.user.update({ where: { id: 1 }, data: { email: 'ad@x' } }),
  ])

describe.each(storeKinds)('where there is no room for more kinds of queries (%s)', (kind) => {
  const bench = useBench(kind)

  it.each(Object.entries(reads))('%s is cached in the end, and is no less right', async (what, read) => {
    await fill(bench.writer)
    const truth = await read(bench.plain)
    for (const { name, prisma } of bench.seats) {
      // Each client learns by itself that there is no room: first for the columns, then for what is pinned.
      const statuses = []
      for (let i = 0; i < 5; i += 1) {
        expectSame(await read(prisma), truth)
        statuses.push(await statusOf(prisma, read))
      }
      expect(statuses.slice(-2), `of ${name}: ${statuses}`).toEqual(['hit', 'hit'])
      if (prisma === bench.writer) expect(statuses[0], 'there is no room for what it was at first').toBe('miss')
    }
    await expectSeen(bench, { write: renamed, reads: { [what]: read } })
  })
})

describe('clients of which only one finds room for a kind of query', () => {
  const bench = useBench('redis')

  it('have an entry each: both are served from the cache, and see every write', async () => {
    const { writer: full, first, databaseUrl } = bench
    const registry = `${first.namespace}:{User}`
    const redis = (command: readonly [string, ...string[]]) => redisCommand(inject('redisUrl'), command)
    await fill(full)
    const shapes = ((await redis(['HKEYS', registry])) as string[]).filter((field) => field.startsWith('shape '))
    expect(shapes).toHaveLength(shapesMax)
    await byId(full)

    // It remembers that there was none. For whoever comes now there is all the room.
    await redis(['UNLINK', registry])
    const options = { databaseUrl, redis: inject('redisUrl'), namespace: first.namespace, config: patient }
    const roomy = cachedClient(options).prisma as unknown as Cached
    for (const prisma of [full, roomy]) expect(await statusOf(prisma, byId)).toBe('miss')
    for (const prisma of [full, roomy, full, roomy]) expect(await statusOf(prisma, byId)).toBe('hit')
    await renamed(roomy)
    for (const prisma of [full, roomy]) expect(await byId(prisma)).toEqual({ name: 'Bo' })
    for (const prisma of [full, roomy]) expect(await statusOf(prisma, byId)).toBe('hit')
    await full.user.update({ where: { id: 2 }, data: { name: 'Bob' } })
    for (const prisma of [full, roomy]) expect(await byId(prisma)).toEqual({ name: 'Bob' })
  })
})
