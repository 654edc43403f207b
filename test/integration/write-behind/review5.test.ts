import { Redis } from 'ioredis'
import { expect, inject, it } from 'vitest'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { cachedClient } from '../cached-client.ts'
import { add, behind, city, openSeats, reasons } from './seats.ts'
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms))
const out = (name: string, value: unknown) => console.log('##', name, JSON.stringify(value))
const redis = () => inject('redisUrl') as string

it('H2 realistic pool', async () => {
  const { one, two } = await openSeats({ redis: redis(), namespace: freshNamespace(), models: { City: { ...behind, batch: { maxDelay: '50ms' } } } })
  for (let i = 2; i < 60; i += 1) await one.base.city.create({ data: city(i) })
  const errors: Record<string, number> = {}
  let txs = 0, accepted = 0, worst = 0, tried = 0
  const until = Date.now() + 6000
  const loops = Array.from({ length: 20 }, async (_, i) => {
    while (Date.now() < until) {
      const t = Date.now()
      tried += 1
      await one.prisma.$transaction(async (tx) => { await tx.city.findFirst({ where: { views: { gt: 1e6 } } }); await sleep(2); return i % 2 ? tx.city.findMany({ where: { id: i } }) : tx.country.findMany() })
        .then(() => { txs += 1 }, (e) => { errors[e.code] = (errors[e.code] ?? 0) + 1 })
      worst = Math.max(worst, Date.now() - t)
    }
  })
  const writers = Array.from({ length: 8 }, async (_, i) => {
    while (Date.now() < until) {
      await (i % 2 ? one : two).prisma.city.update({ where: { id: 30 + i }, data: { views: { increment: 1 } } }).then(() => { accepted += 1 }, (e) => { errors[`w ${e.code}`] = (errors[`w ${e.code}`] ?? 0) + 1 })
      await sleep(1)
    }
  })
  await Promise.all([...loops, ...writers])
  out('H2', { txs, tried, accepted, worst, errors, sync: reasons(one).length + reasons(two).length })
}, 60_000)

it('keyPrefix', async () => {
  const clients = [1, 2].map(() => new Redis(redis(), { keyPrefix: 'app:' }))
  stopLater(async () => { for (const c of clients) c.disconnect() })
  const ns = freshNamespace()
  const { options } = await openSeats({ redis: clients[0] as any, namespace: ns, models: { City: behind } })
  const [one, two] = clients.map((c) => cachedClient({ ...options, redis: c as any, namespace: ns, config: { models: { City: behind } } as any })) as [any, any]
  await one.prisma.city.update(add(1))
  const a = (await two.prisma.city.findUnique({ where: { id: 1 } })).views
  const t = Date.now()
  const b = (await two.prisma.city.findMany())[0].views
  await two.prisma.city.create({ data: { ...city(9), countryCode: 'XX' } })
  await two.prisma.$cache.flush()
  const letters = await one.prisma.$cache.deadLetters.list()
  await one.prisma.$cache.deadLetters.discard(letters[0].id)
  await one.prisma.city.updateMany({ data: { views: 50 } })
  const c = (await two.prisma.city.update(add(1))).views
  const plain = new Redis(redis())
  const keys = (await plain.keys(`*${ns}*`)).map((k) => k.slice(0, 40))
  plain.disconnect()
  out('PREFIX', [a, b, Date.now() - t, letters.length, c, keys.filter((k) => !k.startsWith('app:'))])
})

it('partitions differ', async () => {
  const ns = freshNamespace()
  const { options } = await openSeats({ redis: redis(), namespace: ns, models: { City: behind } })
  const seats = [1, 4, 2].map((partitions) => cachedClient({ ...options, redis: redis(), namespace: ns, config: { models: { City: { ...behind, partitions, batch: { maxDelay: '5ms' } } } } as any })) as any[]
  for (let i = 2; i < 12; i += 1) await seats[0].base.city.create({ data: city(i) })
  const sums = new Map<number, number>()
  await Promise.all(Array.from({ length: 400 }, async (_, i) => {
    await sleep(Math.random() * 1500)
    const id = 1 + (i % 11)
    sums.set(id, (sums.get(id) ?? 0) + 1)
    await seats[i % 3].prisma.city.update({ where: { id }, data: { views: { increment: 1 } } })
  }))
  for (const seat of seats) expect((await seat.prisma.city.findUnique({ where: { id: 1 } })).views).toBe(sums.get(1))
  await seats[2].prisma.$cache.flush()
  for (const row of await seats[0].base.city.findMany()) expect(row.views).toBe(sums.get(row.id))
  out('PARTITIONS', seats.map((s) => reasons(s).length))
})

it('a config of one process that has not the model', async () => {
  const ns = freshNamespace()
  const { options, one } = await openSeats({ redis: redis(), namespace: ns, models: { City: behind } })
  const other = cachedClient({ ...options, redis: redis(), namespace: ns, config: { models: { City: {} } } as any })
  await one.prisma.city.update(add(1))
  out('OTHER CONFIG', [(await other.prisma.city.findUnique({ where: { id: 1 } }))!.views, (await other.prisma.city.update(add(10))).views, (await one.prisma.city.findUnique({ where: { id: 1 } }))!.views])
  await one.prisma.$cache.flush()
  out('OTHER CONFIG after', [(await one.prisma.city.findUnique({ where: { id: 1 } }))!.views, (await one.base.city.findFirst())!.views])
})

it('O: a flush timeout in a tx closes its other gates', async () => {
  const { one, two } = await openSeats({ redis: redis(), namespace: freshNamespace(), models: { City: behind, User: behind }, config: { flushDeadline: '500ms' } as any })
  let why: readonly string[] = []
  await one.prisma.$transaction(async (tx) => {
    await tx.city.update(add(1))
    await two.prisma.user.update({ where: { id: 1 }, data: { name: 'x' } })
    await one.base.$transaction(async (lock) => {
      await lock.$executeRaw`UPDATE "User" SET name = 'l' WHERE id = 1`
      await tx.user.updateMany({ data: { name: 'y' } }).catch((e: any) => out('O error', e.code))
    })
    await sleep(50)
    reasons(two)
    await Promise.race([two.prisma.city.update(add(1)), sleep(1000)])
    why = reasons(two)
  }, { timeout: 20000 }).catch((e) => out('O tx', e.code))
  out('O reasons (should say that a synchronous write is under way)', why)
})
