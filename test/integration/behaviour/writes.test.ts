import { describe, expect, it } from 'vitest'
import {
  type Cached,
  expectCached,
  expectSeen,
  type Read,
  statusOf,
  storeKinds,
  useBench,
  type Write,
} from './bench.ts'
import { expectSame } from './same.ts'

const city = { countryCode: 'FR', population: 270, latitude: 48.57, longitude: 7.75 }
const byId =
  (id: number): Read =>
  (client) =>
    client.city.findUnique({ where: { id } })
const cities: Read = (client) => client.city.findMany({ orderBy: { id: 'asc' } })
const count: Read = (client) => client.city.count({ where: { countryCode: 'FR' } })
const sum: Read = (client) => client.city.aggregate({ _sum: { population: true } })
const groups: Read = (client) =>
  client.city.groupBy({ by: ['countryCode'], _sum: { views: true }, _count: true, orderBy: { countryCode: 'asc' } })
const ofFrance: Read = (client) =>
  client.country.findUnique({ where: { code: 'FR' } }).cities({ orderBy: { id: 'asc' } })

const writes: Readonly<Record<string, { readonly write: Write; readonly reads: Readonly<Record<string, Read>> }>> = {
  create: {
    write: (client) => client.city.create({ data: { id: 9, name: 'Brest', ...city } }),
    reads: { 'the row that was not there': byId(9), cities, count, sum, groups, ofFrance },
  },
  'create that returns nothing of the row': {
    write: (client) => client.city.create({ data: { id: 9, name: 'Brest', ...city }, select: { views: true } }),
    reads: { 'the row that was not there': byId(9), cities, count },
  },
  createMany: {
    write: (client) => client.city.createMany({ data: [9, 10].map((id) => ({ id, name: 'new', ...city })) }),
    reads: { 'the first row': byId(9), 'the second row': byId(10), cities, count, groups },
  },
  'createMany that skips duplicates': {
    write: (client) =>
      client.city.createMany({ data: [1, 9].map((id) => ({ id, name: 'new', ...city })), skipDuplicates: true }),
    reads: { 'the row that is new': byId(9), cities, count },
  },
  'createMany of more rows than are looked at': {
    write: (client) =>
      client.city.createMany({ data: Array.from({ length: 200 }, (_, i) => ({ id: 100 + i, name: 'new', ...city })) }),
    reads: { 'the first row': byId(100), 'the last row': byId(299), cities },
  },
  createManyAndReturn: {
    write: (client) =>
      client.city.createManyAndReturn({
        data: [9, 10].map((id) => ({ id, name: 'new', ...city })),
        select: { id: true },
      }),
    reads: { 'the second row': byId(10), cities, count },
  },
  'createManyAndReturn that skips duplicates': {
    write: (client) =>
      client.city.createManyAndReturn({
        data: [1, 9].map((id) => ({ id, name: 'new', ...city })),
        skipDuplicates: true,
      }),
    reads: { 'the row that is new': byId(9), cities },
  },
  update: {
    write: (client) => client.city.update({ where: { id: 1 }, data: { views: { increment: 1 } } }),
    reads: { 'the row': byId(1), cities, groups, ofFrance },
  },
  'update of the id': {
    write: (client) => client.city.update({ where: { id: 1 }, data: { id: 9 } }),
    reads: { 'the old row': byId(1), 'the new row': byId(9), cities },
  },
  'update with more conditions': {
    write: (client) => client.city.update({ where: { id: 1, name: 'Paris' }, data: { name: 'Lutetia' } }),
    reads: { 'the row': byId(1), cities },
  },
  updateMany: {
    write: (client) => client.city.updateMany({ where: { countryCode: 'FR' }, data: { countryCode: 'PE' } }),
    reads: { 'the row': byId(3), cities, count, groups, ofFrance },
  },
  'updateMany with a limit': {
    write: (client) => client.city.updateMany({ where: { id: { in: [2] } }, data: { views: 5 }, limit: 1 }),
    reads: { 'the row': byId(2), cities, groups },
  },
  updateManyAndReturn: {
    write: (client) =>
      client.city.updateManyAndReturn({ where: { name: 'Nice' }, data: { population: 1 }, select: { name: true } }),
    reads: { 'the row': byId(3), cities, sum },
  },
  'upsert that creates': {
    write: (client) =>
      client.city.upsert({ where: { id: 9 }, create: { id: 9, name: 'Brest', ...city }, update: { views: 1 } }),
    reads: { 'the row that was not there': byId(9), cities, count },
  },
  'upsert that creates under another key than it looked for': {
    write: (client) => client.city.upsert({ where: { id: 8 }, create: { id: 9, name: 'Brest', ...city }, update: {} }),
    reads: { 'the row that was not there': byId(9), cities },
  },
  'upsert that updates': {
    write: (client) =>
      client.city.upsert({ where: { id: 1 }, create: { id: 1, name: 'Paris', ...city }, update: { views: 1 } }),
    reads: { 'the row': byId(1), cities, groups },
  },
  delete: {
    write: (client) => client.city.delete({ where: { id: 1 } }),
    reads: { 'the row': byId(1), cities, count, sum, groups, ofFrance },
  },
  deleteMany: {
    write: (client) => client.city.deleteMany({ where: { population: { lt: 450 } } }),
    reads: { 'the row': byId(3), cities, count, sum },
  },
  'deleteMany of everything': {
    write: (client) => client.city.deleteMany(),
    reads: { 'the row': byId(4), cities, count, sum, groups, ofFrance },
  },
  'an update through the fluent API': {
    write: (client) =>
      client.post.update({ where: { id: 1 }, data: { title: 'Changed' } }).author({ select: { email: true } }),
    reads: { 'the row': (client) => client.post.findUnique({ where: { slug: 'one' } }) },
  },
  'a batch': {
    write: (client) =>
      client.$transaction([
        client.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } }),
        client.city.delete({ where: { id: 2 } }),
      ]),
    reads: { 'the row updated': byId(1), 'the row deleted': byId(2), cities, count },
  },
  'a transaction': {
    write: (client) =>
      client.$transaction(async (tx) => {
        await tx.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } })
        await tx.city.create({ data: { id: 9, name: 'Brest', ...city } })
      }),
    reads: { 'the row updated': byId(1), 'the row created': byId(9), cities, count },
  },
}

