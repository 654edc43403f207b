import type { DataModel, Model } from './analysis/data-model.ts'
import { rowTypesOf } from './analysis/row-types.ts'
import { columnsOfSchema } from './analysis/writes/touched.ts'
import { systemClock } from './core/clock.ts'
import { compressing } from './core/codec/compressing.ts'
import { schemaCodec } from './core/codec/schema-codec.ts'
import { superjsonCodec } from './core/codec/superjson-codec.ts'
import type { CodecChoice, ResultCodec } from './core/codec.ts'
import { type KnownSchema, parseConfig } from './core/config.ts'
import { entryFormat } from './core/entry.ts'
import { CacheError } from './core/errors.ts'
import type { CacheEvent } from './core/events.ts'
import { fingerprint } from './core/key.ts'
import { createNonceSource } from './core/nonce.ts'
import type { Store } from './core/store.ts'
import { createBatches } from './prisma/batches.ts'
import { accelerateClient, cacheClient } from './prisma/cache-client.ts'
import { callableModels } from './prisma/calls.ts'
import { checkTriggers } from './prisma/checks/check-triggers.ts'
import { checkWriters } from './prisma/checks/check-writers.ts'
import { createStartChecks } from './prisma/checks/start-checks.ts'
import { databaseIdentity } from './prisma/database-identity.ts'
import { createExplainScope } from './prisma/explain-scope.ts'
import { attach, type ExtendableClient } from './prisma/extension.ts'
import { adapterOf, clientVersionOf, ignoresTransactions, schemaTextOf } from './prisma/internals.ts'
import { createLifecycle } from './prisma/lifecycle.ts'
import { createApplier } from './prisma/pending/applier.ts'
import { openFlushClient } from './prisma/pending/flush-client.ts'
import { createIsolation } from './prisma/pending/isolation.ts'
import { rowLoader } from './prisma/pending/load-row.ts'
import { referencesTo } from './prisma/pending/neighbours.ts'
import { pendingModels } from './prisma/pending/pending-models.ts'
import { createSequences } from './prisma/pending/sequence.ts'
import { createUnseenColumns } from './prisma/pending/unseen-columns.ts'
import { createInfoScope } from './prisma/read-info.ts'
import { createReadMemo } from './prisma/read-memo.ts'
import type { Runtime } from './prisma/runtime.ts'
import { readDataModel } from './prisma/schema/read-data-model.ts'
import { storedRows } from './prisma/stored-rows.ts'
import { createTransactions } from './prisma/transactions.ts'
import { isOutage } from './prisma/transient.ts'
import type { CachePlugin } from './prisma/types.ts'
import { Decimal } from './prisma/values.ts'
import { createWriteMemo } from './prisma/write-memo.ts'
import { createMemoryStore } from './stores/memory/memory-store.ts'
import { withPeers } from './stores/memory/peers.ts'
import { pendingStateOf } from './stores/memory/pending-state.ts'
import { createRedisStore } from './stores/redis/redis-store.ts'
import { createCacheAside } from './strategies/cache-aside.ts'
import { createEntryTtls } from './strategies/entry-ttl.ts'
import { createExpectedTags } from './strategies/expected-tags.ts'
import { createInvalidator } from './strategies/invalidator.ts'
import { createLoadSlots } from './strategies/load-slots.ts'
import { createParsedEntries } from './strategies/parsed-entries.ts'
import { noWriteBehind } from './strategies/pending/no-write-behind.ts'
import { createWriteBehind } from './strategies/pending/write-behind.ts'
import { createShapeLimits } from './strategies/shape-limits.ts'
import { createStats } from './strategies/stats.ts'
import { createSweeper } from './strategies/sweeper.ts'
import { createWarner } from './strategies/warner.ts'
import { createWriteThrough } from './strategies/write-through.ts'

/**
 * Caches the reads of a Prisma client, and never serves one that a write has made stale.
 *
 * @param config see {@link PluginConfig}; checked against the schema when the client is extended.
 * @returns an extension: `new PrismaClient({ adapter }).$extends(cachePlugin({ redis, models: { City: { ttl: '10m' } } }))`
 * @throws CacheError `CONFIG.INVALID`, from `$extends`, with every problem of the configuration.
 */
export const cachePlugin = ((config: unknown = {}) =>
  (client: ExtendableClient) =>
    attach(client, createRuntime(client, config))) as unknown as CachePlugin

/** An expired intent is found a sweep later: together they make up the promised lease. */
const intentShare = 0.8
const sweepShare = 0.1
const sweepMsMax = 1000

