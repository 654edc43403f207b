import { PrismaPg } from '@prisma/adapter-pg'
import { describe, expect, inject, it } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { patient, type StoreKind, storeKinds, useBench } from './bench.ts'

const ways = storeKinds.flatMap((kind) =>
  (['cache-aside', 'read-through'] as const).map((strategy) => [kind, strategy] as const),
)

// Prisma merges the two: `{ ...omitOfTheClient, ...omit }`, so that `undefined` shows what the client omits.
describe.each<readonly [StoreKind, 'cache-aside' | 'read-through']>(ways)(
  'an omit that is undefined (%s, %s)',
  (kind, strategy) => {
    const bench = useBench(kind)

    function open() {
      const omit = { user: { email: true } } as const
      const plain = new PrismaClient({ adapter: new PrismaPg({ connectionString: bench.databaseUrl }), omit })
      stopLater(() => plain.$disconnect())
      const cached = plain.$extends(
        cachePlugin({
          ...(kind === 'redis' ? { redis: inject('redisUrl') } : {}),
          ...patient,
          namespace: freshNamespace(),
          models: { User: { strategy } },
        }),
      )
      return cached as unknown as PrismaClient
    }

    const shown = { omit: { email: undefined } } as never
    const reads: Readonly<Record<string, (client: PrismaClient, how: object) => PromiseLike<unknown>>> = {
      'a row': (client, how) => client.user.findUnique({ where: { id: 2 }, ...how }),
      'a row by the hidden field': (client, how) => client.user.findUnique({ where: { email: 'bob@x' }, ...how }),
      'a list by the hidden field': (client, how) => client.user.findMany({ where: { email: 'bob@x' }, ...how }),
      'a related row': (client, how) => client.post.findMany({ where: { id: 3 }, include: { author: how as never } }),
    }

    it.each(Object.entries(reads))('shows the field of %s to those alone who ask for it', async (_, read) => {
      for (const order of [
        [shown, { omit: {} }],
        [{ omit: {} }, shown],
      ] as const) {
        const client = open()
        for (let i = 0; i < 2; i += 1) {
          for (const how of order) {
            expect(JSON.stringify(await read(client, how)).includes('bob@x'), JSON.stringify(how)).toBe(how === shown)
          }
        }
      }
    })

    it('depends on the field where it shows it', async () => {
      const client = open()
      const emailOf = async () => {
        const rows = await client.user.findMany({
          where: { id: 2 },
          omit: { email: undefined as never, updatedAt: true },
        })
        return (rows as { email?: string }[])[0]!.email
      }
      await client.user.findMany({ where: { id: 2 }, omit: { updatedAt: true } })
      await client.user.update({ where: { id: 2 }, data: { name: 'another' } })
      expect(await emailOf()).toBe('bob@x')
      await client.user.update({ where: { id: 2 }, data: { email: 'changed@x' } })
      expect(await emailOf()).toBe('changed@x')
    })
  },
)
