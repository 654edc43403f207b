import type { CacheConfig, CacheDefaults, CachedModel, Freshness, LoadLimits } from './config/cache-config.ts'
import { tagList } from './config/parts.ts'
import type { ResultContext } from './config/plugin-config.ts'
import { expectedGot, problemLines } from './config/problems.ts'
import { configSchema, type KnownSchema, type ParsedFreshness, type ParsedModel } from './config/schema.ts'
import { copied } from './copied.ts'
import { parseDuration } from './duration.ts'
import { CacheError } from './errors.ts'
import type { Report } from './events.ts'
import { isPromise } from './soon.ts'

export type { CacheConfig, CachedModel, RefreshAhead, Ttl } from './config/cache-config.ts'
export { type ParsedStrategy, parseCacheStrategy } from './config/cache-strategy.ts'
export type {
  AdaptiveTtlConfig,
  BatchConfig,
  DefaultsConfig,
  Durability,
  LoadTimeoutConfig,
  MemoryConfig,
  ModelConfig,
  PendingReads,
  PluginConfig,
  RefreshAheadConfig,
  ResultContext,
  Strategy,
} from './config/plugin-config.ts'
export type { KnownSchema } from './config/schema.ts'

/**
 * The user's configuration, checked against the schema and completed with the defaults.
 *
 * @throws CacheError `CONFIG.INVALID` with every problem.
 */
export function parseConfig(input: unknown, known: KnownSchema): CacheConfig {
  const parsed = configSchema(known).safeParse(input)
  const problems = [
    ...(parsed.success ? [] : problemLines(parsed.error)),
    ...strayOptions(input),
    ...tablesAlike(input, known),
  ]
  if (!parsed.success || problems.length > 0) throw invalid(problems)

  const {
    defaults: given,
    models,
    memory,
    lease,
    loadLease,
    loadWait,
    commandDeadline,
    acceptLoss,
    ...config
  } = parsed.data
  const defaults: CacheDefaults = Object.freeze({
    strategy: given?.strategy ?? 'cache-aside',
    ttl: given?.ttl ?? usualTtl,
    ...freshnessOf(given ?? {}, usual),
  })
  return Object.freeze({
    redis: config.redis ?? null,
    namespace: config.namespace,
    defaults,
    models: cachedModels(models, { ...defaults, acceptLoss }),
    leaseMs: lease,
    loadLeaseMs: loadLease,
    loadWaitMs: loadWait,
    commandDeadlineMs: commandDeadline,
    readOnlyFunctions: new Set(config.readOnlyFunctions),
    alsoChanges: new Map(
      Object.entries(config.alsoChanges).flatMap(([name, list]) => (list ? [[name, list] as const] : [])),
    ),
    checkTriggers: config.checkTriggers,
    checkWriters: config.checkWriters,
    flushDeadlineMs: config.flushDeadline,
    drainDeadlineMs: config.drainDeadline,
    memory: Object.freeze({ maxBytes: memory?.maxBytes ?? 64 * 1024 * 1024 }),
    codec: config.codec,
    compressMinBytes: config.compressMinBytes ?? Number.POSITIVE_INFINITY,
    onEvent: config.onEvent ? harmless(config.onEvent) : null,
  })
}

function cachedModels(
  models: Readonly<Record<string, ParsedModel | undefined>>,
  defaults: ModelDefaults,
): CacheConfig['models'] {
  const cached: Record<string, CachedModel> = Object.create(null)
  for (const [name, model] of Object.entries(models)) {
    if (model !== undefined) cached[name] = cachedModel(name, model, defaults)
  }
  return Object.freeze(cached)
}

interface ModelDefaults extends CacheDefaults {
  readonly acceptLoss: boolean
}

function cachedModel(name: string, model: ParsedModel, defaults: ModelDefaults): CachedModel {
  const { ttl = defaults.ttl, tags = Object.freeze([]), validate, batch } = model
  return Object.freeze({
    strategy: model.strategy ?? defaults.strategy,
    ttl:
      typeof ttl === 'function' ? { kind: 'computed', msOf: (context) => returnedTtl(name, ttl(shown(context))) } : ttl,
    ...freshnessOf(model, defaults),
    fixedTags: typeof tags === 'function' ? [] : tags,
    resultTags:
      typeof tags === 'function' ? (context: ResultContext) => returnedTags(name, tags(shown(context))) : null,
    validate: validate ? (context: ResultContext) => returnedVerdict(name, validate(shown(context))) : null,
    exclude: new Set(model.exclude),
    batch: Object.freeze({ maxSize: batch?.maxSize ?? 500, maxDelayMs: batch?.maxDelay ?? 200 }),
    durability: model.durability,
    acceptLoss: model.acceptLoss ?? defaults.acceptLoss,
    pendingReads: model.pendingReads,
    backlogMax: model.backlogMax,
    partitions: model.partitions,
    sequenceBlock: model.sequenceBlock,
  })
}