describe.each(storeKinds)('writes (%s)', (kind) => {
  const bench = useBench(kind)

  it.each(Object.entries(writes))(
    'shows at once, to everybody, what was changed by %s',
    async (_, { write, reads }) => {
      await expectSeen(bench, { write, reads })
    },
  )

  it.each(Object.entries(writes))('returns what the plain client returns from %s', async (_, { write }) => {
    const truth = await write(bench.plain)
    await bench.reset()
    expectSame(await write(bench.writer), truth)
  })

  it('fails as the plain client does, and then still knows the truth', async () => {
    const read = byId(1)
    await expectCached(bench, read)
    const fails: readonly Write[] = [
      (client) => client.city.create({ data: { id: 1, name: 'twice', ...city } }),
      (client) => client.city.update({ where: { id: 99 }, data: { name: 'nobody' } }),
      (client) => client.city.delete({ where: { id: 99 } }),
      (client) => client.city.create({ data: { id: 98, name: 'nowhere', ...city, countryCode: 'XX' } }),
      (client) => client.city.update({ where: { id: 1 }, data: { mayor: 'x' } as never }),
    ]
    for (const fail of fails) {
      const errorOf = async (client: Cached | typeof bench.plain) =>
        Promise.resolve(fail(client)).then(
          () => expect.unreachable(),
          ({ name, code, meta }: Error & { code?: unknown; meta?: unknown }) => ({ name, code, meta }),
        )
      expect(await errorOf(bench.writer)).toEqual(await errorOf(bench.plain))
    }
    expect(await statusOf(bench.writer, read), 'nothing happened, so nothing is invalidated').toBe('hit')
  })

  it('R33: remembers that a row is not there until it is, under each of its keys', async () => {
    const reads: Record<string, Read> = {
      id: (client) => client.document.findUnique({ where: { id: 77 } }),
      'the compound key': (client) => client.document.findUnique({ where: { orgId_slug: { orgId: 1, slug: 'new' } } }),
      first: (client) => client.document.findFirst({ where: { slug: 'new' } }),
    }
    await expectSeen(bench, {
      write: (client) => client.document.create({ data: { id: 77, orgId: 1, slug: 'new', title: 'New' } }),
      reads,
    })
    // The id and the time come from the database; the keys that were looked for are only in the answer.
    const next = await bench.plain.$queryRaw<{ n: bigint }[]>`SELECT nextval('"User_id_seq"') AS n`
    await expectSeen(bench, {
      write: (client) => client.user.create({ data: { email: 'new@x' } }),
      reads: {
        id: (client) => client.user.findUnique({ where: { id: Number(next[0]!.n) + 1 } }),
        'the other key': (client) => client.user.findUnique({ where: { email: 'new@x' } }),
      },
    })
    await expectSeen(bench, {
      write: (client) => client.membership.create({ data: { teamId: 2, userId: 3 } }),
      reads: { key: (client) => client.membership.findUnique({ where: { teamId_userId: { teamId: 2, userId: 3 } } }) },
    })
  })

  it('is precise: a row looked up by a key stays cached while others change', async () => {
    const others: Record<string, Read> = {
      id: byId(2),
      'another key': (client) => client.user.findUnique({ where: { email: 'ada@x' } }),
      'a compound key': (client) => client.document.findUnique({ where: { orgId_slug: { orgId: 1, slug: 'a' } } }),
      uuid: (client) => client.device.findUnique({ where: { id: '6F9619FF-8B86-4D11-B42D-00C04FC964FF' } }),
      bigint: (client) => client.event.findUnique({ where: { id: 1n } }),
      'a row that is not there': byId(99),
    }
    for (const [what, read] of Object.entries(others)) await expectCached(bench, read, what)
    const { writer } = bench
    await writer.city.update({ where: { id: 1 }, data: { name: 'Lutetia' } })
    await writer.city.delete({ where: { id: 3 } })
    await writer.city.create({ data: { id: 9, name: 'Brest', ...city } })
    await writer.user.update({ where: { email: 'bob@x' }, data: { name: 'Robert' } }).catch(() => {})
    await writer.document.update({ where: { id: 2 }, data: { title: 'changed' } })
    await writer.device.create({ data: { label: 'tablet' } })
    await writer.event.delete({ where: { id: 3n } })
    const statuses: Record<string, string> = {}
    for (const [what, read] of Object.entries(others)) {
      statuses[what] = await statusOf(bench.seats[1]!.prisma, read)
      expectSame(await read(bench.seats[1]!.prisma), await read(bench.plain), what)
    }
    expect(statuses).toEqual(Object.fromEntries(Object.keys(others).map((what) => [what, 'hit'])))
  })

  it('knows a row under its old and its new key when a unique value moves', async () => {
    const byEmail =
      (email: string): Read =>
      (client) =>
        client.user.findUnique({ where: { email } })
    await expectSeen(bench, {
      write: (client) => client.user.update({ where: { id: 1 }, data: { email: 'moved@x' } }),
      reads: {
        old: byEmail('ada@x'),
        new: byEmail('moved@x'),
        'by id': (client) => client.user.findUnique({ where: { id: 1 } }),
      },
    })
    await expectSeen(bench, {
      write: (client) => client.user.update({ where: { email: 'moved@x' }, data: { email: { set: 'back@x' } } }),
      reads: { old: byEmail('moved@x'), new: byEmail('back@x') },
    })
    // Two rows exchange a key.
    await expectSeen(bench, {
      write: (client) =>
        client.$transaction([
          client.user.update({ where: { id: 1 }, data: { email: 'between' } }),
          client.user.update({ where: { id: 2 }, data: { email: 'back@x' } }),
          client.user.update({ where: { id: 1 }, data: { email: 'bob@x' } }),
        ]),
      reads: { one: byEmail('back@x'), other: byEmail('bob@x') },
    })
    const document =
      (slug: string): Read =>
      (client) =>
        client.document.findUnique({ where: { orgId_slug: { orgId: 1, slug } } })
    await expectSeen(bench, {
      write: (client) =>
        client.document.update({ where: { orgId_slug: { orgId: 1, slug: 'a' } }, data: { slug: 'z' } }),
      reads: { old: document('a'), new: document('z') },
    })
  })
})
