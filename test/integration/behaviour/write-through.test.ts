import { describe, expect, it } from 'vitest'
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { type Bench, type Read, storeKinds, useBench, type Write } from './bench.ts'
import { expectSame } from './same.ts'

const models = Object.fromEntries(
  Object.values(Prisma.ModelName).map((name) => [name, { strategy: 'write-through' as const }]),
)

/** Everybody answers from the cache, without a query, and it is the truth. */
async function expectStored({ plain, seats }: Bench, reads: Readonly<Record<string, Read>>) {
  for (const [what, read] of Object.entries(reads)) {
    const truth = await read(plain)
    for (const { name, prisma, queries } of seats) {
      queries()
      const { data, info } = await prisma.$cache.withInfo(() => read(prisma))
      expect({ status: info.status, queries: queries() }, `${what} of ${name}`).toEqual({ status: 'hit', queries: 0 })
      expectSame(data, truth, `${what} of ${name}`)
    }
  }
}

const userReads = (where: Prisma.UserWhereUniqueInput[]): Readonly<Record<string, Read>> =>
  Object.fromEntries(
    where.flatMap((one) => [
      [`${JSON.stringify(one)}`, (client: PrismaClient) => client.user.findUnique({ where: one })],
      [
        `${JSON.stringify(one)}, select`,
        (client: PrismaClient) => client.user.findUnique({ where: one, select: { role: true, email: true } }),
      ],
      [
        `${JSON.stringify(one)}, omit`,
        (client: PrismaClient) => client.user.findUnique({ where: one, omit: { createdAt: true, email: true } }),
      ],
    ]),
  )

