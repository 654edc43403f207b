import { expect, it } from 'vitest'
import { describeStores } from '../cached-client.ts'
import { behind, city, flushed, openSeats, post, reasons, type Seat } from './seats.ts'

const taken = { code: 'P2002' }

describeStores('write-behind, keys that are taken', (makeStoreConfig) => {
  const open = () => openSeats({ ...makeStoreConfig(), models: { City: behind, Post: behind } })

  it.each(['createMany', 'createManyAndReturn'] as const)(
    'two rows of one call may not share a key: %s',
    async (name) => {
      const { one, two } = await open()
      const cities = { data: [city(7), { ...city(7), name: 'another' }] }
      const posts = { data: [post(1, 'a'), post(2, 'b'), post(3, 'a')] }
      const [createCities, createPosts] =
        name === 'createMany'
          ? [one.prisma.city.createMany(cities), one.prisma.post.createMany(posts)]
          : [one.prisma.city.createManyAndReturn(cities), one.prisma.post.createManyAndReturn(posts)]
      await expect(createCities).rejects.toMatchObject(taken)
      await expect(createPosts).rejects.toMatchObject(taken)
      await flushed(one)
      for (const { prisma } of [one, two]) {
        expect(await prisma.city.findUnique({ where: { id: 7 } })).toBeNull()
        expect(await prisma.post.count()).toBe(0)
      }
    },
  )

  it('a key that a pending row has is refused to others, new or not', async () => {
    const { one, two } = await open()
    await one.base.post.createMany({ data: [post(1, 'a'), post(2, 'b')] })
    const attempts: readonly ((seat: Seat) => PromiseLike<unknown>)[] = [
      ({ prisma }) => prisma.post.create({ data: post(3, 'a') }),
      ({ prisma }) => prisma.post.createMany({ data: [post(4, 'c'), post(5, 'a')] }),
      ({ prisma }) => prisma.post.update({ where: { id: 2 }, data: { slug: 'a' } }),
    ]
    for (const attempt of attempts) {
      for (const [seat, other] of [
        [one, two],
        [two, one],
      ] as const) {
        // Each time anew: an attempt brings it into the database.
        reasons(other)
        await other.prisma.post.update({ where: { id: 1 }, data: { views: { increment: 1 } } })
        expect(reasons(other)).toEqual([])
        await expect(attempt(seat)).rejects.toMatchObject(taken)
      }
    }
    await flushed(one)
    for (const { prisma } of [one, two]) {
      expect(await prisma.post.findUnique({ where: { slug: 'a' } })).toMatchObject({ id: 1, views: 6 })
      expect(await prisma.post.findUnique({ where: { slug: 'b' } })).toMatchObject({ id: 2 })
      expect(await prisma.post.count()).toBe(2)
    }
  })

  it('a key that a stored row has is refused to others, new or not', async () => {
    const { one, two } = await open()
    await one.base.post.createMany({ data: [post(1, 'a'), post(2, 'b')] })
    for (const { prisma } of [one, two]) {
      await prisma.post.findUnique({ where: { slug: 'a' } })
      await expect(prisma.post.update({ where: { id: 2 }, data: { slug: 'a' } })).rejects.toMatchObject(taken)
      await prisma.post.findUnique({ where: { slug: 'a' } })
      await expect(prisma.post.create({ data: post(3, 'a') })).rejects.toMatchObject(taken)
    }
    await flushed(two)
    expect(await one.prisma.post.findUnique({ where: { slug: 'b' } })).toMatchObject({ id: 2 })
  })

  it('of those that take a key at once one gets it', async () => {
    const { one, two } = await open()
    // Both have looked at their servers then. One that still has to may come so late that the row is in the database, where only the
    // database tells.
    const others = await Promise.all(
      [one, two].map(({ prisma }, i) => prisma.post.create({ data: post(11 + i, `${i}`) })),
    )
    const ids = [1, 2, 3, 4, 5, 6]
    const created = ids.map((id) => (id % 2 ? one : two).prisma.post.create({ data: post(id, 'a') }))
    const outcomes = await Promise.allSettled(created)
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(refused).toEqual(Array(5).fill('P2002'))
    await flushed(one)
    const got = ids.filter((_, i) => outcomes[i]!.status === 'fulfilled')
    const applied = (await one.base.post.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id)
    expect(applied).toEqual([...got, ...others.map(({ id }) => id)])
    for (const { prisma } of [one, two]) {
      expect(await prisma.post.findUnique({ where: { slug: 'a' } })).toMatchObject({ id: got[0] })
    }
  })

  it('a key that a pending row has left can be taken, by new rows and by others', async () => {
    const { one, two } = await open()
    await one.prisma.post.create({ data: post(1, 'a') })
    await one.prisma.post.update({ where: { id: 1 }, data: { slug: 'b' } })
    await two.prisma.post.create({ data: post(2, 'a') })
    await one.prisma.post.delete({ where: { id: 1 } })
    await two.prisma.post.update({ where: { id: 2 }, data: { slug: 'b' } })
    await two.prisma.post.createMany({ data: [post(3, 'c'), post(4, 'a')] })
    await flushed(one)
    for (const { prisma } of [one, two]) {
      const slugs = ['a', 'b', 'c'].map((slug) => prisma.post.findUnique({ where: { slug } }))
      expect((await Promise.all(slugs)).map((row) => row?.id)).toEqual([4, 2, 3])
    }
    expect(await one.base.post.count()).toBe(3)
  })

  it('a key that was refused is free when the row that has it is gone', async () => {
    const { one, two } = await open()
    await one.prisma.post.create({ data: post(1, 'a') })
    await expect(two.prisma.post.create({ data: post(2, 'a') })).rejects.toMatchObject(taken)
    expect(reasons(two)).toEqual(['the row exists, or writes of it are waiting'])
    await one.prisma.post.deleteMany({ where: { id: 1 } })
    expect(await two.prisma.post.create({ data: post(2, 'a') })).toMatchObject(post(2, 'a'))
    await flushed(two)
    expect(await one.prisma.post.findUnique({ where: { slug: 'a' } })).toMatchObject({ id: 2 })
  })
})
