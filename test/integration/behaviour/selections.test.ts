import { PrismaPg } from '@prisma/adapter-pg'
import { skip } from '@prisma/client/runtime/client'
import { describe, expect, inject, it } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { type Cached, patient, type Read, statusOf, storeKinds, useBench, type Write } from './bench.ts'
import { expectSame } from './same.ts'

/** Computed fields that have the names of columns, and show what other columns hold. */
const shadows = {
  result: {
    user: {
      name: { needs: { email: true }, compute: ({ email }: { email: string }) => `<${email}>` },
      createdAt: { needs: { id: true }, compute: ({ id }: { id: number }) => `#${id}` },
    },
  },
}
const leavesOut = { omit: { user: { email: true }, post: { id: true, authorId: true } } }

describe.each(storeKinds)('what is shown of a row (%s)', (kind) => {
  const bench = useBench(kind)

  /** The client with the cache, and the same without. */
  const open = (options: object = {}, extension: object | null = null) => {
    const make = (extend: (client: PrismaClient) => unknown) => {
      const client = new PrismaClient({
        adapter: new PrismaPg({ connectionString: bench.databaseUrl }),
        ...options,
      } as never) as PrismaClient
      stopLater(() => client.$disconnect())
      const extended = extend(client) as PrismaClient
      return (extension ? extended.$extends(extension) : extended) as PrismaClient
    }
    const plugin = cachePlugin({
      ...(kind === 'redis' ? { redis: inject('redisUrl') } : {}),
      ...patient,
      namespace: freshNamespace(),
      models: { User: {}, Post: {} },
    })
    return { cached: make((client) => client.$extends(plugin)) as Cached, plain: make((client) => client) }
  }

  const cases: Readonly<Record<string, { setting: () => ReturnType<typeof open>; read: Read; write: Write }>> = {
    'what is left out by name, of a row and below it': {
      setting: () => open(),
      read: (client) =>
        client.user.findMany({
          orderBy: { id: 'asc' },
          select: {
            id: true,
            name: skip as never,
            posts: skip as never,
            _count: skip as never,
            profile: { select: { id: true, user: skip as never } },
          },
        }),
      write: (client) => client.profile.deleteMany(),
    },
    'what is left out of counts': {
      setting: () => open(),
      read: (client) => client.user.aggregate({ _count: { id: true, name: skip as never } }),
      write: (client) => client.user.deleteMany({ where: { id: 1 } }),
    },
    'a computed field with the name of a column': {
      setting: () => open({}, shadows),
      read: (client) => client.user.findUnique({ where: { id: 1 }, select: { name: true } }),
      write: (client) => client.user.update({ where: { id: 1 }, data: { email: 'new@x' } }),
    },
    'one below a relation': {
      setting: () => open({}, shadows),
      read: (client) => client.post.findUnique({ where: { id: 1 }, select: { author: { select: { name: true } } } }),
      write: (client) => client.user.update({ where: { id: 1 }, data: { email: 'new@x' } }),
    },
    'one that needs the key by which other rows are known': {
      setting: () => open({}, shadows),
      read: (client) =>
        client.user.findMany({
          orderBy: { id: 'asc' },
          select: { createdAt: true, posts: { orderBy: { id: 'asc' }, select: { title: true } } },
        }),
      write: (client) => client.post.update({ where: { id: 1 }, data: { title: 'New' } }),
    },
    'a column that the client leaves out, and the query does not': {
      setting: () => open(leavesOut),
      read: (client) =>
        client.user.findMany({ where: { managerId: 1 }, omit: { email: undefined as never, updatedAt: true } }),
      write: (client) => client.user.update({ where: { id: 2 }, data: { email: 'new@x' } }),
    },
    'keys that the client leaves out, and the query does not': {
      setting: () => open(leavesOut),
      read: (client) =>
        client.post.findMany({
          orderBy: { id: 'asc' },
          omit: { id: skip as never, authorId: null as never },
          include: { author: { omit: { updatedAt: true } }, comments: { orderBy: { id: 'asc' } } },
        }),
      write: (client) => client.comment.updateMany({ data: { text: 'New' } }),
    },
  }

  it.each(Object.entries(cases))('is what it is without the cache: %s', async (_, { setting, read, write }) => {
    const { cached, plain } = setting()
    // A key without a value is a key, too.
    const told = (_: string, value: unknown) => (value === undefined ? 'undefined' : value)
    const printed = async (client: PrismaClient) => JSON.stringify(await read(client), told)
    const before = await printed(plain)
    expect(await printed(cached)).toBe(before)
    expect(await printed(cached)).toBe(before)
    expect(await statusOf(cached, read)).toBe('hit')
    await write(cached)
    const after = await printed(plain)
    expect(after).not.toBe(before)
    expect(await printed(cached)).toBe(after)
  })

  it('is what a write returns without the cache', async () => {
    const { cached, plain } = open({}, shadows)
    const update = (client: PrismaClient) =>
      client.user.update({ where: { id: 1 }, data: { role: 'EDITOR' }, select: { createdAt: true, name: true } })
    expect(JSON.stringify(await update(cached))).toBe(JSON.stringify(await update(plain)))

    const { cached: leaving, plain: leavingPlainly } = open(leavesOut)
    const omit = { id: undefined as never, authorId: skip as never }
    const touch = (client: PrismaClient) => client.post.update({ where: { id: 1 }, data: { views: 7 }, omit })
    expectSame(await touch(leaving), await touch(leavingPlainly))
  })
})
