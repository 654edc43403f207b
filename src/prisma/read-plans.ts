import { dependenciesOf } from '../analysis/dependencies.ts'
import { canonical } from '../core/canonical.ts'
import type { CachedModel, ParsedStrategy } from '../core/config.ts'
import { entryKey, fingerprint } from '../core/key.ts'
import { type StampTag, stampTagsOf } from '../core/store.ts'
import type { ReadPlan } from '../strategies/read-plan.ts'
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
}

export type Planned =
  | { readonly kind: 'plan'; readonly plan: ReadPlan }
  | { readonly kind: 'bypass'; readonly reason: string }

/** Stamps of entries whose TTL depends on the result live this long: longer than most TTLs, and losing one costs a hit. */
const unknownRetainMs = 24 * 3600_000

/** Says where the entry of a read lives and what it depends on, or why it must not be cached. */
export function planRead(call: ReadCall, { config, dataModel, fingerprint: shared }: Runtime): Planned {
  const { model, operation, args, strategy } = call
  const analysed = dependenciesOf(dataModel, { model, operation, args })
  if (analysed.kind === 'unknown') return { kind: 'bypass', reason: analysed.reason }

  let text: string
  try {
    text = canonical(args ?? {}, { identify, keepUndefined: dataModel.strictUndefinedChecks })
  } catch {
    return { kind: 'bypass', reason: 'an argument has no canonical form' }
  }
  const keyParts = { model, operation, dataPath: call.dataPath, args: text }
  const key = entryKey({ ...keyParts, fingerprint: fingerprint([shared, call.clientFingerprint]) })

  const cached: CachedModel | undefined = config.models[model]
  const context = (result: unknown) => ({ result, args, operation })
  const fixedTtlMs = strategy?.ttlMs ?? (cached ? cached.fixedTtlMs : config.defaults.ttlMs)
  const ttlMs = fixedTtlMs === null ? (result: unknown) => cached!.ttlMs(context(result)) : () => fixedTtlMs
  const staleMs = strategy?.swrMs ?? cached?.staleWhileRevalidateMs ?? config.defaults.staleWhileRevalidateMs
  const userTags = [...new Set([...(strategy?.tags ?? []), ...(cached?.fixedTags ?? [])])]
  const tags: StampTag[] = [
    ...stampTagsOf(analysed.dependencies),
    ...userTags.map((name) => ({ kind: 'user', name }) as const),
  ]
  const resultTags = cached?.resultTags ?? null
  return {
    kind: 'plan',
    plan: {
      model,
      operation,
      key,
      tags,
      models: analysed.dependencies.map((dependency) => dependency.model),
      ttlMs,
      freshMaxMs: strategy?.ttlMs ?? Number.POSITIVE_INFINITY,
      staleMs,
      retainMs: fixedTtlMs === null ? unknownRetainMs : Math.max(1, fixedTtlMs + staleMs),
      lateTags: resultTags && ((result) => resultTags(context(result))),
    },
  }
}
