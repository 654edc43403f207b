import { describe, expect, inject, it } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'
import { uncachedClient, watchedClient } from '../../services/client.ts'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { type Cached, infoOf, patient, type Read, statusOf, storeKinds, useBench } from './bench.ts'
import { expectSame } from './same.ts'

/** The filter that applications add: every question about notes becomes one about the notes of a tenant. */
const only = (tenantId: string) => (client: PrismaClient) =>
  client.$extends({
    name: `only ${tenantId}`,
    query: {
      note: {
        $allOperations({ args, query }) {
          const { where } = args as { where?: object }
          return query({ ...args, where: { ...where, tenantId } } as never)
        },
      },
    },
  }) as unknown as PrismaClient

const reads: Readonly<Record<string, Read>> = {
  findUnique: (client) => client.note.findUnique({ where: { id: 1 } }),
  findUniqueOrThrow: (client) => client.note.findUniqueOrThrow({ where: { id: 3 } }).catch(() => 'not found'),
  findFirst: (client) => client.note.findFirst({ orderBy: { id: 'asc' } }),
  findFirstOrThrow: (client) => client.note.findFirstOrThrow({ orderBy: { id: 'desc' } }),
  findMany: (client) => client.note.findMany({ orderBy: { id: 'asc' } }),
  count: (client) => client.note.count(),
  aggregate: (client) => client.note.aggregate({ _max: { id: true } }),
  groupBy: (client) => client.note.groupBy({ by: ['tenantId'], _count: true, orderBy: { tenantId: 'asc' } }),
}

describe.each(storeKinds)('tenants (%s)', (kind) => {
  const bench = useBench(kind)
  const redis = kind === 'redis' ? { redis: inject('redisUrl') } : {}
  const plugin = (namespace: string) => (client: PrismaClient) =>
    client.$extends(cachePlugin({ ...redis, namespace, ...patient, models: { Note: {} } })) as unknown as PrismaClient

  type Client = PrismaClient
  /** Two tenants that share connections and cache. In the embedded store only clients of one plugin share entries. */
  const arrangements: Readonly<Record<string, (base: Client, namespace: string) => readonly [Client, Client]>> = {
    'before the cache': (base, namespace) => [
      plugin(namespace)(only('acme')(base)),
      plugin(namespace)(only('evil')(base)),
    ],
    'after the cache': (base, namespace) => {
      const cached = plugin(namespace)(base)
      return [only('acme')(cached), only('evil')(cached)]
    },
    'on both sides of the cache': (base, namespace) => {
      const known = (client: Client) =>
        client.$extends({ query: { $allOperations: ({ args, query }) => query(args) } }) as unknown as Client
      const cached = plugin(namespace)(known(base))
      return [known(only('acme')(cached)), only('evil')(known(cached))]
    },
    'before the cache, and another after it': (base, namespace) => [
      only('acme')(plugin(namespace)(only('evil')(base))),
      only('evil')(plugin(namespace)(only('acme')(base))),
    ],
  }

  it.each(Object.entries(arrangements))('R17: get only what is theirs, with the filter %s', async (where, arrange) => {
    const tenants = arrange(watchedClient(bench.databaseUrl).client, freshNamespace())
    for (const [what, read] of Object.entries(reads)) {
      const expected = await truths(read)
      expect(expected[0], `${what} differs between tenants`).not.toEqual(expected[1])
      for (let round = 0; round < 3; round += 1) {
        for (const [i, tenant] of tenants.entries()) {
          expectSame(await read(tenant), expected[i], `${what}, ${where}, round ${round}`)
        }
      }
    }
    for (const tenant of tenants) expect(await statusOf(tenant as Cached, reads.findMany!)).toBe('hit')
    await tenants[0].note.updateMany({ data: { text: 'changed' } })
    for (const [what, read] of Object.entries(reads)) {
      const expected = await truths(read)
      for (const [i, tenant] of tenants.entries()) {
        expectSame(await read(tenant), expected[i], `${what}, ${where}, after a write`)
        const inTransaction = await tenant.$transaction(async (tx) => read(tx as Client))
        expectSame(inTransaction, expected[i], `${what}, ${where}, in a transaction`)
      }
    }
    const [batched] = await tenants[0].$transaction([tenants[0].note.findMany()])
    expect(new Set(batched.map((note) => note.tenantId)).size).toBe(1)
  })

  /** Where there are two filters, the one that was added last is nearest to the database and has the last word. */
  async function truths(read: Read): Promise<readonly unknown[]> {
    return [await read(only('acme')(bench.plain)), await read(only('evil')(bench.plain))]
  }
})

describe('tenants with a database each', () => {
  it('R17: get only what is theirs, though they share Redis, the namespace and the invalidations', async () => {
    const namespace = freshNamespace()
    const [acme, evil] = await Promise.all(
      ['acme', 'evil'].map(async (name) => {
        const plain = uncachedClient(await freshDatabase())
        await plain.tag.create({ data: { name } })
        const config = { redis: inject('redisUrl'), namespace, ...patient, models: { Tag: {} } }
        return plain.$extends(cachePlugin(config)) as unknown as Cached
      }),
    )
    const read: Read = (client) => client.tag.findMany({ select: { name: true } })
    for (const [i, tenant] of [acme!, evil!].entries()) {
      expect(await statusOf(tenant, read)).toBe('miss')
      expect(await infoOf(tenant, read)).toMatchObject({
        info: { status: 'hit' },
        data: [{ name: ['acme', 'evil'][i] }],
      })
    }
    await acme!.tag.updateMany({ data: { name: 'new' } })
    expect(await read(acme!)).toEqual([{ name: 'new' }])
    expect(await read(evil!)).toEqual([{ name: 'evil' }])
  })
})