describe.each(storeKinds)('write-through (%s)', (kind) => {
  const bench = useBench(kind, { models })

  const writes: Readonly<Record<string, { write: Write; reads: () => Readonly<Record<string, Read>> }>> = {
    create: {
      write: (client) => client.user.create({ data: { id: 900, email: 'new@x', name: 'New' } }),
      reads: () => userReads([{ id: 900 }, { email: 'new@x' }]),
    },
    'create with a key of the database': {
      write: (client) => client.user.create({ data: { email: 'auto@x' }, select: { email: true } }),
      reads: () => userReads([{ email: 'auto@x' }]),
    },
    update: {
      write: (client) => client.user.update({ where: { id: 1 }, data: { name: 'Renamed' } }),
      reads: () => userReads([{ id: 1 }]),
    },
    'update by another key, of another key': {
      write: async (client) => {
        const { email } = await client.user.findUniqueOrThrow({ where: { id: 2 } })
        await client.user.update({ where: { email }, data: { email: 'moved@x' }, select: { name: true } })
      },
      reads: () => userReads([{ id: 2 }, { email: 'moved@x' }]),
    },
    upsert: {
      write: async (client) => {
        const data = { email: 'up@x', name: 'Up' }
        await client.user.upsert({ where: { email: 'up@x' }, create: data, update: data })
        await client.user.upsert({ where: { email: 'up@x' }, create: data, update: { name: 'Again' } })
      },
      reads: () => userReads([{ email: 'up@x' }]),
    },
    'an increment': {
      write: (client) =>
        client.city.update({ where: { id: 1 }, data: { views: { increment: 5 } }, select: { id: true } }),
      reads: () => ({ city: (client) => client.city.findUnique({ where: { id: 1 } }) }),
    },
    'an update of JSON': {
      write: (client) => client.event.update({ where: { id: 1n }, data: { payload: { set: [1, { deep: true }] } } }),
      reads: () => ({ event: (client) => client.event.findUnique({ where: { id: 1n } }) }),
    },
    createManyAndReturn: {
      write: (client) =>
        client.user.createManyAndReturn({
          data: [{ id: 901, email: 'm1@x' }, { email: 'm2@x' }],
          select: { id: true },
        }),
      reads: () => userReads([{ id: 901 }, { email: 'm1@x' }, { email: 'm2@x' }]),
    },
    updateManyAndReturn: {
      write: (client) => client.user.updateManyAndReturn({ where: { id: { in: [1, 2] } }, data: { name: 'Many' } }),
      reads: () => userReads([{ id: 1 }, { id: 2 }]),
    },
    transaction: {
      write: (client) =>
        client.$transaction(async (tx) => {
          await tx.user.update({ where: { id: 1 }, data: { name: 'one' } })
          await tx.user.update({ where: { id: 1 }, data: { name: 'two' } })
          await tx.user.create({ data: { id: 902, email: 'tx@x' } })
          await tx.user.update({ where: { id: 902 }, data: { email: 'tx2@x' } })
        }),
      reads: () => userReads([{ id: 1 }, { id: 902 }, { email: 'tx2@x' }]),
    },
    delete: {
      write: async (client) => {
        await client.team.create({ data: { id: 903, name: 'gone' } })
        await client.team.delete({ where: { id: 903 } })
        await client.team.delete({ where: { name: 'docs' }, select: { id: true } })
      },
      reads: () => ({
        id: (client) => client.team.findUnique({ where: { id: 903 } }),
        name: (client) => client.team.findUnique({ where: { name: 'gone' }, select: { id: true } }),
        'by name': (client) => client.team.findUnique({ where: { name: 'docs' } }),
        'by name, id': (client) => client.team.findUnique({ where: { id: 2 } }),
      }),
    },
    'compound key': {
      write: (client) =>
        client.document.update({ where: { orgId_slug: { orgId: 1, slug: 'a' } }, data: { title: 'T' } }),
      reads: () => ({
        compound: (client) => client.document.findUnique({ where: { orgId_slug: { orgId: 1, slug: 'a' } } }),
        id: (client) => client.document.findUnique({ where: { id: 1 } }),
      }),
    },
  }

  it.each(Object.keys(writes))('answers from the cache what was written by %s', async (name) => {
    const { write, reads } = writes[name]!
    await write(bench.writer)
    await expectStored(bench, reads())
  })

  it('invalidates a key that a row has no more, and answers by the new one as the database does', async () => {
    await bench.writer.user.update({ where: { id: 1 }, data: { name: 'First' } })
    await bench.writer.user.update({ where: { id: 1 }, data: { email: 'elsewhere@x' } })
    await expectStored(bench, userReads([{ id: 1 }, { email: 'elsewhere@x' }]))
    for (const { prisma } of bench.seats) {
      expect(await prisma.user.findUnique({ where: { email: 'ada@x' } })).toBeNull()
      expect(await prisma.user.findUnique({ where: { email: 'elsewhere@x' } })).toMatchObject({ name: 'First' })
    }
    await expectStored(bench, userReads([{ id: 1 }, { email: 'elsewhere@x' }, { email: 'ada@x' }]))
  })

  it('stores nothing of a write that fails or is rolled back', async () => {
    const read: Read = (client) => client.user.findUnique({ where: { id: 1 } })
    const before = await read(bench.plain)
    for (const { prisma } of bench.seats) await read(prisma)
    const stored = bench.first.events.filter(({ kind }) => kind === 'written-through').length
    const failing: readonly Write[] = [
      (client) => client.user.update({ where: { id: 1 }, data: { name: 'No', email: 'bob@x' } }),
      (client) =>
        client.$transaction(async (tx) => {
          await tx.user.update({ where: { id: 1 }, data: { name: 'No' } })
          throw new Error('rolled back')
        }),
    ]
    for (const write of failing) await expect(Promise.resolve(write(bench.writer))).rejects.toThrow()
    for (const { prisma } of bench.seats) expectSame(await read(prisma), before)
    expect(bench.first.events.filter(({ kind }) => kind === 'written-through')).toHaveLength(stored)
  })

  it('stores the last state of a row that a transaction writes in several ways', async () => {
    const writes: readonly Write[] = [
      (client) =>
        client.$transaction(async (tx) => {
          await tx.user.update({ where: { id: 1 }, data: { name: 'a' } })
          await tx.user.updateMany({ where: { role: 'ADMIN' }, data: { name: 'b' } })
        }),
      (client) =>
        client.$transaction(async (tx) => {
          await tx.user.update({ where: { id: 1 }, data: { name: 'c' } })
          await tx.$executeRaw`UPDATE "User" SET name = 'd' WHERE id = 1`
        }),
      (client) =>
        client.$transaction(async (tx) => {
          await tx.user.update({ where: { id: 1 }, data: { name: 'e' } })
          await tx.post.update({ where: { id: 1 }, data: { author: { update: { name: 'f' } } } })
        }),
      (client) =>
        client.$transaction(async (tx) => {
          await Promise.all(['g', 'h'].map((name) => tx.user.update({ where: { id: 1 }, data: { name } })))
        }),
      (client) =>
        client.$transaction(async (tx) => {
          await tx.user.update({ where: { id: 1 }, data: { name: 'i' } })
          await tx.user.delete({ where: { id: 1 } })
          await tx.user.create({ data: { id: 1, email: 'ada@x', name: 'j' } })
        }),
    ]
    for (const write of writes) {
      await write(bench.writer)
      for (const where of [{ id: 1 }, { email: 'ada@x' }]) {
        for (const { prisma } of bench.seats) {
          const read: Read = (client) => client.user.findUnique({ where })
          expectSame(await read(prisma), await read(bench.plain))
        }
      }
    }
  })

  /** Clients whose results look otherwise; `null` for the plain one. */
  const styles: Readonly<Record<string, (client: PrismaClient) => PrismaClient>> = {
    plain: (client) => client,
    'with a computed field': (client) =>
      client.$extends({
        result: {
          user: { label: { needs: { email: true, name: true }, compute: (user) => `${user.name} <${user.email}>` } },
        },
      }) as unknown as PrismaClient,
    'with a computed field in the place of a column': (client) =>
      client.$extends({
        result: { user: { name: { needs: { name: true }, compute: (user) => `*${user.name}` } } },
      }) as unknown as PrismaClient,
  }
  const selections: Readonly<Record<string, object>> = {
    everything: {},
    'some columns': { select: { name: true, email: true } },
    'one column': { select: { role: true } },
    'no keys': { omit: { id: true, email: true } },
    relations: { include: { posts: { orderBy: { id: 'asc' } }, manager: true } },
    'a relation alone': { select: { posts: { select: { title: true }, orderBy: { id: 'asc' } } } },
    counts: { select: { name: true, _count: { select: { posts: true } } } },
    'nothing of a column': { omit: { name: false, role: undefined } },
  }

  it.each(Object.keys(styles))('returns and answers exactly as a client without a cache, %s', async (style) => {
    const extended = styles[style]!
    let round = 0
    for (const [what, selection] of Object.entries(selections)) {
      round += 1
      const data = { name: `round ${round}`, updatedAt: new Date(round) }
      const write = (client: PrismaClient) => client.user.update({ where: { id: 1 }, data, ...selection } as never)
      const returned = printed(await write(extended(bench.writer)))
      expectSame(returned, printed(await write(extended(bench.plain))), `what an update returns, ${what}`)
      await write(extended(bench.writer))
      for (const [shown, how] of Object.entries(selections)) {
        const read = (client: PrismaClient) => client.user.findUnique({ where: { id: 1 }, ...how } as never)
        const truth = printed(await read(extended(bench.plain)))
        for (const { prisma } of bench.seats) {
          await bench.writer.$cache.invalidate({ models: ['User'] })
          expectSame(printed(await read(extended(prisma))), truth, `${shown} on a miss`)
          expectSame(printed(await read(extended(prisma))), truth, `${shown} after ${what}`)
        }
      }
    }
  })

  it('gives every caller an object of its own', async () => {
    const read = (client: PrismaClient) => client.user.findUniqueOrThrow({ where: { id: 1 } })
    const returned = await bench.writer.user.update({ where: { id: 1 }, data: { name: 'Own' } })
    returned.name = 'changed'
    const first = await read(bench.writer)
    first.name = 'changed too'
    first.createdAt.setFullYear(1900)
    expectSame(await read(bench.writer), await read(bench.plain))
  })

  it('gives nobody the error of somebody who asked for the same row otherwise', async () => {
    const where = { id: 777 }
    const [thrown, found] = await Promise.all([
      bench.writer.user.findUniqueOrThrow({ where }).catch((error: { code?: string }) => error.code),
      bench.writer.user.findUnique({ where, select: { name: true } }),
    ])
    expect([thrown, found]).toEqual(['P2025', null])
  })

  /** What Prisma refuses, although it might select the row that is cached. */
  const refused: Readonly<Record<string, (client: PrismaClient) => PromiseLike<unknown>>> = {
    'a filter': (client) => client.user.findUnique({ where: { id: { equals: 1 } as never } }),
    'a list': (client) => client.user.findUnique({ where: { id: { in: [1] } as never } }),
    'another type': (client) => client.user.findUnique({ where: { id: 1n as never } }),
    'a text': (client) => client.user.findUnique({ where: { id: '1' as never } }),
    'more in a compound key': (client) =>
      client.document.findUnique({ where: { orgId_slug: { orgId: 1, slug: 'a', title: 'x' } as never } }),
    'a filter in a compound key': (client) =>
      client.document.findUnique({ where: { orgId_slug: { orgId: { equals: 1 }, slug: 'a' } as never } }),
    nothing: (client) => client.user.findUnique({ where: { id: undefined } as never }),
    'an empty selection': (client) => client.user.findUnique({ where: { id: 1 }, select: {} }),
    'an unknown column': (client) => client.user.findUnique({ where: { id: 1 }, omit: { nope: true } as never }),
  }
  it.each(Object.keys(refused))('refuses what Prisma refuses: %s', async (name) => {
    await bench.writer.user.findUnique({ where: { id: 1 } })
    await bench.writer.document.findUnique({ where: { orgId_slug: { orgId: 1, slug: 'a' } } })
    const outcome = (client: PrismaClient) =>
      Promise.resolve(refused[name]!(client)).catch((error: Error) => `${error.name} ${error.message.slice(-80)}`)
    expect(await outcome(bench.writer)).toEqual(await outcome(bench.plain))
    expect(await outcome(bench.writer)).toMatch(/^PrismaClientValidationError/)
  })

  it('tells of a row that is not there in the words of Prisma', async () => {
    const read = (client: PrismaClient) => client.user.findUniqueOrThrow({ where: { id: 12345 } })
    for (let i = 0; i < 3; i += 1) {
      await bench.writer.user.findUnique({ where: { id: 12345 } })
      const [cached, plain] = await Promise.all(
        [bench.writer, bench.plain].map((client) => read(client).catch((error: unknown) => error)),
      )
      expect(cached).toMatchObject({ name: 'PrismaClientKnownRequestError', code: 'P2025' })
      expect((cached as Error).message).toBe((plain as Error).message)
    }
  })
})