/** What a function of the user does to the result must not be seen by who asked for it. */
function shown(context: ResultContext): ResultContext {
  return { ...context, result: copied(context.result) }
}

const usualTtl = Object.freeze({ kind: 'fixed', ms: 5 * 60_000 } as const)

const usual: Freshness & LoadLimits = {
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 0,
  refreshAhead: null,
  loadTimeout: { softMs: Number.POSITIVE_INFINITY, hardMs: Number.POSITIVE_INFINITY },
  maxConcurrentLoads: Number.POSITIVE_INFINITY,
  maxEntryBytes: 4 * 1024 * 1024,
}

function freshnessOf(given: ParsedFreshness, otherwise: Freshness & LoadLimits): Freshness & LoadLimits {
  const { staleWhileRevalidate, staleIfError, refreshAhead, loadTimeout } = given
  return {
    staleWhileRevalidateMs: staleWhileRevalidate ?? otherwise.staleWhileRevalidateMs,
    staleIfErrorMs: staleIfError ?? otherwise.staleIfErrorMs,
    // `null` was given: never.
    refreshAhead: refreshAhead === undefined ? otherwise.refreshAhead : refreshAhead,
    loadTimeout: {
      softMs: loadTimeout?.soft ?? otherwise.loadTimeout.softMs,
      hardMs: loadTimeout?.hard ?? otherwise.loadTimeout.hardMs,
    },
    maxConcurrentLoads: given.maxConcurrentLoads ?? otherwise.maxConcurrentLoads,
    maxEntryBytes: given.maxEntryBytes ?? otherwise.maxEntryBytes,
  }
}

function returnedTtl(model: string, returned: unknown): number {
  const ttlMs = parseDuration(returned)
  if (ttlMs !== undefined) return ttlMs
  throw invalid([`models.${model}.ttl(): ${expectedGot(`a duration such as '5m'`, returned)}`])
}

function returnedVerdict(model: string, returned: unknown): boolean {
  if (typeof returned === 'boolean') return returned
  throw invalid([`models.${model}.validate(): ${expectedGot('true or false', returned)}`])
}

function returnedTags(model: string, returned: unknown): readonly string[] {
  const parsed = tagList.safeParse(returned)
  if (parsed.success) return parsed.data
  throw invalid(parsed.error.issues.map(({ message }) => `models.${model}.tags(): ${message}`))
}

/** Looks at the input as it came, so that these problems are listed beside those of the schema. */
function strayOptions(input: unknown): readonly string[] {
  const { models, defaults } = record(input)
  return Object.entries(record(models)).flatMap(([name, model]) => {
    const { strategy = record(defaults).strategy, ...options } = record(model)
    return Object.entries(strategiesOf).flatMap(([option, wanted]) => {
      if (options[option] === undefined || wanted.includes(String(strategy))) return []
      const names = wanted.map((one) => `'${one}'`).join(', ')
      return [`models.${name}.${option}: only for the strategy ${names}`]
    })
  })
}

/** What is accepted is kept under the name of the table: of two schemas of a database, each would be taken for the other's. */
function tablesAlike(input: unknown, { tables }: KnownSchema): readonly string[] {
  const { models, defaults } = record(input)
  const late = Object.entries(record(models)).flatMap(([name, model]) => {
    const { strategy = record(defaults).strategy } = record(model)
    return strategy === 'write-behind' && tables.has(name) ? [name] : []
  })
  return late.flatMap((name, i) => {
    const alike = late.slice(0, i).find((other) => tables.get(other) === tables.get(name))
    return alike === undefined
      ? []
      : [`models.${name}.strategy: 'write-behind' is that of ${alike} already, whose table has the same name`]
  })
}

const writeBehindOptions = [
  ...['batch', 'durability', 'acceptLoss', 'pendingReads', 'backlogMax', 'partitions', 'sequenceBlock'],
]

/** Options that mean something to some strategies only. */
const strategiesOf: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(writeBehindOptions.map((name) => [name, ['write-behind']])),
  exclude: ['read-through', 'write-through'],
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** A listener that throws, or rejects, must not fail the query it was told about, or end the process. */
function harmless(report: Report): Report {
  return (event) => {
    try {
      const returned: unknown = report(event)
      if (isPromise(returned)) returned.then(undefined, () => {})
    } catch {}
  }
}

function invalid(problems: readonly string[]): CacheError {
  return new CacheError('CONFIG.INVALID', `The configuration is invalid:\n${problems.join('\n')}`, { problems })
}
