import { PrismaPg } from '@prisma/adapter-pg'
import { inject, it } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { city } from './seats.ts'
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms))
const out = (name: string, value: unknown) => console.log('##', name, JSON.stringify(value))

it.each([[10, 'plain'], [10, 'behind'], [40, 'behind'], [10, 'gateless']] as const)('pool %s %s', async (max, kind) => {
  const url = await freshDatabase()
  const base = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max }) })
  await base.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
  for (let i = 1; i < 60; i += 1) await base.city.create({ data: city(i) })
  const prisma: any = kind === 'plain' ? base : base.$extends(cachePlugin({ redis: inject('redisUrl'), namespace: freshNamespace(), commandDeadline: '2s', models: { City: { strategy: 'write-behind', acceptLoss: true, batch: { maxDelay: '50ms' } } } } as any))
  stopLater(() => prisma.$disconnect())
  const errors: Record<string, number> = {}
  let txs = 0, accepted = 0, worst = 0
  const until = Date.now() + 5000
  const loops = Array.from({ length: 20 }, async (_, i) => {
    while (Date.now() < until) {
      const t = Date.now()
      await prisma.$transaction(async (tx: any) => { await tx.country.findMany(); await sleep(2); return kind === 'gateless' ? tx.country.findMany() : tx.city.findMany({ where: { id: i } }) })
        .then(() => { txs += 1 }, (e: any) => { errors[e.code] = (errors[e.code] ?? 0) + 1 })
      worst = Math.max(worst, Date.now() - t)
    }
  })
  const writers = Array.from({ length: 8 }, async (_, i) => {
    while (Date.now() < until) {
      await prisma.city.update({ where: { id: 30 + i }, data: { views: { increment: 1 } } }).then(() => { accepted += 1 }, (e: any) => { errors[`w ${e.code}`] = (errors[`w ${e.code}`] ?? 0) + 1 })
      await sleep(1)
    }
  })
  await Promise.all([...loops, ...writers])
  out(`pool ${max} ${kind}`, { txs, accepted, worst, errors })
}, 60_000)
