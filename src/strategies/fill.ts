import type { Clock } from '../core/clock.ts'
import { encodeEntry } from '../core/entry.ts'
import { type Stamp, type Store, tagId } from '../core/store.ts'
import type { LookupDeps } from './lookup.ts'
import type { Load, ReadPlan } from './read-plan.ts'

export interface FillDeps extends LookupDeps {
  readonly clock: Clock
  /** Between 0 and 1. */
  readonly random: () => number
}

export interface Loaded {
  readonly result: unknown
  /** The result as text, for callers that need an object of their own; `null` when it cannot be encoded. */
  readonly payload: string | null
  /** Stores the entry, and then releases the lease with this token. Never rejects; resolves to whether it is stored. */
  readonly fill: (leaseToken?: string) => Promise<boolean>
}

/** Up to a tenth is taken off every TTL, so that entries filled together do not expire together. */
const jitter = 0.1

/**
 * Runs the query and prepares its entry, under stamps that were obtained *before*: a write that commits while the query
 * runs removes them, and the entry is never valid.
 *
 * Without stamps nothing can be stored. The query failing is the caller's error, untouched. Everything after it is only a
 * matter of being stored or not.
 */
export async function loadEntry(
  plan: ReadPlan,
  stamps: readonly Stamp[] | null,
  load: Load,
  deps: FillDeps,
): Promise<Loaded> {
  const { codec, clock, report } = deps
  const about = { model: plan.model, operation: plan.operation, key: plan.key.digest }
  const startedMs = clock.nowMs()
  const result = await load().catch((error: unknown) => {
    report({ kind: 'load-failed', ...about, error })
    throw error
  })
  report({ kind: 'loaded', ...about, loadMs: clock.nowMs() - startedMs })

  // Before anyone else holds the result: the caller may change it.
  let payload: string | null = null
  try {
    payload = codec.encode(result)
  } catch (error) {
    report({ kind: 'uncodable', ...about, error })
  }
  const fill = async (leaseToken?: string) => {
    if (payload === null || stamps === null) return false
    try {
      const stored = await store(plan, stamps, { result, payload, leaseToken }, deps)
      if (stored) report({ kind: 'filled', ...about })
      return stored
    } catch (error) {
      report({ kind: 'warning', model: plan.model, message: 'A result could not be stored.', error })
      return false
    }
  }
  return { result, payload, fill }
}

async function store(
  plan: ReadPlan,
  stamps: readonly Stamp[],
  {
    result,
    payload,
    leaseToken,
  }: { readonly result: unknown; readonly payload: string; readonly leaseToken?: string | undefined },
  { store, random }: FillDeps,
): Promise<boolean> {
  const ttlMs = Math.round(plan.ttlMs(result) * (1 - jitter * random()))
  const retainMs = ttlMs + plan.staleMs
  if (!(retainMs > 0)) return false
  const lateTags = await obtainLateTags(plan, result, { store, retainMs, mark: stamps.at(-1) })
  if (lateTags === 'invalidated') return false
  const held: Record<string, Stamp> = {}
  // Without a prototype: users may give a tag any name.
  const userTags: Record<string, Stamp> = Object.assign(Object.create(null), lateTags)
  for (const [i, tag] of plan.tags.entries()) {
    if (tag.kind === 'user') userTags[tag.name] = stamps[i]!
    else held[tagId(tag)] = stamps[i]!
  }
  const text = encodeEntry({ stamps: held, userTags, ttlMs, staleMs: plan.staleMs, payload })
  await store.fill(plan.key, text, retainMs, leaseToken)
  return true
}

/**
 * The stamps of user tags that only the result reveals. They are obtained after the load, so they are good only if nobody
 * invalidated any user tag since before it: then the mark, obtained with the other stamps, has not moved.
 */
async function obtainLateTags(
  plan: ReadPlan,
  result: unknown,
  { store, retainMs, mark }: { readonly store: Store; readonly retainMs: number; readonly mark: Stamp | undefined },
): Promise<Readonly<Record<string, Stamp>> | 'invalidated'> {
  const names = plan.lateTags?.(result) ?? []
  if (names.length === 0) return {}
  const stamps = await store.obtainStamps(
    names.map((name) => ({ kind: 'user', name })),
    retainMs,
  )
  const [current] = await store.stamps([{ kind: 'user-mark' }])
  if (current !== mark) return 'invalidated'
  return Object.fromEntries(names.map((name, i) => [name, stamps[i]!]))
}

/** The tags whose stamps a load needs: those of the query, and the mark of the user tags if it will have late ones. */
export function tagsToObtain(plan: ReadPlan) {
  return plan.lateTags ? [...plan.tags, { kind: 'user-mark' } as const] : plan.tags
}
