import { expect, it } from 'vitest'
import { describeStores } from '../cached-client.ts'
import { add, begun, behind, city, openSeats, post, reasons } from './seats.ts'

const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms))
const out = (name: string, value: unknown) =>
  console.log('##', name, JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v)))
const outcome = (p: PromiseLike<unknown>) =>
  Promise.resolve(p).then((v) => ({ ok: v }), (e) => ({ error: `${e.code ?? e.name} ${String(e.message).slice(-120)}` }))

describeStores('review3', (make) => {
  const open = (models: any, config: any = {}) => openSeats({ ...make(), models, config })
  const accepts = async (seat: any) => {
    await sleep(30)
    reasons(seat)
    await seat.prisma.city.update(add(1))
    return reasons(seat)
  }

  it('gates after errors', async () => {
    const { one } = await open({ City: behind, Country: behind })
    const p: any = one.prisma
    const tries: [string, () => PromiseLike<unknown>][] = [
      ['invalid update', () => p.city.update({ where: { id: 1 }, data: { bogus: 1 } })],
      ['absent row', () => p.city.update({ where: { id: 99 }, data: { views: 1 } })],
      ['updateMany invalid', () => p.city.updateMany({ where: { bogus: 1 }, data: { views: 1 } })],
      ['duplicate', () => p.city.create({ data: city(1) })],
      ['raw error', () => p.$executeRaw`UPDATE "City" SET nope = 1`],
      ['raw garbage', () => p.$executeRawUnsafe('frobnicate')],
      ['tx rollback', () => p.$transaction(async (tx: any) => { await tx.city.update(add(1)); throw new Error('x') })],
      ['tx timeout', () => p.$transaction(async (tx: any) => { await tx.city.update(add(1)); await sleep(300); await tx.city.update(add(1)) }, { timeout: 100 })],
      ['tx never starts', () => p.$transaction(async (tx: any) => { await tx.city.update(add(1)) }, { isolationLevel: 'Nope' })],
      ['batch fails', () => p.$transaction([p.city.update(add(1)), p.city.create({ data: city(1) })])],
      ['batch invalid', () => p.$transaction([p.city.update(add(1)), p.city.create({ data: { bogus: 1 } })])],
      ['batch not a promise', () => p.$transaction([p.city.update(add(1)), 5])],
      ['tx unawaited', () => p.$transaction(async (tx: any) => { tx.city.update(add(1)).then(() => {}, () => {}) })],
      ['nested create fails', () => p.country.create({ data: { code: 'ZZ', name: 'z', region: 'z', cities: { create: city(1) } } })],
    ]
    for (const [name, run] of tries) {
      const got: any = await outcome((async () => run())())
      const after = await accepts(one)
      if (after.length || !got.error) out(`GATES ${name}`, [got, after])
    }
    await one.prisma.$cache.flush()
    expect(await one.prisma.$cache.deadLetters.list()).toEqual([])
  })

  it('tx forms', async () => {
    const { one, two } = await open({ City: behind, Country: behind })
    await one.prisma.city.update(add(1))
    const serial = await outcome(one.prisma.$transaction(async (tx) => {
      const before = await tx.city.findUnique({ where: { id: 1 } })
      await two.prisma.city.update(add(10))
      const again = await tx.city.findUnique({ where: { id: 1 } })
      return [before!.views, again!.views]
    }, { isolationLevel: 'Serializable' }))
    const write = await outcome(one.prisma.$transaction(async (tx) => {
      const before = await tx.city.findUnique({ where: { id: 1 } })
      await two.prisma.city.update(add(10))
      return [before!.views, (await tx.city.update(add(100))).views]
    }, { isolationLevel: 'RepeatableRead' }))
    const readCommitted = await outcome(one.prisma.$transaction(async (tx) => {
      await two.prisma.city.update(add(10))
      return (await tx.city.update(add(100))).views
    }))
    const nested = await outcome(one.prisma.country.update({ where: { code: 'FR' }, data: { name: 'x', cities: { update: { where: { id: 1 }, data: { views: { increment: 1 } } } } }, include: { cities: true } }))
    out('TX', [serial, write, readCommitted, nested])
  })

  it('extensions and mutation', async () => {
    const { one } = await open({ City: behind })
    const ext = one.prisma.$extends({ result: { city: { label: { needs: { name: true, views: true }, compute: (c: any) => `${c.name} ${c.views}` } } } })
    const a: any = await ext.city.update(add(1))
    a.name = 'mutated'
    const b = await ext.city.update({ ...add(1), select: { label: true } } as any)
    const c = await ext.city.findUnique({ where: { id: 1 }, select: { label: true } })
    const d = await one.prisma.city.findUnique({ where: { id: 1 }, omit: { name: true } })
    out('EXT', [a.label, b, c, d, reasons(one)])
    const q = one.prisma.$extends({ query: { city: { update({ args, query }) { args.data = { views: { increment: 5 } } as any; return query(args) } } } })
    out('EXT query', [(await q.city.update(add(1))).views, reasons(one)])
  })

  it('hot row, many processes, sync writers between, nothing lost', async () => {
    const { one, two } = await open({ City: { ...behind, batch: { maxDelay: '10ms' } } })
    let sum = 0
    await Promise.all(Array.from({ length: 150 }, async (_, i) => {
      const p = (i % 2 ? one : two).prisma
      await sleep(Math.random() * 300)
      sum += 1
      if (i % 10 === 0) await p.$transaction((tx) => tx.city.update(add(1)))
      else if (i % 10 === 5) await p.city.updateMany({ where: { id: 1 }, data: { views: { increment: 1 } } })
      else await p.city.update(add(1))
    }))
    const seen = (await two.prisma.city.findUnique({ where: { id: 1 } }))!.views
    await one.prisma.$cache.flush()
    out('HOT', [sum, seen, (await one.base.city.findFirst())!.views])
    expect(seen).toBe(sum)
    expect((await one.base.city.findFirst())!.views).toBe(sum)
  })

  it('m-n connect of a pending tag; membership of pending parents; partitions of a self relation', async () => {
    const { one } = await open({ Tag: behind, Team: behind, User: { ...behind, partitions: 4 }, Membership: { ...behind, partitions: 2 } })
    await one.base.post.create({ data: post(1, 'a') })
    await one.prisma.tag.create({ data: { id: 5, name: 't' } })
    const connected = await outcome(one.prisma.post.update({ where: { id: 1 }, data: { tags: { connect: { id: 5 } } }, include: { tags: true } }))
    await one.prisma.team.create({ data: { id: 1, name: 'team' } })
    await one.prisma.user.create({ data: { id: 50, email: 'p' } })
    for (let i = 51; i < 60; i += 1) await one.prisma.user.create({ data: { id: i, email: `${i}`, managerId: i - 1 } })
    for (let i = 51; i < 60; i += 1) await one.prisma.membership.create({ data: { teamId: 1, userId: i } })
    const why = reasons(one)
    const t = Date.now()
    await one.prisma.$cache.flush()
    const letters = await one.prisma.$cache.deadLetters.list()
    out('MN', [connected, why, letters.map((l) => `${l.model} ${l.code}`), Date.now() - t])
    expect(letters).toEqual([])
    expect(await one.base.membership.count()).toBe(9)
  })

  it('truly wrong foreign keys: how long do they hold everything up', async () => {
    const { one } = await open({ City: behind, Country: behind })
    for (let i = 10; i < 40; i += 1) await one.prisma.city.create({ data: { ...city(i), countryCode: i % 2 ? 'FR' : 'XX' } })
    await one.prisma.country.update({ where: { code: 'FR' }, data: { name: 'x' } })
    const t = Date.now()
    await one.prisma.$cache.flush()
    out('WRONG FK', [Date.now() - t, (await one.prisma.$cache.deadLetters.list()).length])
  })

  it('a parent dead-lettered by its unique key, child waits', async () => {
    const { one } = await open({ User: behind, Profile: behind, Post: behind })
    await one.base.user.create({ data: { id: 77, email: 'dup' } })
    await one.prisma.user.create({ data: { id: 78, email: 'dup' } })
    await one.prisma.profile.create({ data: { id: 1, bio: 'b', userId: 78 } })
    const t = Date.now()
    await one.prisma.$cache.flush()
    const letters = await one.prisma.$cache.deadLetters.list()
    out('PARENT DEAD', [Date.now() - t, letters.map((l) => `${l.model} ${l.code}`)])
  })

  it('10000 accepts, memory and time of a flush', async () => {
    const { one } = await open({ City: { ...behind, batch: { maxDelay: '1h', maxSize: 1000 } } })
    for (let i = 0; i < 20; i += 1) await one.prisma.city.createMany({ data: Array.from({ length: 1000 }, (_, j) => city(1000 + i * 1000 + j)) })
    const t = Date.now()
    await one.prisma.$cache.flush()
    out('20k', [reasons(one), Date.now() - t, await one.base.city.count()])
  })

  it('unlisted: read by a client where the cache is disabled for it, and null uniques', async () => {
    const { one } = await open({ Person: behind })
    await one.prisma.person.create({ data: { id: 1, handle: 'a' } })
    await one.prisma.person.create({ data: { id: 2, handle: 'b' } })
    await one.prisma.person.update({ where: { handle: 'b' }, data: { mentorId: 1 } })
    const seen = await one.prisma.person.findUnique({ where: { mentorId: 1 } })
    await one.prisma.person.update({ where: { handle: 'b' }, data: { mentorId: null } })
    const seen2 = await one.prisma.person.findUnique({ where: { mentorId: 1 } })
    await one.prisma.person.update({ where: { id: 1 }, data: { score: { increment: 1 } } })
    await one.prisma.$cache.flush()
    out('PERSON', [seen?.id, seen2, reasons(one), (await one.prisma.$cache.deadLetters.list()).length])
  })
})
void begun
