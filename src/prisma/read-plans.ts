import type { DataModel } from '../analysis/data-model.ts'
import { analyseRead } from '../analysis/reads/analyse-read.ts'
import { coarsened, type KnownRead } from '../analysis/reads/coarsened.ts'
import { lateTagsOf } from '../analysis/reads/late-use.ts'
import type { ReadAnalysis, ReadListener } from '../analysis/reads/read-analysis.ts'
import { narrow, widen } from '../analysis/reads/widening.ts'
import { canonical } from '../core/canonical.ts'
import type { CachedModel } from '../core/config.ts'
import { entryKey, fingerprint } from '../core/key.ts'
import { type StampTag, stampTagsOf } from '../core/store.ts'
import type { ReadPlan } from '../strategies/read-plan.ts'
import type { ReadCall } from './read-call.ts'
import type { ReadPlanned } from './read-planned.ts'
import { rowRead } from './row-reads.ts'
import type { Runtime } from './runtime.ts'
import { ofRows, unknownRetainMs } from './stored-rows.ts'
import { identify } from './values.ts'

/** Says where the entry of a read lives and what it depends on, or why it must not be cached. */
export function planRead(
  call: ReadCall,
  runtime: Runtime,
): ReadPlanned | { readonly kind: 'bypass'; readonly reason: string } {
  const row = rowRead(call, runtime)
  if (row && 'reason' in row) return { kind: 'bypass', reason: row.reason }
  if (row) {
    const { key, tags, pendingRow } = row
    const read = { key, tags, marks: [], models: [call.model], pendingRow, rowsOf: call.model }
    const loaded = (result: unknown) => ({ result, late: { tags: [], marks: [] } })
    const planFor = planOf(call, runtime, read, () => ofRows)
    return { kind: 'plan', planFor, widened: row.stored, loaded, shown: row.shown, isRow: true }
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
    planFor: planOf(
      call,
      runtime,
      { key, tags, marks, models, pendingRow: null, rowsOf: rowsOf(call, dataModel) },
      () => [operation, ...shapeIdsOf(read)].join(' '),
    ),
    widened: (args) => (read.widenings.length === 0 ? args : widen(args, read.widenings)),
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
type Analysed = Pick<ReadPlan, 'key' | 'tags' | 'marks' | 'models' | 'pendingRow' | 'rowsOf'>

function planOf(
  { model, operation, strategy }: ReadCall,
  { config, awaited, entryTtls }: Runtime,
  { key, tags, marks, models, pendingRow, rowsOf }: Analysed,
  shape: () => string,
): ReadPlanned['planFor'] {
  const cached: CachedModel | undefined = config.models[model]
  const said = cached ?? config.defaults
  const asked = strategy?.ttlMs === undefined ? null : ({ kind: 'fixed', ms: strategy.ttlMs } as const)
  const ttl = entryTtls(model, asked ?? said.ttl, shape)
  const staleMs = strategy?.swrMs ?? said.staleWhileRevalidateMs
  const keepMs = Math.max(staleMs, said.staleIfErrorMs)
  const userTags = [...new Set([...(strategy?.tags ?? []), ...(cached?.fixedTags ?? [])])]
  const allTags: readonly StampTag[] = [...tags, ...userTags.map((name) => ({ kind: 'user', name }) as const)]
  const { validate = null, resultTags = null } = cached ?? {}
  const planFor = (args: unknown): ReadPlan => {
    const context = (result: unknown) => ({ result, args, operation })
    return {
      model,
      operation,
      key,
      rowsOf,
      tags: allTags,
      marks: resultTags ? [...marks, { kind: 'user-mark' }] : marks,
      models,
      pending: pendingRow ? [model] : awaited(models),
      pendingRow,
      ttlMs: (result) => ttl.msOf(context(result)),
      adaptive: ttl.adaptive,
      freshMaxMs: strategy?.ttlMs ?? Number.POSITIVE_INFINITY,
      staleMs,
      staleIfErrorMs: said.staleIfErrorMs,
      keepMs,
      refreshAhead: said.refreshAhead,
      loadTimeout: said.loadTimeout,
      retainMs: ttl.longestMs === null ? unknownRetainMs : Math.max(1, ttl.longestMs + keepMs),
      maxLoads: said.maxConcurrentLoads,
      maxBytes: said.maxEntryBytes,
      validate: validate && ((result) => validate(context(result))),
      userTags: resultTags && ((result) => resultTags(context(result))),
    }
  }
  if (ttl.isComputed || validate || resultTags) return planFor
  const plan = planFor(undefined)
  return () => plan
}

/** The model whose rows a result holds; `null` for counts. A fluent call shows those of the relation that it unpacks. */
function rowsOf({ model, operation, dataPath }: ReadCall, { models }: DataModel): string | null {
  if (operation === 'count') return null
  // `['select', 'author', 'select', 'posts']`
  const relations = dataPath.filter((_, i) => i % 2 === 1)
  return relations.reduce<string | null>(
    (name, relation) => (name === null ? null : (models.get(name)?.fields.get(relation)?.relation?.model ?? null)),
    model,
  )
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
