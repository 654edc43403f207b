import { Cluster, Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { type CachedModel, type PluginConfig, parseConfig } from '../../../src/core/config.ts'
import { CacheError } from '../../../src/core/errors.ts'

const models = ['City', 'Country', 'PageView']
const known = {
  models: new Map(models.map((name) => [name, name === 'City' ? ['id', 'population'] : ['id']])),
  tables: new Map(models.map((name) => [name, name === 'City' ? 'PageView' : name])),
  provider: 'postgresql',
}
const context = { result: null, args: {}, operation: 'findMany' }

const parse = (config: unknown, provider = known.provider) => parseConfig(config, { ...known, provider })

function ttlMsOf(model: CachedModel | undefined, result: unknown): number | undefined {
  return model?.ttl.kind === 'computed' ? model.ttl.msOf({ ...context, result }) : undefined
}

function problemsOf(config: unknown, provider?: string): readonly string[] {
  try {
    parse(config, provider)
  } catch (error) {
    if (error instanceof CacheError && error.code === 'CONFIG.INVALID') return error.problems
    throw error
  }
  return []
}

describe('a valid configuration', () => {
  it('is complete when nothing is given', () => {
    const { onEvent, ...config } = parse({})
    expect(config).toEqual({
      redis: null,
      readOnlyFunctions: new Set(),
      namespace: 'cache',
      defaults: {
        ...{
          strategy: 'cache-aside',
          ttl: { kind: 'fixed', ms: 300_000 },
          staleWhileRevalidateMs: 0,
          staleIfErrorMs: 0,
          refreshAhead: null,
        },
        loadTimeout: { softMs: Number.POSITIVE_INFINITY, hardMs: Number.POSITIVE_INFINITY },
        ...{ maxConcurrentLoads: Number.POSITIVE_INFINITY, maxEntryBytes: 4 * 1024 * 1024 },
      },
      models: {},
      leaseMs: 10_000,
      loadLeaseMs: 3000,
      loadWaitMs: 5000,
      commandDeadlineMs: 200,
      alsoChanges: new Map(),
      checkTriggers: false,
      checkWriters: false,
      flushDeadlineMs: 30_000,
      drainDeadlineMs: 10_000,
      memory: { maxBytes: 67_108_864 },
      codec: 'schema',
      compressMinBytes: Number.POSITIVE_INFINITY,
    })
    expect(onEvent).toBeNull()
  })

  it('says which models and fields change with a model', () => {
    const { alsoChanges, checkTriggers } = parse({
      alsoChanges: { City: ['Country', 'City.population'], PageView: [], Country: undefined },
      checkTriggers: true,
    })
    expect([...alsoChanges]).toEqual([
      [
        'City',
        [
          { model: 'Country', field: null },
          { model: 'City', field: 'population' },
        ],
      ],
      ['PageView', []],
    ])
    expect(checkTriggers).toBe(true)
  })

  it('takes explicit undefined for absent', () => {
    const { onEvent: _, ...empty } = parse({})
    const { onEvent: __, ...given } = parse({
      redis: undefined,
      defaults: { ttl: undefined },
      lease: undefined,
      memory: undefined,
    })
    expect(given).toEqual(empty)
  })

  it('completes models from the defaults', () => {
    const config: PluginConfig<'City' | 'Country' | 'PageView'> = {
      defaults: { strategy: 'write-behind', ttl: '1m', staleWhileRevalidate: 3 },
      models: { City: { batch: { maxSize: 9 } }, Country: { strategy: 'cache-aside', ttl: '1h', staleIfError: '1d' } },
    }
    const { models } = parse(config)
    const { City, Country, PageView } = models
    expect(City).toMatchObject({ strategy: 'write-behind', staleWhileRevalidateMs: 3000, staleIfErrorMs: 0 })
    expect(City?.batch).toEqual({ maxSize: 9, maxDelayMs: 200 })
    expect(City).toMatchObject({ durability: 'accepted', acceptLoss: false, pendingReads: 'flush' })
    expect(City).toMatchObject({ backlogMax: 100_000, partitions: 1, sequenceBlock: 100 })
    expect(parse({ ...config, acceptLoss: true }).models.City?.acceptLoss).toBe(true)
    expect(City?.ttl).toEqual({ kind: 'fixed', ms: 60_000 })
    expect(City?.fixedTags).toEqual([])
    expect(Country).toMatchObject({ strategy: 'cache-aside', staleIfErrorMs: 86_400_000 })
    expect(Country?.ttl).toEqual({ kind: 'fixed', ms: 3_600_000 })
    expect(PageView).toBeUndefined()
  })

  it('finds no model by an inherited name', () => {
    expect(parse({}).models.constructor).toBeUndefined()
  })

  it('is frozen at every level', () => {
    const config = parse({ models: { City: { tags: ['a'] } } })
    const parts = [config, config.defaults, config.models, config.memory, config.models.City, config.models.City?.batch]
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true))
    expect(Object.isFrozen(config.models.City?.fixedTags)).toBe(true)
  })

  it('keeps an ioredis client or codec as it is', () => {
    const redis = new Redis({ lazyConnect: true })
    const codec = { name: 'mine', encode: String, decode: String }
    const config = parse({ redis, codec })
    expect(config.redis).toBe(redis)
    expect(config.codec).toBe(codec)
    expect(Object.isFrozen(redis)).toBe(false)
  })

  it.each(['redis://localhost', 'redis://[::1]/0/', 'rediss://user:secret@host:6380/2?db=2', '/run/redis.sock'])(
    'takes %s for a store',
    (redis) => {
      expect(parse({ redis }).redis).toBe(redis)
    },
  )

  it('calls ttl and tags functions with the result', () => {
    const City = { ttl: ({ result }: { result: unknown }) => (result === null ? 5 : '1m'), tags: () => ['a', 'b', 'a'] }
    const model = parse({ models: { City } }).models.City
    expect(ttlMsOf(model, null)).toBe(5000)
    expect(ttlMsOf(model, [])).toBe(60_000)
    expect(model?.resultTags?.(context)).toEqual(['a', 'b'])
  })

  it('takes a range for a TTL that adapts', () => {
    const { defaults, models } = parse({
      defaults: { ttl: { adaptive: { min: '1s', max: '1h' } } },
      models: { City: {}, Country: { ttl: { adaptive: { min: 1, max: 1, staleShare: 0.5 } } }, PageView: { ttl: 7 } },
    })
    expect(defaults.ttl).toEqual({ kind: 'adaptive', minMs: 1000, maxMs: 3_600_000, staleShare: 0.01 })
    expect(models.City?.ttl).toEqual(defaults.ttl)
    expect(models.Country?.ttl).toEqual({ kind: 'adaptive', minMs: 1000, maxMs: 1000, staleShare: 0.5 })
    expect(models.PageView?.ttl).toEqual({ kind: 'fixed', ms: 7000 })
  })

  it('takes what is said of freshness from the model, else from the defaults', () => {
    const { City, Country, PageView } = parse({
      defaults: { refreshAhead: 0.8, staleIfError: '1h', loadTimeout: { soft: '1s' }, maxEntryBytes: 100 },
      models: {
        City: { refreshAhead: { beta: 2 }, loadTimeout: { hard: '9s' }, maxConcurrentLoads: 4 },
        Country: { refreshAhead: false, staleIfError: 0, maxEntryBytes: 7 },
        PageView: {},
      },
    }).models
    const none = Number.POSITIVE_INFINITY
    expect(City).toMatchObject({
      ...{ refreshAhead: { kind: 'xfetch', beta: 2 }, staleIfErrorMs: 3_600_000, maxConcurrentLoads: 4 },
      ...{ loadTimeout: { softMs: 1000, hardMs: 9000 }, maxEntryBytes: 100 },
    })
    expect(Country).toMatchObject({ refreshAhead: null, staleIfErrorMs: 0, maxConcurrentLoads: none, maxEntryBytes: 7 })
    expect(PageView).toMatchObject({
      refreshAhead: { kind: 'threshold', part: 0.8 },
      loadTimeout: { softMs: 1000, hardMs: none },
    })
    expect(parse({ models: { City: {} } }).models.City).toMatchObject({
      ...{ refreshAhead: null, staleIfErrorMs: 0, maxConcurrentLoads: none, maxEntryBytes: 4 * 1024 * 1024 },
      ...{ loadTimeout: { softMs: none, hardMs: none }, validate: null },
    })
  })

  it('refuses what ttl and tags functions should not return', () => {
    const model = parse({ models: { City: { ttl: () => 'soon', tags: () => ['a', ''] } } }).models.City
    expect(() => ttlMsOf(model, null)).toThrow(`models.City.ttl(): expected a duration such as '5m', got 'soon'`)
    expect(() => model?.resultTags?.(context)).toThrow(/models\.City\.tags\(\): expected a tag of 1 to 128 characters/)
  })

  it('ignores what a listener throws', () => {
    const seen: string[] = []
    const { onEvent } = parse({
      onEvent: (event: { kind: string }) => {
        seen.push(event.kind)
        throw new Error('listener')
      },
    })
    expect(() => onEvent?.({ kind: 'store-recovered', downMs: 1 })).not.toThrow()
    expect(seen).toEqual(['store-recovered'])
  })

  it('ignores that a listener rejects', async () => {
    const rejections: unknown[] = []
    const note = (error: unknown) => rejections.push(error)
    process.on('unhandledRejection', note)
    const { onEvent } = parse({ onEvent: () => Promise.reject(new Error('listener')) })
    onEvent?.({ kind: 'store-recovered', downMs: 1 })
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    process.off('unhandledRejection', note)
    expect(rejections).toEqual([])
  })

  it('shows functions a result that they may change', () => {
    const row = () => ({ id: 1, at: new Date(0), list: [2, 1], bytes: Uint8Array.of(1), json: { a: [null] }, big: 1n })
    const spoil = ({ result }: { result: unknown }) => {
      const [one] = result as ReturnType<typeof row>[]
      expect(one).toEqual(row())
      one!.list.sort()
      one!.at.setTime(1)
      one!.bytes[0] = 2
      one!.json.a.push(null)
      Object.assign(one!, { id: 2 })
      return true
    }
    const functions = {
      ttl: (call: never) => (spoil(call) ? 1 : 2),
      tags: (call: never) => (spoil(call) ? [] : ['x']),
      validate: spoil,
    }
    const { City: model } = parse({ models: { City: functions } }).models
    const result = [row()]
    const shown = { ...context, result }
    expect([ttlMsOf(model, result), model?.resultTags?.(shown), model?.validate?.(shown)]).toEqual([1000, [], true])
    expect(result).toEqual([row()])
  })

  it('refuses a promise as the verdict of validate', () => {
    const { City: model } = parse({ models: { City: { validate: async () => false } } }).models
    expect(() => model?.validate?.(context)).toThrow('models.City.validate(): expected true or false')
  })
})