function createRuntime(client: ExtendableClient, input: unknown): Runtime {
  if ('$cache' in client) {
    throw new CacheError('CONFIG.INVALID', 'This client has a cache already.', {
      fix: 'Extend it with cachePlugin once.',
    })
  }
  const schema = schemaTextOf(client)
  if (schema === null) {
    throw new CacheError('CONFIG.INVALID', 'This is not a client of Prisma 7: it does not hold its schema.')
  }
  const dataModel = readDataModel(schema)
  const config = parseConfig(input, knownSchema(dataModel))

  const stats = createStats()
  const warn = createWarner()
  const report = (event: CacheEvent) => {
    stats.count(event)
    config.onEvent?.(event)
    warn(event)
  }
  const clock = systemClock
  const makeNonce = createNonceSource()
  const codec = compressing(codecOf(config.codec, dataModel), config.compressMinBytes)
  const intentMs = config.leaseMs * intentShare
  const { namespace } = config
  const models = new Map([...dataModel.models.values()].map(({ name, table }) => [name, table]))
  const store: Store =
    config.redis === null
      ? withPeers(
          createMemoryStore({
            ...{ clock, makeNonce, maxBytes: config.memory.maxBytes },
            pendingState: pendingStateOf(namespace),
            tableOf: (model) => models.get(model) ?? model,
          }),
          { namespace, models },
        )
      : createRedisStore({
          source: config.redis,
          namespace,
          models,
          commandDeadlineMs: config.commandDeadlineMs,
          leaseMs: intentMs,
          clock,
          makeNonce,
          report,
        })
  const columnsOf = columnsOfSchema(dataModel)
  const shared = fingerprint([
    ...[schema, clientVersionOf(client), codec.name, entryFormat],
    databaseIdentity(adapterOf(client), process.env),
  ])
  const entryTtls = createEntryTtls(clock)
  const rows = storedRows({ config, dataModel, entryTtls }, shared)
  const pending = pendingModels({ config, dataModel, entryTtls }, rows)
  const flushClient = pending.size === 0 ? null : openFlushClient(client, clock)
  const writeBehind =
    flushClient === null
      ? noWriteBehind
      : createWriteBehind({
          ...{ store, codec, clock, makeNonce, report, columnsOf, namespace, random: Math.random },
          models: pending,
          applier: createApplier({ client: flushClient.client, use: flushClient.use, dataModel }),
          referencedBy: referencesTo(dataModel, (name) => pending.has(name)),
          leadMs: config.loadLeaseMs,
          gateMs: config.leaseMs,
          flushDeadlineMs: config.flushDeadlineMs,
          loadRow: rowLoader(client, { dataModel, storedRows: rows }),
          reserveIds: createSequences(client, { config, dataModel }),
        })
  const { settled, gates } = writeBehind
  const awaited = (names: Iterable<string>) =>
    [...names].filter((name) => pending.has(name) && config.models[name]!.pendingReads === 'flush')
  const invalidator = createInvalidator({ store, clock, makeNonce, report, intentMs, columnsOf, gates })
  const writeThrough = createWriteThrough({ store, codec, clock, makeNonce, report, columnsOf, random: Math.random })
  const limits = createShapeLimits({ clock })
  const info = createInfoScope()
  const { loadLeaseMs, loadWaitMs } = config
  const reader = createCacheAside({
    ...{ store, codec, clock, report, makeNonce, invalidator, limits, loadLeaseMs, loadWaitMs, settled },
    random: Math.random,
    expected: createExpectedTags(),
    parsedEntries: createParsedEntries(codec),
    areAgesTold: () => config.onEvent !== null || info.isOpen(),
    isOutage,
    slots: createLoadSlots(clock),
  })
  const everyMs = Math.min(config.leaseMs * sweepShare, sweepMsMax)
  const sweeper = createSweeper({ store, clock, report, intentMs, everyMs })

  const catalog = { client, dataModel, report }
  const checks = createStartChecks([
    ...(config.checkTriggers ? [() => checkTriggers({ ...catalog, declared: config.alsoChanges })] : []),
    ...(config.checkWriters ? [() => checkWriters({ ...catalog, models: config.models })] : []),
  ])
  const explain = createExplainScope()
  const lifecycle = createLifecycle({
    ...{ store, reader, invalidator, writeBehind, sweeper, checks, clock, report },
    closeFlushClient: (others) => (flushClient ? flushClient.close(others) : others()),
    drainDeadlineMs: config.drainDeadlineMs,
  })
  const { wake } = lifecycle
  const cache = cacheClient({ store, dataModel, invalidator, info, explain, stats: stats.read, writeBehind, wake })

  return {
    config,
    dataModel,
    declared: config.alsoChanges,
    knownViews: new Set([...config.alsoChanges.values()].flat().map(({ model }) => model)),
    keepsOnError: ignoresTransactions(client),
    limits,
    readMemo: createReadMemo(limits, { keepUndefined: dataModel.strictUndefinedChecks, random: Math.random }),
    writeMemo: createWriteMemo(dataModel),
    entryTtls,
    shapesInUse: (model) => store.shapesInUse(model),
    reader,
    invalidator,
    writeThrough,
    writeBehind,
    unseenColumns: createUnseenColumns(client, dataModel),
    awaited,
    storedRows: rows,
    callable: callableModels(dataModel),
    transactions: createTransactions(invalidator, writeThrough),
    seesCommitted: createIsolation(client, dataModel.provider),
    batches: createBatches(invalidator),
    info,
    explain,
    report,
    cache,
    accelerate: accelerateClient(cache),
    fingerprint: shared,
    lifecycle,
  }
}

function codecOf(choice: CodecChoice, dataModel: DataModel): ResultCodec {
  if (choice === 'schema') return schemaCodec({ Decimal, types: rowTypesOf(dataModel) })
  const given = choice === 'superjson' ? superjsonCodec({ Decimal }) : choice
  // What they take besides is their own: `JSON.stringify` takes a replacer.
  return { name: given.name, encode: (value) => given.encode(value), decode: (text) => given.decode(text) }
}

/** The models and fields that a configuration may name. */
function knownSchema({ models, provider }: DataModel): KnownSchema {
  const named = [...models.values()].filter((model) => !model.isJoinTable)
  const fields = (model: Model) => model.scalars.map((field) => field.name)
  return {
    models: new Map(named.map((model) => [model.name, fields(model)])),
    tables: new Map(named.map(({ name, table }) => [name, table])),
    provider,
  }
}
