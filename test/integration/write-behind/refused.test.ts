import { expect, it } from 'vitest'
import { describeStores } from '../cached-client.ts'
import { add, begun, behind, city, openSeats, reasons } from './seats.ts'

const refused = { code: 'WRITE_BEHIND.REFUSED' }
const whereOne = { where: { id: 1 } }

describeStores('write-behind, what is refused', (makeStoreConfig) => {
  const open = (more: object) => openSeats({ ...makeStoreConfig(), models: { City: { ...behind, ...more } } })

  it(`a write that the database refuses is refused to its caller where durability is 'applied', and no other`, async () => {
    const { one, two } = await open({ durability: 'applied' })
    const nowhere = { ...city(3), countryCode: 'XX' }
    const outcomes = await Promise.allSettled([
      begun(one.prisma.city.create({ data: city(2) })),
      begun(one.prisma.city.create({ data: nowhere })),
      begun(one.prisma.city.update(add(1))),
    ])
    expect(outcomes).toMatchObject([
      { status: 'fulfilled', value: city(2) },
      { status: 'rejected', reason: { ...refused, model: 'City' } },
      { status: 'fulfilled', value: { views: 1 } },
    ])
    expect([...reasons(one), ...reasons(two)]).toEqual([])
    expect(await one.base.city.findMany({ select: { id: true, views: true }, orderBy: { id: 'asc' } })).toEqual([
      { id: 1, views: 1 },
      { id: 2, views: 0 },
    ])
    const letters = await two.prisma.$cache.deadLetters.list()
    expect(letters).toMatchObject([{ model: 'City', code: '23503' }])
    await two.prisma.$cache.deadLetters.discard(letters[0]!.id)
    expect(await two.prisma.city.create({ data: { ...nowhere, countryCode: 'FR' } })).toEqual(city(3))
  })

  it('a write behind a refused one of its row is refused to its caller, too', async () => {
    const { one, two } = await open({ durability: 'applied' })
    const move = (countryCode: string) => ({ ...whereOne, data: { countryCode } })
    await expect(one.prisma.city.update(move('XX'))).rejects.toMatchObject(refused)
    await expect(two.prisma.city.update(add(1))).rejects.toMatchObject(refused)
    expect(await one.base.city.findUnique(whereOne)).toEqual(city(1))
    const letters = await one.prisma.$cache.deadLetters.list()
    for (const { id } of letters) await one.prisma.$cache.deadLetters.discard(id)
    expect((await two.prisma.city.update(add(2))).countryCode).toBe('FR')
  })

  it(`a row that is to be deleted is not found, in Prisma's words, where lists do not wait for what is pending`, async () => {
    const { one, two } = await open({ pendingReads: 'stale' })
    await one.prisma.city.findUniqueOrThrow(whereOne)
    await two.prisma.city.delete(whereOne)
    expect(reasons(two)).toEqual([])
    expect(await one.prisma.city.count()).toBe(1)
    const told = async ({ prisma }: Pick<typeof one, 'prisma'>) => {
      const error: unknown = await begun(prisma.city.findUniqueOrThrow(whereOne)).catch((error) => error)
      const { name, code, meta } = error as { name?: unknown; code?: unknown; meta?: unknown }
      return { name, code, meta }
    }
    const answers = [await told(one), await told(two)]
    const plain = await begun(one.base.city.findUniqueOrThrow(whereOne)).catch(({ name, code, meta }) => {
      return { name, code, meta }
    })
    expect(plain).toMatchObject({ code: 'P2025' })
    expect(answers).toEqual([plain, plain])
  })
})
