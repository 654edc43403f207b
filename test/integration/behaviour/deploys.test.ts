import { PrismaPg } from '@prisma/adapter-pg'
import { describe, expect, inject, it } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { cachePlugin } from '../../../src/index.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshNamespace } from '../../services/fresh.ts'
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
