import { beforeAll, expect, inject, it } from 'vitest'
import { cachePlugin } from '../../../src/index.ts'
import type { Prisma } from '../../schemas/generated/elsewhere/client.ts'
import { stopLater } from '../../services/cleanup.ts'
import { elsewhereClient, elsewhereDatabase } from '../../services/elsewhere.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { withPostgres } from '../../services/postgres.ts'

const late = { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '1h' } } as const

let databaseUrl: string
beforeAll(async () => {
  databaseUrl = await elsewhereDatabase()
})

function open(models: Partial<Record<Prisma.ModelName, typeof late>>) {
  const plain = elsewhereClient(databaseUrl)
  const config = { redis: inject('redisUrl'), namespace: freshNamespace(), models }
  const cached = plain.$extends(cachePlugin<Prisma.TypeMap>(config))
  stopLater(() => cached.$disconnect())
  return { plain, cached }
}

it('writes to the table in the schema that the model names, and keeps its marks where theirs is', async () => {
  const { plain, cached } = open({ Same: late, Counted: late })
  await Promise.all([plain.same.create({ data: { id: 1 } }), plain.namesake.create({ data: { id: 1 } })])
  await cached.same.update({ where: { id: 1 }, data: { n: { increment: 1 } } })
  expect(await cached.counted.create({ data: {} })).toEqual({ id: 1, n: 0 })
  await cached.$cache.flush()
  expect(await cached.$cache.deadLetters.list()).toEqual([])
  expect(await plain.same.findMany()).toEqual([{ id: 1, n: 1 }])
  expect(await plain.namesake.findMany()).toEqual([{ id: 1, n: 0 }])
  expect(await plain.counted.findMany()).toEqual([{ id: 1, n: 0 }])
  expect(await plain.cacheWriteBehind.count()).toBeGreaterThan(0)
  const elsewhere = await withPostgres(databaseUrl, (sql) => sql.query('SELECT 1 FROM public."_cache_write_behind"'))
  expect(elsewhere.rowCount).toBe(0)
})

it('is refused for two models whose tables have the same name', () => {
  expect(() => open({ Same: late, Namesake: late })).toThrow('whose table has the same name')
})
