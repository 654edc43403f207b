import { PrismaPg } from '@prisma/adapter-pg'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { type CacheClient, cachePlugin } from '../../../src/index.ts'
import { PrismaClient as LaterClient } from '../../schemas/generated/renamed/client.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { withPostgres } from '../../services/postgres.ts'
import { type Cached, patient, type Read, statusOf, useBench } from './bench.ts'
import { expectSame } from './same.ts'

type Make = (options: { databaseUrl: string; namespace: string }) => {
  readonly cached: Cached
  readonly plain: PrismaClient
}

const withPlugin = (plain: PrismaClient, namespace: string, config = {}) => ({
  plain,
  cached: plain.$extends(
    cachePlugin({ redis: inject('redisUrl'), namespace, ...patient, models: { User: {}, City: {} }, ...config }),
  ) as unknown as Cached,
})

function client(databaseUrl: string, options: object = {}): PrismaClient {
  const made = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }), ...options })
  stopLater(() => made.$disconnect())
  return made
}

/** The client that code generated from a slightly different schema would have. */
function clientOfSchema(databaseUrl: string, change: (schema: string) => string): PrismaClient {
  const made = client(databaseUrl)
  const { _engineConfig: engine } = made as unknown as { _engineConfig: { inlineSchema: string } }
  engine.inlineSchema = change(engine.inlineSchema)
  return made
}

const label = { needs: { email: true }, compute: (user: { email: string }) => `<${user.email}>` }

const versions: Readonly<Record<string, Make>> = {
  'another global omit': ({ databaseUrl, namespace }) =>
    withPlugin(client(databaseUrl, { omit: { user: { name: true } } }), namespace),
  'another computed field': ({ databaseUrl, namespace }) =>
    withPlugin(client(databaseUrl).$extends({ result: { user: { label } } }) as unknown as PrismaClient, namespace),
  'a computed field that needs another column': ({ databaseUrl, namespace }) =>
    withPlugin(
      client(databaseUrl).$extends({
        result: { user: { label: { needs: { name: true }, compute: () => 'x' } } },
      }) as unknown as PrismaClient,
      namespace,
    ),
  'another schema': ({ databaseUrl, namespace }) =>
    withPlugin(
      clientOfSchema(databaseUrl, (schema) => `${schema}\nmodel AddedLater {\n  id Int @id\n}\n`),
      namespace,
    ),
  'another codec': ({ databaseUrl, namespace }) =>
    withPlugin(client(databaseUrl), namespace, {
      codec: { name: 'json', encode: JSON.stringify, decode: (text: string) => revived(JSON.parse(text)) },
    }),
}

const first: Make = ({ databaseUrl, namespace }) => withPlugin(client(databaseUrl), namespace)

const reads: Readonly<Record<string, Read>> = {
  'a row': (prisma) => prisma.user.findUnique({ where: { id: 1 } }),
  list: (prisma) => prisma.user.findMany({ orderBy: { id: 'asc' }, include: { manager: true } }),
  'a row under another model': (prisma) => prisma.post.findUnique({ where: { id: 1 } }).author(),
}

describe('two versions of a program on one Redis', () => {
  const bench = useBench('redis')

  it.each(Object.entries(versions))('R31: share no entries and all invalidations, with %s', async (_, make) => {
    const options = { databaseUrl: bench.databaseUrl, namespace: freshNamespace() }
    const versionsNow = [first(options), make(options), first(options)]
    const [old, next, again] = versionsNow as [ReturnType<Make>, ReturnType<Make>, ReturnType<Make>]
    for (const name of ['a row', 'list']) {
      const read = reads[name]!
      expect(await statusOf(old.cached, read)).toBe('miss')
      expect(await statusOf(next.cached, read), 'the other version').toBe('miss')
      expect(await statusOf(again.cached, read), 'the same version').toBe('hit')
      for (const { cached, plain } of versionsNow) expectSame(printed(await read(cached)), printed(await read(plain)))
    }
    for (const writer of versionsNow) {
      for (const read of Object.values(reads)) for (const { cached } of versionsNow) await read(cached)
      await writer.cached.user.update({
        where: { id: 1 },
        data: { email: `${versionsNow.indexOf(writer)}@x`, name: 'N' },
      })
      for (const [what, read] of Object.entries(reads)) {
        for (const { cached, plain } of versionsNow)
          expectSame(printed(await read(cached)), printed(await read(plain)), what)
      }
    }
  })
})

type Seen<Client> = Readonly<Record<string, (client: Client) => PromiseLike<unknown>>>

/** Reads of either release, whose answers every write below changes. */
const earlierReads: Seen<PrismaClient> = {
  'a row': (client) => client.user.findUnique({ where: { id: 1 } }),
  'by another key': (client) => client.user.findUnique({ where: { email: 'ada@x' }, select: { name: true } }),
  'rows and what belongs to them': (client) =>
    client.user.findMany({
      orderBy: { id: 'asc' },
      select: { name: true, posts: { select: { title: true }, orderBy: { id: 'asc' } } },
    }),
  'how many': (client) => client.post.count({ where: { author: { name: 'Ada' } } }),
}
const laterReads: Seen<LaterClient> = {
  'a row': (client) => client.writer.findUnique({ where: { id: 1 } }),
  'by another key': (client) => client.writer.findUnique({ where: { mail: 'ada@x' }, select: { name: true } }),
  'rows and what belongs to them': (client) =>
    client.writer.findMany({
      orderBy: { id: 'asc' },
      select: { name: true, articles: { select: { title: true }, orderBy: { id: 'asc' } } },
    }),
  'how many': (client) => client.article.count({ where: { writer: { name: 'Ada' } } }),
}
/** Reads of a column that the database computes from the name, and that the earlier release does not know. */
const readsOfComputed: Seen<LaterClient> = {
  'a row with nothing else': (client) => client.writer.findUnique({ where: { id: 1 }, select: { initial: true } }),
  'rows by it': (client) => client.writer.findMany({ where: { initial: 'A' }, select: { id: true } }),
  'rows that are ordered by it': (client) =>
    client.writer.findMany({ where: { role: 'ADMIN' }, orderBy: { initial: 'asc' }, select: { initial: true } }),
  'how many above one': (client) => client.writer.count({ where: { initial: { gt: 'Y' } } }),
  'below another': (client) =>
    client.article.findUnique({ where: { id: 1 }, select: { title: true, writer: { select: { initial: true } } } }),
}

