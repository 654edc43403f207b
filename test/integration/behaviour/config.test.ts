import { describe, expect, it } from 'vitest'
import { CacheError, cachePlugin } from '../../../src/index.ts'
import { watchedClient } from '../../services/client.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { cachedClient } from '../cached-client.ts'
import { storeKinds, useBench } from './bench.ts'

describe('configuration', () => {
  const extend = (config: unknown) =>
    watchedClient('postgresql://nobody@127.0.0.1:1/none').client.$extends(cachePlugin(config as never))
  const problemsOf = (config: unknown) => {
    try {
      extend(config)
    } catch (error) {
      if (error instanceof CacheError) return { code: error.code, problems: error.problems }
      throw error
    }
    return expect.unreachable()
  }

  it('is refused with every problem at once', () => {
    const { code, problems } = problemsOf({
      redis: 'http://example.test',
      namespace: 'with space',
      defaults: { ttl: 'soon' },
      models: { Citty: {}, City: { ttl: -1, tags: ['x', 7], strategy: 'none' }, Note: { tll: 1 } },
      lease: '10ms',
      commandDeadline: 0,
      onEvent: 'log',
      near: true,
    })
    expect(code).toBe('CONFIG.INVALID')
    const starts = problems.map((problem) => problem.slice(0, problem.indexOf(':')))
    expect(starts.sort()).toEqual(
      [
        ...['redis', 'namespace', 'defaults.ttl', 'models.Citty', 'models.City.ttl', 'models.City.tags[1]'],
        ...['models.City.strategy', 'models.Note.tll', 'lease', 'commandDeadline', 'onEvent', 'near'],
      ].sort(),
    )
    expect(problems.find((problem) => problem.startsWith('models.Citty'))).toMatch(/did you mean 'City'/)
  })

  it('does not know the join tables, which the client has no model of', () => {
    expect(problemsOf({ models: { _PostToTag: {} } }).problems).toEqual([expect.stringContaining('models._PostToTag')])
  })

  it('does not repeat a password', () => {
    expect(JSON.stringify(problemsOf({ redis: 'reddis://:secret@host' }))).not.toContain('secret')
  })

  it('is refused on a client that has a cache', () => {
    expect(() => (extend({}) as unknown as ReturnType<typeof watchedClient>['client']).$extends(cachePlugin())).toThrow(
      /This client has a cache already/,
    )
  })

  it('is refused on what is no client', () => {
    expect(() => (cachePlugin() as unknown as (client: object) => unknown)({ $extends: () => ({}) })).toThrow(
      expect.objectContaining({ code: 'CONFIG.INVALID' }),
    )
  })

  it('may be left out: nothing is cached then, and everything works', async () => {
    const { client } = watchedClient(await freshDatabase())
    const prisma = client.$extends(cachePlugin())
    await prisma.team.create({ data: { name: 'core' } })
    const { data, info } = await prisma.$cache.withInfo(() => prisma.team.count())
    expect([data, info.status]).toEqual([1, 'bypass'])
    await prisma.$disconnect()
  })
})

describe.each(storeKinds)('two instances (%s)', (kind) => {
  const bench = useBench(kind)

  it('share nothing but a namespace', async () => {
    const { databaseUrl, first } = bench
    const stranger = cachedClient({ databaseUrl })
    const read = () => stranger.prisma.$cache.withInfo(() => stranger.prisma.city.findUnique({ where: { id: 1 } }))
    await first.prisma.city.findUnique({ where: { id: 1 } })
    expect((await read()).info.status).toBe('miss')
    await first.prisma.$cache.invalidateAll()
    expect((await read()).info.status, 'an invalidation elsewhere').toBe('hit')
  })
})