describe('write-behind', () => {
  it('has batches that one command can settle', () => {
    const sized = (maxSize: number) => ({ models: { City: { strategy: 'write-behind', batch: { maxSize } } } })
    expect(problemsOf(sized(10_000))).toEqual([])
    expect(problemsOf(sized(10_001))).toEqual(['models.City.batch.maxSize: expected at most 10000, got 10001'])
  })

  it('is for one of the models whose tables have the same name', () => {
    const strategy = 'write-behind'
    const problem = "models.PageView.strategy: 'write-behind' is that of City already, whose table has the same name"
    expect(problemsOf({ models: { City: { strategy }, Country: { strategy }, PageView: { strategy } } })).toEqual([
      problem,
    ])
    expect(problemsOf({ defaults: { strategy }, models: { City: {}, PageView: {} } })).toEqual([problem])
    expect(problemsOf({ models: { City: { strategy }, PageView: {} } })).toEqual([])
  })
})

describe('redis', () => {
  const problem =
    'redis: expected a redis:// or rediss:// URL, whose path is the number of a database, an absolute socket path, ioredis options or an ioredis client'

  it.each([
    ['the options of another client', { url: 'redis://127.0.0.1:1' }],
    ['a URL with a name in the place of a database', 'redis://127.0.0.1:1/my-shop'],
    ['a URL with a name for its database', 'redis://127.0.0.1:1?db=x'],
    ['options with such a name', { host: '127.0.0.1', db: 'x' }],
    ['those with a socket', { socket: { host: 'h', port: 1 } }],
    [
      'a client that is none of ioredis',
      new (class {
        duplicate() {}
      })(),
    ],
    ['a map', new Map([['host', 'h']])],
    ['a port that is none', { port: 'x' }],
  ])('is not %s', (_, redis) => {
    expect(problemsOf({ redis })).toEqual([problem])
  })

  it.each([
    ['options', { host: 'h', port: '6380', db: 2 }],
    ['no options', {}],
    ['the path of a socket', { path: '/tmp/redis.sock' }],
    ['a client', new Redis({ lazyConnect: true })],
    ['a cluster', new Cluster(['redis://127.0.0.1:1'], { lazyConnect: true })],
  ])('may be %s', (_, redis) => {
    expect(() => parse({ redis })).not.toThrow()
  })
})

