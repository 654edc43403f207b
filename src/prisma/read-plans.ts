import { analyseRead } from '../analysis/reads/analyse-read.ts'
import { coarsened, type KnownRead } from '../analysis/reads/coarsened.ts'
import { lateTagsOf } from '../analysis/reads/late-use.ts'
import type { ReadAnalysis, ReadListener } from '../analysis/reads/read-analysis.ts'
import { narrow, widen } from '../analysis/reads/widening.ts'
import { canonical } from '../core/canonical.ts'
import type { CachedModel } from '../core/config.ts'
import { entryKey, fingerprint } from '../core/key.ts'
import { type StampTag, stampTagsOf } from '../core/store.ts'
import type { LoadedRows, ReadPlan } from '../strategies/read-plan.ts'
import type { ReadCall } from './read-call.ts'
import { rowRead } from './row-reads.ts'
import type { Runtime } from './runtime.ts'
import { ofRows, unknownRetainMs } from './stored-rows.ts'
import { identify } from './values.ts'

export interface ReadPlanned {
  readonly kind: 'plan'
  readonly plan: ReadPlan
  /** The arguments to load with; they also ask for the keys by which related rows are known. */
  readonly widened: unknown
  /** What a load brought, and the tags that it tells. */
  readonly loaded: (result: unknown) => LoadedRows
  /** What the caller asked for, of what is stored. */
  readonly shown: (result: unknown) => unknown
  /** Whether what is stored is a row, which answers other queries too. */
  readonly isRow: boolean
}

/** Says where the entry of a read lives and what it depends on, or why it must not be cached. */
export function planRead(
  call: ReadCall,
  runtime: Runtime,
): ReadPlanned | { readonly kind: 'bypass'; readonly reason: string } {
  const row = rowRead(call, runtime)
  if (row && 'reason' in row) return { kind: 'bypass', reason: row.reason }
  if (row) {
    const { key, tags, pendingRow } = row
    const read = { key, tags, marks: [], models: [call.model], pendingRow }
    const loaded = (result: unknown) => ({ result, late: { tags: [], marks: [] } })
    const plan = planOf(call, runtime, read, () => ofRows)
    return { kind: 'plan', plan, widened: row.args, loaded, shown: row.shown, isRow: true }
  }
  return planResult(call, runtime)
}

/** A read whose own result is stored. */
function planResult(call: ReadCall, runtime: Runtime): ReturnType<typeof planRead> {
  const { dataModel, fingerprint: shared, limits } = runtime
  const { model, operation, args } = call
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

  const tags = stampTagsOf(read.dependencies)
  const marks: StampTag[] = read.late.map(({ model, shape }) => ({ kind: 'mark', model, shape: shape.id }))
  const models = read.dependencies.map((dependency) => dependency.model)
  return {
    kind: 'plan',
    plan: planOf(call, runtime, { key, tags, marks, models, pendingRow: null }, () =>
      [operation, ...shapeIdsOf(read)].join(' '),
    ),
    widened: read.widenings.length === 0 ? args : widen(args, read.widenings),
    loaded(result) {
      const late = lateTagsOf(dataModel, read.late, result)
      narrow(result, read.widenings)
      return { result, late }
    },
    shown: (result) => result,
    isRow: false,
  }
}

/** What is known of a read, beside what its model and its caller say. */
type Analysed = Pick<ReadPlan, 'key' | 'tags' | 'marks' | 'models' | 'pendingRow'>

function planOf(
  { model, operation, args, strategy }: ReadCall,
  { config, awaited, entryTtls }: Runtime,
  read: Analysed,
  shape: () => string,
): ReadPlan {
  const cached: CachedModel | undefined = config.models[model]
  const context = (result: unknown) => ({ result, args, operation })
  const asked = strategy?.ttlMs === undefined ? null : ({ kind: 'fixed', ms: strategy.ttlMs } as const)
  const ttl = entryTtls(model, asked ?? (cached ?? config.defaults).ttl, shape)
  const { staleWhileRevalidateMs, staleIfErrorMs, refreshAhead, loadTimeout } = cached ?? config.defaults
  const { maxConcurrentLoads: maxLoads, maxEntryBytes: maxBytes } = cached ?? config.defaults
  const validate = cached?.validate ?? null
  const staleMs = strategy?.swrMs ?? staleWhileRevalidateMs
  const keepMs = Math.max(staleMs, staleIfErrorMs)
  const userTags: StampTag[] = [...new Set([...(strategy?.tags ?? []), ...(cached?.fixedTags ?? [])])].map((name) => ({
    kind: 'user',
    name,
  }))
  const resultTags = cached?.resultTags ?? null
  return {
    ...read,
    pending: read.pendingRow ? [model] : awaited(read.models),
    model,
    operation,
    tags: [...read.tags, ...userTags],
    marks: resultTags ? [...read.marks, { kind: 'user-mark' }] : read.marks,
    ttlMs: (result) => ttl.msOf(context(result)),
    adaptive: ttl.adaptive,
    freshMaxMs: strategy?.ttlMs ?? Number.POSITIVE_INFINITY,
    ...{ staleMs, staleIfErrorMs, keepMs, refreshAhead, loadTimeout, maxLoads, maxBytes },
    validate: validate && ((result) => validate(context(result))),
    retainMs: ttl.longestMs === null ? unknownRetainMs : Math.max(1, ttl.longestMs + keepMs),
    userTags: resultTags && ((result) => resultTags(context(result))),
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
