import { expect, it } from 'vitest'
import { expectSame } from '../behaviour/same.ts'
import { describeStores } from '../cached-client.ts'
import { behind, city, flushed, openSeats, post, reasons, type Seat } from './seats.ts'

describeStores('write-behind, by every key', (makeStoreConfig) => {
  const open = (more: object = {}) => {
    const model = { ...behind, ...more }
    const models = { City: model, Post: model, Profile: model, Document: model, Device: model, Note: model }
    return openSeats({ ...makeStoreConfig(), models })
  }

  async function seesPost({ prisma }: Seat, id: number, slug: string | null, ...gone: readonly string[]) {
    const row = slug === null ? null : { ...post(id, slug), body: '', published: false, views: 0 }
    expect(await prisma.post.findUnique({ where: { id } })).toEqual(row)
    if (slug !== null) expect(await prisma.post.findUnique({ where: { slug } })).toEqual(row)
    for (const other of gone) expect(await prisma.post.findUnique({ where: { slug: other } })).toBeNull()
  }

  it('a row that is created is found by every key at once, and so it is when it is in the database', async () => {
    const { one, two } = await open()
    await one.prisma.post.create({ data: post(1, 'a') })
    expect(reasons(one)).toEqual([])
    await seesPost(one, 1, 'a')
    expect(await one.base.post.count()).toBe(0)
    await seesPost(two, 1, 'a')
    await flushed(two)
    for (const seat of [one, two]) await seesPost(seat, 1, 'a')
    expect(await one.base.post.count()).toBe(1)
  })

  it('what was looked for in vain is found when it is there', async () => {
    const { one, two } = await open()
    for (const seat of [one, two]) await seesPost(seat, 1, null, 'a')
    await one.prisma.post.create({ data: post(1, 'a') })
    for (const seat of [one, two]) await seesPost(seat, 1, 'a', 'b')
    await two.prisma.post.update({ where: { id: 1 }, data: { slug: 'b' } })
    for (const seat of [one, two]) await seesPost(seat, 1, 'b', 'a')
    await flushed(one)
    for (const seat of [one, two]) await seesPost(seat, 1, 'b', 'a')
  })

  it('a key that changes finds the row from then on, and the one before finds nothing', async () => {
    const { one, two } = await open()
    await one.prisma.post.create({ data: post(1, 'a') })
    await two.prisma.post.update({ where: { slug: 'a' }, data: { slug: 'b' } })
    for (const seat of [one, two]) await seesPost(seat, 1, 'b', 'a')
    await flushed(one)
    for (const seat of [one, two]) await seesPost(seat, 1, 'b', 'a')
    await one.prisma.post.update({ where: { slug: 'b' }, data: { slug: 'c' } })
    expect([...reasons(one), ...reasons(two)]).toEqual([])
    await one.prisma.post.update({ where: { slug: 'c' }, data: { slug: 'a' } })
    for (const seat of [one, two]) await seesPost(seat, 1, 'a', 'b', 'c')
    await flushed(two)
    for (const seat of [one, two]) await seesPost(seat, 1, 'a', 'b', 'c')
    expectSame(await one.prisma.post.findMany(), await one.base.post.findMany())
  })

  it('a row that is deleted is found by none of its keys, and may be created again', async () => {
    const { one, two } = await open()
    const profile = { id: 1, bio: 'x', userId: 1 }
    const sees = async (expected: object | null) => {
      for (const { prisma } of [one, two]) {
        expect(await prisma.profile.findUnique({ where: { id: 1 } })).toEqual(expected)
        expect(await prisma.profile.findUnique({ where: { userId: 1 } })).toEqual(expected)
      }
    }
    await one.base.profile.create({ data: profile })
    await sees(profile)
    expect(await two.prisma.profile.delete({ where: { userId: 1 } })).toEqual(profile)
    expect(reasons(two)).toEqual([])
    await sees(null)
    expect(await one.prisma.profile.count()).toBe(0)
    await sees(null)
    await one.prisma.profile.create({ data: { ...profile, id: 2 } })
    await one.prisma.profile.delete({ where: { id: 2 } })
    await two.prisma.profile.create({ data: { ...profile, bio: 'again' } })
    await sees({ ...profile, bio: 'again' })
    await flushed(one)
    await sees({ ...profile, bio: 'again' })
    expect(await one.base.profile.findMany()).toEqual([{ ...profile, bio: 'again' }])
  })

  it('findUniqueOrThrow tells of a deleted row as Prisma does, by whichever key', async () => {
    const { one, two } = await open()
    await one.base.profile.create({ data: { id: 1, bio: 'x', userId: 1 } })
    const where = [{ id: 1 }, { userId: 1 }] as const
    for (const by of where) await one.prisma.profile.findUniqueOrThrow({ where: by })
    await two.prisma.profile.delete({ where: { id: 1 } })
    const told = (seat: Seat, by: (typeof where)[number]) =>
      seat.prisma.profile.findUniqueOrThrow({ where: by }).catch((error: Error & { code?: string; meta?: unknown }) => {
        const { name, code, meta } = error
        return { name, code, meta }
      })
    for (const by of where) {
      const answers = [await told(one, by), await told(two, by)]
      const plain = await one.base.profile.findUniqueOrThrow({ where: by }).catch(({ name, code, meta }) => {
        return { name, code, meta }
      })
      for (const answer of answers) expect(answer).toEqual({ ...plain, code: 'P2025' })
    }
  })

  it('a compound key of which one part changes', async () => {
    const { one, two } = await open()
    const by = (slug: string) => ({ where: { orgId_slug: { orgId: 1, slug } } })
    await one.prisma.document.create({ data: { id: 1, orgId: 1, slug: 'a', title: 't' } })
    await two.prisma.document.update({ ...by('a'), data: { slug: 'b', title: 'u' } })
    const row = { id: 1, orgId: 1, slug: 'b', title: 'u' }
    for (const again of [false, true]) {
      for (const { prisma } of [one, two]) {
        expect(await prisma.document.findUnique(by('a'))).toBeNull()
        expect(await prisma.document.findUnique(by('b'))).toEqual(row)
        expect(await prisma.document.findUnique({ where: { id: 1 } })).toEqual(row)
      }
      if (!again) await flushed(one)
    }
    expect([...reasons(one), ...reasons(two)]).toEqual([])
  })

  it.each([1, 4])(
    'a key that passes from row to row, and rows that change places: %s partitions',
    async (partitions) => {
      const { one, two } = await open({ partitions })
      const ids = [1, 2, 3, 4, 5, 6]
      for (const id of ids) await one.prisma.post.create({ data: post(id, `${id}`) })
      await flushed(one)
      // Each takes the key that the one before it has just left.
      await two.prisma.post.update({ where: { id: 1 }, data: { slug: 'free' } })
      for (const id of ids.slice(1)) await one.prisma.post.update({ where: { id }, data: { slug: `${id - 1}` } })
      await two.prisma.post.update({ where: { slug: 'free' }, data: { slug: '6' } })
      for (const seat of [one, two])
        for (const id of ids) await seesPost(seat, id, id === 1 ? '6' : `${id - 1}`, 'free')
      await flushed(one)
      for (const seat of [one, two])
        for (const id of ids) await seesPost(seat, id, id === 1 ? '6' : `${id - 1}`, 'free')
    },
  )

  it('an upsert creates, and updates what it has created', async () => {
    const { one, two } = await open()
    const upsert = ({ prisma }: Seat) =>
      prisma.post.upsert({
        where: { slug: 'a' },
        create: post(1, 'a'),
        update: { views: { increment: 1 }, title: 'again' },
      })
    expect(await upsert(one)).toMatchObject({ id: 1, title: 'Post 1', views: 0 })
    expect(await upsert(two)).toMatchObject({ id: 1, title: 'again', views: 1 })
    await flushed(one)
    expect(await upsert(two)).toMatchObject({ views: 2 })
    expect([...reasons(one), ...reasons(two)]).toEqual([])
    await flushed(two)
    expect(await one.base.post.findMany()).toMatchObject([{ id: 1, title: 'again', views: 2 }])
  })

  it('rows get their ids before the database has seen them: generated, and from its sequence', async () => {
    const { one, two } = await open()
    const device = await one.prisma.device.create({ data: { label: 'x' } })
    const creating = Array.from({ length: 20 }, (_, i) =>
      (i % 2 ? one : two).prisma.note.create({ data: { tenantId: 't', text: `${i}` } }),
    )
    const notes = await Promise.all(creating)
    expect([...reasons(one), ...reasons(two)]).toEqual([])
    expect(new Set(notes.map(({ id }) => id)).size).toBe(20)
    await flushed(one)
    expect(await one.base.device.findMany()).toEqual([device])
    const byId = (rows: readonly { id: number }[]) => [...rows].sort((a, b) => a.id - b.id)
    expect(byId(await one.base.note.findMany())).toEqual(byId(notes))
    await one.base.note.create({ data: { tenantId: 't', text: 'plainly' } })
  })

  it.each([
    'TRUNCATE "Note" RESTART IDENTITY',
    'ALTER SEQUENCE "Note_id_seq" RESTART',
    `SELECT setval('"Note_id_seq"', 1, false)`,
  ])('no row gets an id from before its sequence began anew, from whichever client: %s', async (sql) => {
    const { one, two } = await open()
    const create = ({ prisma }: Seat, text: string) => prisma.note.create({ data: { tenantId: 't', text } })
    for (const seat of [one, two]) await create(seat, 'before')
    await one.prisma.note.deleteMany()
    await (sql.startsWith('SELECT') ? one.prisma.$queryRawUnsafe(sql) : one.prisma.$executeRawUnsafe(sql))
    await one.prisma.$transaction(Array.from({ length: 120 }, () => create(one, 'database')))
    reasons(one)
    const notes = [await create(one, 'one'), await create(two, 'two')]
    expect([...reasons(one), ...reasons(two)]).toEqual([])
    await flushed(one)
    expect(await one.base.note.count()).toBe(122)
    expect(await one.base.note.findMany({ where: { text: { in: ['one', 'two'] } } })).toEqual(
      notes.sort((a, b) => a.id - b.id),
    )
  })

  it.each([
    ['does not say which sequence makes its id', ['ALTER SEQUENCE "Note_id_seq" OWNED BY NONE']],
    [
      'takes its id from nobody else',
      ['DROP SEQUENCE "Note_id_seq" CASCADE', 'ALTER TABLE "Note" ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY'],
    ],
  ])('a row goes to the database at once where that %s', async (_, statements) => {
    const { one } = await open()
    for (const sql of statements) await one.base.$executeRawUnsafe(sql)
    const note = await one.prisma.note.create({ data: { tenantId: 't', text: 'x' } })
    expect(reasons(one)).toEqual([noSequence])
    expect(await one.base.note.findMany()).toEqual([note])
  })

  it('leaves the ids that a sequence has at its end to all', async () => {
    const { one } = await open()
    await one.base.$executeRawUnsafe('ALTER SEQUENCE "Note_id_seq" MAXVALUE 5')
    const note = { tenantId: 't', text: 'x' }
    const create = ({ note: rows }: Seat['prisma'] | Seat['base']) => rows.create({ data: note })
    expect([await create(one.prisma), await create(one.prisma)].map(({ id }) => id)).toEqual([1, 2])
    expect(reasons(one)).toEqual([])
    expect(await create(one.base)).toMatchObject({ id: 3 })
    // Three are more than are left. The database says so, and counts the two.
    await expect(one.prisma.note.createMany({ data: [note, note, note] })).rejects.toThrow('2200H')
    expect(reasons(one)).toEqual([noSequence])
    await flushed(one)
    expect(await one.base.note.count()).toBe(3)
  })

  it.each([1, 4])('createMany is accepted as a whole or not at all: %s partitions', async (partitions) => {
    const { one, two } = await open({ partitions })
    const all = (...ids: readonly number[]) => ({ data: ids.map(city) })
    expect(await one.prisma.city.createMany(all(2, 3, 4, 5))).toEqual({ count: 4 })
    expect(reasons(one)).toEqual(partitions === 1 ? [] : ['its rows are in several partitions'])
    await expect(one.prisma.city.createMany(all(6, 7, 5, 8))).rejects.toMatchObject({ code: 'P2002' })
    for (const { prisma } of [one, two]) expect(await prisma.city.findUnique({ where: { id: 4 } })).toEqual(city(4))
    // That row 1 is there is known from the lookup alone.
    expect(await one.prisma.city.findUnique({ where: { id: 1 } })).toEqual(city(1))
    await expect(one.prisma.city.createMany(all(6, 1))).rejects.toMatchObject({ code: 'P2002' })
    for (const { prisma } of [one, two]) expect(await prisma.city.findUnique({ where: { id: 6 } })).toBeNull()
    expect(await one.prisma.city.count()).toBe(5)
    await flushed(one)
    const returned = await two.prisma.city.createManyAndReturn({ ...all(6, 7), select: { id: true, views: true } })
    expect(returned.map(({ id }) => id).sort()).toEqual([6, 7])
    await flushed(one)
    expect(await one.base.city.count()).toBe(7)
  })

  it('more rows than the store takes at once are written at once', async () => {
    const { one, two } = await open()
    const notes = (count: number) => ({ data: Array.from({ length: count }, () => ({ tenantId: 't', text: 'x' })) })
    expect(await one.prisma.note.createMany(notes(1000))).toEqual({ count: 1000 })
    expect(reasons(one)).toEqual([])
    expect(await two.prisma.note.createMany(notes(5000))).toEqual({ count: 5000 })
    expect(reasons(two)).toEqual(['it has too many rows'])
    expect(await one.prisma.note.count()).toBe(6000)
  })
})

const noSequence = 'the sequence of its id is not known, or comes to its end'