describe('an invalid configuration', () => {
  it('is reported with every problem at once', () => {
    const config = {
      redis: 'http://user:secret@host',
      namespace: 'a b',
      defaults: { ttl: -1, strategy: 'write-thru' },
      models: {
        City: { ttl: 'soon', tgas: [], tags: ['ok', '', 5], staleIfError: null },
        city: {},
        Planet: {},
        Country: { batch: { maxSize: 5n, maxDelay: 'x' }, acceptLoss: 1, sequenceBlock: -1 },
        PageView: { strategy: 'write-behind', durability: 'sure', pendingReads: 'wait', backlogMax: 0, partitions: 65 },
      },
      acceptLoss: 'yes',
      flushDeadline: 0,
      lease: '10ms',
      loadLease: 0.01,
      commandDeadline: 0,
      readOnlyFunctions: ['ok', 'app.f', 'f()', ''],
      alsoChanges: { City: ['Countri', 'City.populaton', 'City.id.x', 5], Planet: [], Country: 'City' },
      checkTriggers: 'yes',
      checkWriters: 1,
      memory: { maxBytes: 1.5 },
      codec: { name: 'x' },
      compressMinBytes: 0.5,
      onEvent: 'log',
      modles: {},
      cheese: 1,
    }
    expect([...problemsOf(config)].sort()).toEqual(
      [
        'redis: expected a redis:// or rediss:// URL, whose path is the number of a database, an absolute socket path, ioredis options or an ioredis client',
        `namespace: expected a non-empty string without spaces and braces, got 'a b'`,
        `defaults.ttl: expected a duration such as '5m', got -1`,
        `defaults.strategy: expected one of 'cache-aside', 'read-through', 'write-through', 'write-behind', got 'write-thru'`,
        `models.City.ttl: expected a duration such as '5m', got 'soon'`,
        `models.City.tgas: unknown option, did you mean 'tags'?`,
        `models.City.tags[1]: expected a tag of 1 to 128 characters, got ''`,
        'models.City.tags[2]: expected a tag, got 5',
        `models.City.staleIfError: expected a duration such as '5m', got null`,
        `models.city: unknown model, did you mean 'City'?`,
        'models.Planet: unknown model, known are City, Country, PageView',
        'models.Country.batch.maxSize: expected a whole number, got 5n',
        `models.Country.batch.maxDelay: expected a duration such as '5m', got 'x'`,
        `models.Country.batch: only for the strategy 'write-behind'`,
        'models.Country.acceptLoss: expected true or false, got 1',
        'models.Country.sequenceBlock: expected a whole number of at least 0, got -1',
        `models.Country.acceptLoss: only for the strategy 'write-behind'`,
        `models.Country.sequenceBlock: only for the strategy 'write-behind'`,
        `models.PageView.durability: expected one of 'accepted', 'replicated', 'fsynced', 'applied', got 'sure'`,
        `models.PageView.pendingReads: expected one of 'flush', 'stale', got 'wait'`,
        'models.PageView.backlogMax: expected a whole number of at least 1, got 0',
        'models.PageView.partitions: expected at most 64, got 65',
        `acceptLoss: expected true or false, got 'yes'`,
        'flushDeadline: expected a duration of at least 1ms, got 0',
        `lease: expected a duration of at least 1s, got '10ms'`,
        'loadLease: expected a duration of at least 100ms, got 0.01',
        'commandDeadline: expected a duration of at least 1ms, got 0',
        `readOnlyFunctions[1]: expected a name without its schema, arguments and quotes, got 'app.f'`,
        `readOnlyFunctions[2]: expected a name without its schema, arguments and quotes, got 'f()'`,
        `readOnlyFunctions[3]: expected a name without its schema, arguments and quotes, got ''`,
        `alsoChanges.City[0]: unknown model, did you mean 'Country'?`,
        `alsoChanges.City[1]: unknown field, did you mean 'City.population'?`,
        `alsoChanges.City[2]: unknown field, did you mean 'City.id'?`,
        'alsoChanges.City[3]: expected a name, got 5',
        'alsoChanges.Planet: unknown model, known are City, Country, PageView',
        `alsoChanges.Country: expected a list, got 'City'`,
        `checkTriggers: expected true or false, got 'yes'`,
        'checkWriters: expected true or false, got 1',
        'memory.maxBytes: expected a whole number, got 1.5',
        "codec: expected 'schema', 'superjson', or an object with `name`, `encode` and `decode`",
        'compressMinBytes: expected a whole number, got 0.5',
        "onEvent: expected a function, got 'log'",
        `modles: unknown option, did you mean 'models'?`,
        'cheese: unknown option, known are redis, namespace, defaults, models, lease, loadLease, loadWait, commandDeadline, readOnlyFunctions, alsoChanges, checkTriggers, checkWriters, acceptLoss, flushDeadline, drainDeadline, memory, codec, compressMinBytes, onEvent',
      ].sort(),
    )
  })

  it('tells what is wrong about freshness', () => {
    const expectedAhead = 'expected a number between 0 and 1, { beta: a number above 0 }, or false'
    expect(
      problemsOf({
        defaults: { refreshAhead: true, maxEntryBytes: 0 },
        models: {
          City: { refreshAhead: 1, loadTimeout: { soft: 0, later: 1 }, maxConcurrentLoads: 1.5, validate: true },
          Country: { refreshAhead: { beta: 0 }, loadTimeout: { soft: '2s', hard: '1s' } },
          PageView: { refreshAhead: { beta: 1, part: 0.5 }, loadTimeout: '1s' },
        },
      }),
    ).toEqual([
      `defaults.refreshAhead: ${expectedAhead}, got true`,
      'defaults.maxEntryBytes: expected a whole number of at least 1, got 0',
      `models.City.refreshAhead: ${expectedAhead}, got 1`,
      'models.City.loadTimeout.soft: expected a duration of at least 1ms, got 0',
      'models.City.loadTimeout.later: unknown option, known are soft, hard',
      'models.City.maxConcurrentLoads: expected a whole number, got 1.5',
      'models.City.validate: expected a function, got true',
      `models.Country.refreshAhead: ${expectedAhead}, got an object`,
      'models.Country.loadTimeout: expected soft to be at most hard',
      `models.PageView.refreshAhead: ${expectedAhead}, got an object`,
      `models.PageView.loadTimeout: expected an object, got '1s'`,
    ])
  })

  it('tells what is wrong about a TTL that adapts', () => {
    const share = 'expected a number between 0.001 and 0.5'
    expect(
      problemsOf({
        defaults: { ttl: { adaptive: { min: '2s', max: '1s' } } },
        models: {
          City: { ttl: { adaptive: { min: 0, staleShare: 0 } } },
          Country: { ttl: { adaptive: { min: 1, max: 2, staleShare: 0.6, mean: 1 } } },
          PageView: { ttl: { min: 1 } },
        },
      }),
    ).toEqual([
      'defaults.ttl.adaptive: expected min to be at most max',
      'models.City.ttl.adaptive.min: expected a duration of at least 1ms, got 0',
      `models.City.ttl.adaptive.max: expected a duration such as '5m', got undefined`,
      `models.City.ttl.adaptive.staleShare: ${share}, got 0`,
      `models.Country.ttl.adaptive.staleShare: ${share}, got 0.6`,
      'models.Country.ttl.adaptive.mean: unknown option, known are min, max, staleShare',
      'models.PageView.ttl.adaptive: expected an object, got undefined',
      'models.PageView.ttl.min: unknown option, known are adaptive',
    ])
  })

  it('asks for triggers where there is no catalog of them', () => {
    expect(problemsOf({ checkTriggers: true }, 'mysql')).toEqual(['checkTriggers: only for PostgreSQL, not for mysql'])
    expect(problemsOf({ checkTriggers: false, checkWriters: false }, 'mysql')).toEqual([])
    expect(problemsOf({ checkWriters: true }, 'cockroachdb')).toEqual([
      'checkWriters: only for PostgreSQL, not for cockroachdb',
    ])
  })

  it('lists the problems in the message, one line each', () => {
    expect(() => parse({ lease: 'x', loadWait: 'y' })).toThrow(
      `The configuration is invalid:\nlease: expected a duration such as '5m', got 'x'\nloadWait: expected a duration such as '5m', got 'y'`,
    )
  })

  it('never repeats a password', () => {
    expect(problemsOf({ redis: 'https://:hunter2@host' }).join()).not.toContain('hunter2')
  })

  it.each([[5], [null], [[]], [undefined]])('is %j itself', (config) => {
    expect(problemsOf(config)).toHaveLength(1)
    expect(problemsOf(config)[0]).toMatch(/^configuration: expected an object, got /)
  })

  it.each(['', 'localhost', 'redis://', '//host', 'redis'])('has %j for a store', (redis) => {
    expect(problemsOf({ redis })).toHaveLength(1)
  })

  it.each(['', 'a{b', 'a}b', 'a\tb', 5])('has %j for a namespace', (namespace) => {
    expect(problemsOf({ namespace })).toHaveLength(1)
  })

  it('has more than 64 tags', () => {
    const tags = Array.from({ length: 65 }, (_, i) => `t${i}`)
    expect(problemsOf({ models: { City: { tags } } })).toEqual(['models.City.tags: expected at most 64 tags, got 65'])
    expect(problemsOf({ models: { City: { tags: tags.slice(1) } } })).toEqual([])
  })
})
