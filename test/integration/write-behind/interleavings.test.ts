import { expect, it } from 'vitest'
import { describeStores } from '../cached-client.ts'
import { add, begun, behind, city, flushed, later, openSeats, reasons } from './seats.ts'

const gated = 'a synchronous write on the model is under way'
const isCityRead = (sql: string) => sql.startsWith('SELECT') && sql.includes('"City"')

describeStores('write-behind, interleaved', (makeStoreConfig) => {
  const open = (more: object = {}, config: object = {}) =>
    openSeats({ ...makeStoreConfig(), models: { City: { ...behind, ...more }, Country: {} }, config })
  const whereOne = { where: { id: 1 } }

  it('a write that comes while a synchronous one is not committed is made at once, after it', async () => {
    const { one, two } = await open()
    await two.prisma.city.update(add(1))
    const [written, commit] = [later(), later()]
    const transaction = one.prisma.$transaction(async (tx) => {
      await tx.city.updateMany({ where: { countryCode: 'FR' }, data: { views: { multiply: 10 } } })
      written.resolve()
      await commit.promise
    })
    await written.promise
    reasons(two)
    // The row is locked: it waits there.
    const update = begun(two.prisma.city.update(add(2)))
    const created = await two.prisma.city.create({ data: city(2) })
    expect(created).toEqual(city(2))
    expect(await one.base.city.findUnique({ where: { id: 2 } })).toEqual(city(2))
    commit.resolve()
    await transaction
    expect(await update).toMatchObject({ views: 12 })
    expect(reasons(two)).toEqual([gated, gated])
    for (const { prisma } of [one, two]) expect(await prisma.city.findUnique(whereOne)).toMatchObject({ views: 12 })
    expect(await two.prisma.city.update(add(1))).toMatchObject({ views: 13 })
    expect(reasons(two)).toEqual([])
    await flushed(one)
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: 13 })
  })

  it('what was accepted before a synchronous write begins is in the database before its statement', async () => {
    const { one, two } = await open()
    await one.prisma.city.update(add(1))
    await two.prisma.city.update(add(1))
    await two.prisma.city.updateMany({ data: { views: { multiply: 10 } } })
    expect(await one.prisma.city.findUnique(whereOne)).toMatchObject({ views: 20 })
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: 20 })
    await one.prisma.$executeRaw`UPDATE "City" SET views = views + 5`
    expect(await two.prisma.city.update(add(1))).toMatchObject({ views: 26 })
    await flushed(two)
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: 26 })
  })

  it('what is accepted while a transaction runs is in the database before its first write', async () => {
    const { one, two } = await open()
    const [read, accepted] = [later(), later()]
    const transaction = one.prisma.$transaction(async (tx) => {
      await tx.country.findMany()
      read.resolve()
      await accepted.promise
      await tx.city.updateMany({ data: { views: { multiply: 10 } } })
      return tx.city.findUnique(whereOne)
    })
    await read.promise
    await two.prisma.city.update(add(3))
    expect(reasons(two)).toEqual([])
    accepted.resolve()
    expect(await transaction).toMatchObject({ views: 30 })
    expect(await two.prisma.city.findUnique(whereOne)).toMatchObject({ views: 30 })
  })

  it('a flush gets through while a transaction is open that has written another row', async () => {
    const { one, two } = await open()
    await two.prisma.city.create({ data: city(2) })
    const [written, commit] = [later(), later()]
    await two.prisma.city.update(add(3))
    const transaction = one.prisma.$transaction(async (tx) => {
      await tx.country.update({ where: { code: 'FR' }, data: { name: 'La France' } })
      written.resolve()
      await commit.promise
    })
    await written.promise
    await two.prisma.city.update(add(4))
    await flushed(two)
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: 7 })
    commit.resolve()
    await transaction
  })

  it('reads in a transaction see what was accepted before it began, and a rollback takes back nothing of it', async () => {
    const { one, two } = await open()
    await two.prisma.city.update(add(3))
    const seen: unknown[] = []
    const transaction = one.prisma.$transaction(async (tx) => {
      seen.push((await tx.city.findUnique(whereOne))?.views, await tx.city.count({ where: { views: 3 } }))
      await tx.city.update({ where: { id: 1 }, data: { views: 100 } })
      throw new Error('rolled back')
    })
    await expect(transaction).rejects.toThrow('rolled back')
    expect(seen).toEqual([3, 1])
    for (const { prisma } of [one, two]) expect(await prisma.city.findUnique(whereOne)).toMatchObject({ views: 3 })
    expect(await two.prisma.city.update(add(1))).toMatchObject({ views: 4 })
    expect(reasons(two)).toEqual([])
  })

  it.each(['findUnique', 'findMany'] as const)(
    'a reader that holds an answer while a write is accepted and flushed leaves no stale entry: %s',
    async (operation) => {
      const { one, two } = await open()
      const read = async ({ prisma }: typeof one) =>
        operation === 'findUnique' ? prisma.city.findUnique(whereOne) : (await prisma.city.findMany())[0]
      const held = one.adapter.holdNext(isCityRead, { when: 'after' })
      const reading = read(one)
      await held.reached
      await two.prisma.city.update(add(1))
      await flushed(two)
      await two.prisma.city.update(add(1))
      held.release()
      expect(await reading).toMatchObject({ views: 0 })
      for (const seat of [one, two, one]) expect(await read(seat)).toMatchObject({ views: 2 })
      await flushed(one)
      for (const seat of [one, two, one]) expect(await read(seat)).toMatchObject({ views: 2 })
    },
  )

  it('who holds the row that he builds on, while a synchronous write changes it, reads it again', async () => {
    const { one, two } = await open()
    const held = two.adapter.holdNext(isCityRead, { when: 'after' })
    const update = begun(two.prisma.city.update(add(1)))
    await held.reached
    await one.prisma.city.updateMany({ data: { views: 100 } })
    held.release()
    expect(await update).toMatchObject({ views: 101 })
    expect(await one.prisma.city.findUnique(whereOne)).toMatchObject({ views: 101 })
    await flushed(one)
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: 101 })
  })

  it('and so does who holds it while another one accepts a write on it, flushed or not', async () => {
    const { one, two } = await open()
    for (const isFlushed of [true, false]) {
      await one.prisma.$cache.invalidateAll()
      const { views } = (await one.base.city.findUnique(whereOne))!
      const held = two.adapter.holdNext(isCityRead, { when: 'after' })
      const update = begun(two.prisma.city.update(add(1)))
      await held.reached
      await one.prisma.city.update(add(10))
      if (isFlushed) await flushed(one)
      held.release()
      expect(await update).toMatchObject({ views: views + 11 })
      await flushed(one)
      expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: views + 11 })
    }
  })

  it('two that write one row in turns are both accepted, each on what the other left', async () => {
    const { one, two } = await open()
    for (let i = 1; i <= 20; i += 1) {
      expect(await (i % 2 ? one : two).prisma.city.update(add(i))).toMatchObject({ views: (i * (i + 1)) / 2 })
      if (i % 7 === 0) await flushed(one)
    }
    expect([...reasons(one), ...reasons(two)]).toEqual([])
    await flushed(two)
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: 210 })
  })

  it('many writes of one row at once are each told what they left', async () => {
    const { one, two } = await open()
    const updates = Array.from({ length: 40 }, (_, i) => (i % 2 ? one : two).prisma.city.update(add(1)))
    const views = (await Promise.all(updates)).map((row) => row.views)
    expect([...views].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    await flushed(one)
    expect(await one.base.city.findUnique(whereOne)).toMatchObject({ views: 40 })
  })

  it('a nested write of another model waits for what is accepted, and holds off the rest', async () => {
    const { one, two } = await open()
    await two.prisma.city.update(add(3))
    await one.prisma.country.update({
      where: { code: 'FR' },
      data: { cities: { updateMany: { where: {}, data: { views: { multiply: 2 } } } } },
    })
    expect(await two.prisma.city.update(add(1))).toMatchObject({ views: 7 })
    await flushed(two)
    await one.prisma.country.delete({ where: { code: 'FR' } })
    expect(await two.prisma.city.findUnique(whereOne)).toBeNull()
    expect(await two.prisma.city.count()).toBe(0)
  })
})
