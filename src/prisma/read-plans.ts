import { analyseRead } from '../analysis/reads/analyse-read.ts'
import { coarsened, type KnownRead } from '../analysis/reads/coarsened.ts'
import { lateTagsOf } from '../analysis/reads/late-use.ts'
import type { ReadAnalysis, ReadListener } from '../analysis/reads/read-analysis.ts'
import type { ClientView } from '../analysis/reads/rows.ts'
import { narrow, widen } from '../analysis/reads/widening.ts'
import { canonical } from '../core/canonical.ts'
import type { CachedModel, ParsedStrategy } from '../core/config.ts'
import { entryKey, fingerprint } from '../core/key.ts'
import { type StampTag, stampTagsOf } from '../core/store.ts'
import type { LoadedRows, ReadPlan } from '../strategies/read-plan.ts'
import type { Runtime } from './runtime.ts'
import { identify } from './values.ts'

export interface ReadCall {
  readonly model: string
  readonly operation: string
  /** Without `cacheStrategy`. */
  readonly args: unknown
  readonly dataPath: readonly string[]
  readonly strategy: Extract<ParsedStrategy, { kind: 'cache' }> | null
  /** What the client adds to the key: global omit, computed fields. */
  readonly clientFingerprint: string
  readonly clientView: ClientView
}

export interface ReadPlanned {
  readonly kind: 'plan'
  readonly plan: ReadPlan
  /** The arguments to load with; they also ask for the keys by which related rows are known. */
  readonly widened: unknown
  /** What a load brought, and the tags that it tells. */
  readonly loaded: (result: unknown) => LoadedRows
}

/** Stamps of entries whose TTL depends on the result live this long: longer than most TTLs, and losing one costs a hit. */
const unknownRetainMs = 24 * 3600_000

/** Says where the entry of a read lives and what it depends on, or why it must not be cached. */
export function planRead(
  call: ReadCall,
  runtime: Runtime,
): ReadPlanned | { readonly kind: 'bypass'; readonly reason: string } {
  const { config, dataModel, fingerprint: shared, limits } = runtime
  const { model, operation, args, strategy } = call
  const analysed = analyseCall(call, runtime)
  if (analysed.kind === 'unknown') return { kind: 'bypass', reason: analysed.reason }
  const read = coarsened(analysed, limits.isRefused)

  let text: string
  try {
    text = canonical(args ?? {}, { identify, keepUndefined: dataModel.strictUndefinedChecks })
  } catch {
    return { kind: 'bypass', reason: 'an argument has no canonical form' }
  }
  const keyParts = { model, operation, dataPath: call.dataPath, args: text }
  // Processes that disagree about the room for shapes would take each other's entries for invalid.
  const coarse = read === analysed ? [] : shapeIdsOf(read)
  const key = entryKey({ ...keyParts, fingerprint: fingerprint([shared, call.clientFingerprint, ...coarse]) })

  const cached: CachedModel | undefined = config.models[model]
  const context = (result: unknown) => ({ result, args, operation })
  const fixedTtlMs = strategy?.ttlMs ?? (cached ? cached.fixedTtlMs : config.defaults.ttlMs)
  const ttlMs = fixedTtlMs === null ? (result: unknown) => cached!.ttlMs(context(result)) : () => fixedTtlMs
  const staleMs = strategy?.swrMs ?? cached?.staleWhileRevalidateMs ?? config.defaults.staleWhileRevalidateMs
  const userTags = [...new Set([...(strategy?.tags ?? []), ...(cached?.fixedTags ?? [])])]
  const tags: StampTag[] = [
    ...stampTagsOf(read.dependencies),
    ...userTags.map((name) => ({ kind: 'user', name }) as const),
  ]
  const marks: StampTag[] = read.late.map(({ model, shape }) => ({ kind: 'mark', model, shape: shape.id }))
  const resultTags = cached?.resultTags ?? null
  return {
    kind: 'plan',
    plan: {
      model,
      operation,
      key,
      tags,
      marks: resultTags ? [...marks, { kind: 'user-mark' }] : marks,
      models: read.dependencies.map((dependency) => dependency.model),
      ttlMs,
      freshMaxMs: strategy?.ttlMs ?? Number.POSITIVE_INFINITY,
      staleMs,
      retainMs: fixedTtlMs === null ? unknownRetainMs : Math.max(1, fixedTtlMs + staleMs),
      userTags: resultTags && ((result) => resultTags(context(result))),
    },
    widened: read.widenings.length === 0 ? args : widen(args, read.widenings),
    loaded(result) {
      const late = lateTagsOf(dataModel, read.late, result)
      narrow(result, read.widenings)
      return { result, late }
    },
  }
}

function shapeIdsOf({ dependencies }: KnownRead): string[] {
  return dependencies.flatMap(({ model, uses }) => uses.map(({ shape }) => `${model} ${shape.id}`))
}

/** What a call depends on. */
export function analyseCall(
  {
    model,
    operation,
    args,
    dataPath,
    clientView,
  }: Pick<ReadCall, 'model' | 'operation' | 'args' | 'dataPath' | 'clientView'>,
  { dataModel, knownViews }: Pick<Runtime, 'dataModel' | 'knownViews'>,
  listener?: ReadListener,
): ReadAnalysis {
  // `['select', 'author', 'select', 'posts']`
  const unpacked = dataPath.filter((_, i) => i % 2 === 1)
  return analyseRead(dataModel, { model, operation, args }, { client: clientView, unpacked, knownViews, listener })
}
