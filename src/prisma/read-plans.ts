import type { DataModel } from '../analysis/data-model.ts'
import { lateTagsOf } from '../analysis/reads/late-use.ts'
import type { Node } from '../analysis/reads/node.ts'
import { bound } from '../analysis/reads/parametrized.ts'
import { narrow, widen } from '../analysis/reads/widening.ts'
import { canonical } from '../core/canonical.ts'
import type { CachedModel } from '../core/config.ts'
import { entryKey } from '../core/key.ts'
import { stampTagsOf } from '../core/stamp-tags.ts'
import type { StampTag } from '../core/store.ts'
import { TagList } from '../core/tag-list.ts'
import { newEntryMemory } from '../strategies/entry-memory.ts'
import type { ReadPlan } from '../strategies/read-plan.ts'
import { stampLifeMs } from '../strategies/stamp-life.ts'
import type { ReadCall } from './read-call.ts'
import type { ReadPlanned } from './read-planned.ts'
import { shapeRead } from './read-shapes.ts'
import { keyAsReturned, rowRead } from './row-reads.ts'
import type { Runtime } from './runtime.ts'
import { ofRows } from './stored-rows.ts'
import { identify } from './values.ts'

/**
 * Says where the entry of a read lives and what it depends on, or why it must not be cached.
 *
 * @param args in canonical form, where somebody has made it before.
 */
export function planRead(
  call: ReadCall,
  runtime: Runtime,
  args: string | null = null,
): ReadPlanned | { readonly kind: 'bypass'; readonly reason: string } {
  const row = rowRead(call, runtime)
  if (row && 'reason' in row) return { kind: 'bypass', reason: row.reason }
  if (row) {
    const { key, tags, pendingRow, misses } = row
    const read = { key, tags, marks: [], models: [call.model], pendingRow, misses, rowsOf: call.model }
    const loaded = (result: unknown) => ({ result, late: { tags: [], marks: [] } })
    const planFor = planOf(call, runtime, read, () => ofRows)
    return { kind: 'plan', planFor, widened: row.stored, loaded, shown: row.shown, isRow: true }
  }
  return planResult(call, runtime, args)
}

/** A read whose own result is stored. */
function planResult(call: ReadCall, runtime: Runtime, known: string | null): ReturnType<typeof planRead> {
  const { dataModel } = runtime
  const { model, operation } = call
  const args = known ?? canonicalArgs(call.args, dataModel)
  if (args === null) return { kind: 'bypass', reason: 'an argument has no canonical form' }
  const shaped = shapeRead(call, runtime)
  if ('reason' in shaped) return { kind: 'bypass', reason: shaped.reason }
  const { shape, pins } = shaped
  const { dependencies, late, widenings } = bound(shape.read, pins)
  const { marks, models, misses } = shape
  const key = entryKey({ model, operation, dataPath: call.dataPath, args, fingerprint: shape.fingerprint })
  const tags = stampTagsOf(dependencies)
  const analysed = { key, tags, marks, models, misses, pendingRow: null, rowsOf: rowsOf(call, dataModel) }
  const isCertain = keyAsReturned(dataModel, call, call.args)?.isCertain ?? true
  return {
    kind: 'plan',
    planFor: planOf(call, runtime, analysed, () => shape.name),
    widened(args) {
      const asked = keyAsReturned(dataModel, call, args)
      const isSpelledSo = !asked || asked.where === (args as Node).where
      const spelled = isSpelledSo ? args : { ...(args as Node), where: asked.where }
      return widenings.length === 0 ? spelled : widen(spelled, widenings)
    },
    loaded(result) {
      const told = lateTagsOf(dataModel, late, result)
      narrow(result, widenings)
      return { result, late: told, isDoubtful: !isCertain && result === null }
    },
    shown: (result) => result,
    isRow: false,
  }
}

function canonicalArgs(args: unknown, { strictUndefinedChecks }: DataModel): string | null {
  try {
    return canonical(args ?? {}, { identify, keepUndefined: strictUndefinedChecks })
  } catch {
    return null
  }
}

/** What is known of a read, beside what its model and its caller say. */
type Analysed = Pick<ReadPlan, 'key' | 'marks' | 'models' | 'misses' | 'pendingRow' | 'rowsOf'> & {
  readonly tags: readonly StampTag[]
}

function planOf(
  { model, operation, strategy }: ReadCall,
  { config, awaited, entryTtls }: Runtime,
  { key, tags, marks, models, misses, pendingRow, rowsOf }: Analysed,
  shape: () => string,
): ReadPlanned['planFor'] {
  const cached: CachedModel | undefined = config.models[model]
  const said = cached ?? config.defaults
  const asked = strategy?.ttlMs === undefined ? null : ({ kind: 'fixed', ms: strategy.ttlMs } as const)
  const ttl = entryTtls(model, asked ?? said.ttl, shape)
  const staleMs = strategy?.swrMs ?? said.staleWhileRevalidateMs
  const keepMs = Math.max(staleMs, said.staleIfErrorMs)
  const userTags = [...new Set([...(strategy?.tags ?? []), ...(cached?.fixedTags ?? [])])]
  const allTags = new TagList([...tags, ...userTags.map((name) => ({ kind: 'user', name }) as const)])
  const { validate = null, resultTags = null } = cached ?? {}
  const memory = newEntryMemory()
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
      misses,
      memory,
      ttlMs: (result) => ttl.msOf(context(result)),
      adaptive: ttl.adaptive,
      freshMaxMs: strategy?.ttlMs ?? Number.POSITIVE_INFINITY,
      staleMs,
      staleIfErrorMs: said.staleIfErrorMs,
      keepMs,
      refreshAhead: said.refreshAhead,
      loadTimeout: said.loadTimeout,
      retainMs: stampLifeMs(ttl.longestMs, keepMs),
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
