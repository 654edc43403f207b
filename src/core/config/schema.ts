import { z } from 'zod'
import type { Codec, CodecChoice } from '../codec.ts'
import type { Duration } from '../duration.ts'
import type { Report } from '../events.ts'
import type { AlsoChanged } from './cache-config.ts'
import { duration, expected, fixedOrAdaptiveTtl, loadTimeout, refreshAhead, section, tagList } from './parts.ts'
import { durabilities, pendingReads, type ResultContext, strategies } from './plugin-config.ts'
import { expectedGot, unknownName } from './problems.ts'
import { isRedisSource } from './redis-source.ts'

/** What the configuration is checked against. */
export interface KnownSchema {
  /** Model name to the names of its fields that have columns. */
  readonly models: ReadonlyMap<string, readonly string[]>
  /** Model name to the name of its table, without its schema. */
  readonly tables: ReadonlyMap<string, string>
  /** `postgresql`, `mysql`, ... */
  readonly provider: string
}

/** The shape of the configuration, for a client with this schema. */
export function configSchema({ models: known, provider }: KnownSchema) {
  const byModel = <T>(schema: T) => Object.fromEntries([...known.keys()].map((name) => [name, schema]))
  return section({
    redis,
    namespace: z
      .string(expected('a string'))
      .regex(/^[^{}\s]+$/, expected('a non-empty string without spaces and braces'))
      .default('cache'),
    defaults: section({
      strategy: strategy.default('cache-aside'),
      ttl: fixedOrAdaptiveTtl().optional(),
      ...freshness,
    }).optional(),
    models: section(
      Object.fromEntries([...known].map(([name, fields]) => [name, modelSchema(fields).optional()])),
      'model',
    ).default({}),
    lease: duration({ minMs: 1000, min: '1s' }).default(10_000),
    loadLease: duration({ minMs: 100, min: '100ms' }).default(3000),
    loadWait: duration().default(5000),
    commandDeadline: duration({ minMs: 1, min: '1ms' }).default(200),
    readOnlyFunctions: z
      .array(
        z.string(expected('a name')).regex(/^[^.()"]+$/, expected('a name without its schema, arguments and quotes')),
        expected('a list of function names'),
      )
      .default([]),
    alsoChanges: section(byModel(z.array(alsoChanged(known), expected('a list')).optional()), 'model').default({}),
    checkTriggers: flag
      .refine((isOn) => !isOn || hasTriggerCatalog.has(provider), { error: `only for PostgreSQL, not for ${provider}` })
      .default(false),
    checkWriters: flag
      .refine((isOn) => !isOn || isPostgres.has(provider), { error: `only for PostgreSQL, not for ${provider}` })
      .default(false),
    acceptLoss: flag.default(false),
    flushDeadline: duration({ minMs: 1, min: '1ms' }).default(30_000),
    drainDeadline: duration().default(10_000),
    memory: section({ maxBytes: count.default(64 * 1024 * 1024) }).optional(),
    codec: z
      .custom<CodecChoice>(isCodec, {
        error: "expected 'schema', 'superjson', or an object with `name`, `encode` and `decode`",
      })
      .default('schema'),
    compressMinBytes: count.optional(),
    onEvent: aFunction<Report>().optional(),
  })
}

const isPostgres: ReadonlySet<string> = new Set(['postgresql', 'postgres'])
const hasTriggerCatalog: ReadonlySet<string> = new Set([...isPostgres, 'cockroachdb'])

/** `'Feed'`, or `'Feed.rank'`. */
function alsoChanged(known: KnownSchema['models']) {
  return z.unknown().transform((input, context): AlsoChanged => {
    const [model = '', field = null, ...rest] = typeof input === 'string' ? input.split('.') : []
    const fields = known.get(model)
    if (fields && rest.length === 0 && (field === null || fields.includes(field))) return { model, field }
    const names = fields ? fields.map((name) => `${model}.${name}`) : [...known.keys()]
    const message =
      typeof input === 'string' ? unknownName(fields ? 'field' : 'model', input, names) : expectedGot('a name', input)
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
}

type FixedOrAdaptive = z.infer<ReturnType<typeof fixedOrAdaptiveTtl>>

const strategy = oneOf(strategies)

const count = z.int(expected('a whole number')).min(1, expected('a whole number of at least 1'))

const freshness = {
  staleWhileRevalidate: duration().optional(),
  staleIfError: duration().optional(),
  refreshAhead: refreshAhead().optional(),
  loadTimeout: loadTimeout().optional(),
  maxConcurrentLoads: count.optional(),
  maxEntryBytes: count.optional(),
}

function oneOf<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.enum(names, expected(`one of ${names.map((name) => `'${name}'`).join(', ')}`))
}

const flag = z.boolean(expected('true or false'))
const partitionsMax = 64
/** So many are settled in one command. */
const batchMax = 10_000

const modelSchema = (fields: readonly string[]) =>
  section({
    strategy: strategy.optional(),
    ttl: valueOrFunction<(context: ResultContext) => Duration, FixedOrAdaptive>(fixedOrAdaptiveTtl()),
    ...freshness,
    tags: valueOrFunction<(context: ResultContext) => readonly string[], readonly string[]>(tagList),
    validate: aFunction<(context: ResultContext) => boolean>().optional(),
    exclude: z.array(fieldOf(fields), expected('a list of fields')).default([]),
    batch: section({
      maxSize: count.max(batchMax, expected(`at most ${batchMax}`)).default(500),
      maxDelay: duration().default(200),
    }).optional(),
    durability: oneOf(durabilities).default('accepted'),
    acceptLoss: flag.optional(),
    pendingReads: oneOf(pendingReads).default('flush'),
    backlogMax: count.default(100_000),
    partitions: count.max(partitionsMax, expected(`at most ${partitionsMax}`)).default(1),
    sequenceBlock: z.int(expected('a whole number')).min(0, expected('a whole number of at least 0')).default(100),
  })

function fieldOf(fields: readonly string[]) {
  return z.unknown().transform((input, context): string => {
    if (typeof input === 'string' && fields.includes(input)) return input
    const message = typeof input === 'string' ? unknownName('field', input, fields) : expectedGot('a name', input)
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })
}

/** What is said of freshness, as parsed. */
export type ParsedFreshness = { readonly [Name in keyof typeof freshness]?: z.infer<(typeof freshness)[Name]> }

/** A model's configuration, as parsed and without the defaults. */
export type ParsedModel = z.infer<ReturnType<typeof modelSchema>>

// The text may hold a password, so the message does not repeat it.
const redis = z
  .custom<string | object>(isRedisSource, {
    error:
      'expected a redis:// or rediss:// URL, whose path is the number of a database, an absolute socket path, ioredis options or an ioredis client',
  })
  .optional()

function isCodec(input: unknown): boolean {
  if (input === 'schema' || input === 'superjson') return true
  if (typeof input !== 'object' || input === null) return false
  const { name, encode, decode } = input as Partial<Record<keyof Codec, unknown>>
  return typeof name === 'string' && name !== '' && typeof encode === 'function' && typeof decode === 'function'
}

function aFunction<Fn>() {
  return z.custom<Fn>((input) => typeof input === 'function', expected('a function'))
}

/** A function is kept as it is; its results are checked when it is called. Not a union: that would hide the value's problems. */
function valueOrFunction<Fn, Value>(value: z.ZodType<Value>) {
  return z
    .unknown()
    .transform((input, context): Fn | Value => {
      if (typeof input === 'function') return input as Fn
      const parsed = value.safeParse(input)
      if (parsed.success) return parsed.data
      for (const { path, message } of parsed.error.issues) {
        context.addIssue({ code: 'custom', path: [...path], message })
      }
      return z.NEVER
    })
    .optional()
}