describe.each(storeKinds)('what is stored of a row (%s)', (kind) => {
  const seen: unknown[] = []
  const bench = useBench(kind, {
    models: {
      Post: {
        strategy: 'write-through',
        exclude: ['body'],
        ttl: ({ result, operation }) => {
          seen.push([operation, (result as { published?: boolean } | null)?.published])
          return (result as { published?: boolean } | null)?.published ? '1h' : 0
        },
        tags: ({ result }) => [`author-${(result as { authorId?: number } | null)?.authorId}`],
      },
    },
  })
  const without = { id: true, slug: true, title: true, published: true, authorId: true } as const
  const byId =
    (id: number): Read =>
    (client) =>
      client.post.findUnique({ where: { id }, select: without })
  const status = async (read: Read, seat = 1) => {
    const { info } = await bench.seats[seat]!.prisma.$cache.withInfo(() => read(bench.seats[seat]!.prisma))
    return info
  }

  it('lacks what is excluded: a lookup that shows it goes to the database', async () => {
    await bench.writer.post.update({ where: { id: 1 }, data: { title: 'New', body: 'long' } })
    expect(await status(byId(1))).toMatchObject({ status: 'hit' })
    const whole: Read = (client) => client.post.findUnique({ where: { id: 1 } })
    const body: Read = (client) => client.post.findUnique({ where: { id: 1 }, select: { body: true } })
    for (const read of [whole, body]) {
      expect(await status(read)).toMatchObject({ status: 'bypass', reason: 'Post.body is not stored' })
      expectSame(await read(bench.seats[1]!.prisma), await read(bench.plain))
    }
  })

  it('lives as long as the row says', async () => {
    seen.splice(0)
    await bench.writer.post.update({ where: { id: 1 }, data: { title: 'Public' } })
    expect(seen).toContainEqual(['findUnique', true])
    expect(await status(byId(1))).toMatchObject({ status: 'hit' })
    await bench.writer.post.update({ where: { id: 1 }, data: { published: false } })
    expect(await status(byId(1))).toMatchObject({ status: 'miss' })
    expect(await status(byId(1))).toMatchObject({ status: 'miss' })
  })

  it('depends on every column that is stored, whatever is shown', async () => {
    const explained = await bench.writer.$cache.explain(() =>
      bench.writer.post.findUnique({ where: { slug: 'one' }, select: { title: true } }),
    )
    expect(explained).toMatchObject({ kind: 'read', dependsOn: [{ model: 'Post', by: ['slug'] }] })
    const [dependency] = explained.kind === 'read' ? explained.dependsOn : []
    expect(dependency!.columns).toEqual(expect.arrayContaining(['views', 'author_id', 'title']))
  })

  it('is invalidated by the tags that the row says', async () => {
    await bench.writer.post.update({ where: { id: 1 }, data: { title: 'Tagged' } })
    await bench.writer.post.update({ where: { id: 3 }, data: { title: 'Of another' } })
    await bench.writer.$cache.invalidate({ tags: ['author-1'] })
    expect(await status(byId(1))).toMatchObject({ status: 'miss' })
    expect(await status(byId(3))).toMatchObject({ status: 'hit' })
  })
})

describe.each(storeKinds)('read-through (%s)', (kind) => {
  const bench = useBench(kind, { models: { User: { strategy: 'read-through' }, Tag: {} } })

  it('loads the row, which answers every selection; cache-aside stores what each query asked for', async () => {
    const [one, other] = bench.seats
    await one!.prisma.user.findUnique({ where: { id: 1 }, select: { name: true } })
    await expectStored(bench, userReads([{ id: 1 }]))
    await one!.prisma.tag.findUnique({ where: { id: 1 }, select: { name: true } })
    const { info } = await other!.prisma.$cache.withInfo(() => other!.prisma.tag.findUnique({ where: { id: 1 } }))
    expect(info.status).toBe('miss')
  })

  it('does not store what is written', async () => {
    await bench.writer.user.update({ where: { id: 1 }, data: { name: 'New' } })
    const { data, info } = await bench.writer.$cache.withInfo(() => bench.writer.user.findUnique({ where: { id: 1 } }))
    expect([data?.name, info.status]).toEqual(['New', 'miss'])
  })
})

/** Computed fields are getters of a proxy; dates stay dates. */
function printed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (Array.isArray(value)) return value.map(printed)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, printed(inner)]))
}