const earlierWrites: Seen<PrismaClient> = {
  'an update': (client) => client.user.update({ where: { id: 1 }, data: { name: 'Zoe' } }),
  'an update of many': (client) => client.user.updateMany({ where: { name: 'Ada' }, data: { name: 'Zoe' } }),
  'an upsert': (client) =>
    client.user.upsert({ where: { email: 'ada@x' }, create: { email: 'x' }, update: { name: 'Zoe' } }),
  'a nested write': (client) =>
    client.post.update({ where: { id: 1 }, data: { title: 'new', author: { update: { name: 'Zoe' } } } }),
  'a transaction': (client) => client.$transaction((tx) => tx.user.update({ where: { id: 1 }, data: { name: 'Zoe' } })),
  'raw SQL': (client) => client.$executeRaw`UPDATE "User" SET "name" = 'Zoe' WHERE "id" = 1`,
}
const laterWrites: Seen<LaterClient> = {
  'an update': (client) => client.writer.update({ where: { id: 1 }, data: { name: 'Zoe' } }),
  'an update of many': (client) => client.writer.updateMany({ where: { name: 'Ada' }, data: { name: 'Zoe' } }),
  'an upsert': (client) =>
    client.writer.upsert({ where: { mail: 'ada@x' }, create: { mail: 'x' }, update: { name: 'Zoe' } }),
  'a nested write': (client) =>
    client.article.update({ where: { id: 1 }, data: { title: 'new', writer: { update: { name: 'Zoe' } } } }),
  'a transaction': (client) =>
    client.$transaction((tx) => tx.writer.update({ where: { id: 1 }, data: { name: 'Zoe' } })),
  'raw SQL': (client) => client.$executeRaw`UPDATE "User" SET "name" = 'Zoe' WHERE "id" = 1`,
}

describe('a release that renames models, whose tables stay, and knows a computed column more', () => {
  const bench = useBench('redis')
  beforeAll(() =>
    withPostgres(bench.databaseUrl, (sql) =>
      sql.query(`ALTER TABLE "User" ADD COLUMN "initial" TEXT GENERATED ALWAYS AS (left("name", 1)) STORED`),
    ),
  )

  /** A process of each release, and a plain client of the later. */
  function releases() {
    const { databaseUrl } = bench
    const namespace = freshNamespace()
    const everyModel = { models: { User: {}, Post: {} } }
    const earlier = withPlugin(client(databaseUrl), namespace, everyModel)
    const plain = new LaterClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) })
    stopLater(() => plain.$disconnect())
    const options = { redis: inject('redisUrl'), namespace, ...patient, models: { Writer: {}, Article: {} } }
    const cached = plain.$extends(cachePlugin(options)) as unknown as LaterClient & { readonly $cache: CacheClient }
    return { earlier, later: { plain, cached } }
  }

  interface Release<Client> {
    readonly plain: Client
    readonly cached: Client & { readonly $cache: CacheClient }
  }

  /** All are cached; after the write all are true again, and not what they were. */
  async function expectSeenBy<Client>(
    { plain, cached }: Release<Client>,
    reads: Seen<Client>,
    write: () => PromiseLike<unknown>,
  ) {
    const before = new Map<string, unknown>()
    for (const [what, read] of Object.entries(reads)) {
      before.set(what, await read(cached))
      const { info } = await cached.$cache.withInfo(() => read(cached))
      expect(info.status, what).toBe('hit')
    }
    await write()
    for (const [what, read] of Object.entries(reads)) {
      const truth = await read(plain)
      expect(truth, `${what}: the write changes it`).not.toEqual(before.get(what))
      expectSame(await read(cached), truth, what)
    }
  }

  it.each(Object.entries(earlierWrites))('R31: sees %s of the earlier release', async (_, write) => {
    const { earlier, later } = releases()
    await expectSeenBy(later, laterReads, () => write(earlier.cached))
  })

  it.each(Object.entries(laterWrites))('R31: is seen by the earlier release in %s', async (_, write) => {
    const { earlier, later } = releases()
    await expectSeenBy(earlier, earlierReads, () => write(later.cached))
  })

  it.each(Object.entries(earlierWrites))(
    'R24, R31: sees what the database computes from %s of the earlier release',
    async (_, write) => {
      const { earlier, later } = releases()
      await expectSeenBy(later, readsOfComputed, () => write(earlier.cached))
    },
  )
})

/** Computed fields are getters of a proxy; dates stay dates. */
function printed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (Array.isArray(value)) return value.map(printed)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, printed(inner)]))
}

function revived(value: unknown): unknown {
  if (typeof value === 'string' && /^\d{4}-.*Z$/.test(value)) return new Date(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(revived)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, revived(inner)]))
}
