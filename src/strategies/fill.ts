import type { Clock } from '../core/clock.ts'
import { encodeEntry } from '../core/entry.ts'
import { tagId } from '../core/stamp-tags.ts'
import type { LoadOutcome, Stamp, StampTag, Store } from '../core/store.ts'
import { type EntryDeps, isAcceptable } from './judge-entry.ts'
import { about, type LateTags, type Load, type LoadedRows, type ReadPlan } from './read-plan.ts'
import type { ShapeLimits } from './shape-limits.ts'
import { prolongingMeanwhile } from './stamp-life.ts'

export interface FillDeps extends EntryDeps {
  readonly clock: Clock
  /** Between 0 and 1. */
  readonly random: () => number
  readonly limits: ShapeLimits
  /** Is told of every load that failed, before those who wait for it. */
  readonly failed: (plan: ReadPlan, error: unknown) => void
}

/** The stamps that a load holds, in the order of {@link tagsToObtain}. `null` where a shape was refused. */
export type Held = readonly (Stamp | null)[]

export interface Loaded {
  readonly result: unknown
  /** The result as text, for callers that need an object of their own; `null` when it cannot be encoded, or is good for its own caller alone. */
  readonly payload: string | null
  /** Stores the entry, and then releases the lease with this token. Never rejects. */
  readonly fill: (leaseToken?: string) => Promise<LoadOutcome>
}

/** Up to a tenth is taken off every TTL, so that entries filled together do not expire together. */
export function jittered(ttlMs: number, random: () => number): number {
  return Math.round(ttlMs * (1 - 0.1 * random()))
}

/**
 * Runs the query and prepares its entry, under stamps that were obtained *before*: a write that commits while the query
 * runs removes them, and the entry is never valid.
 *
 * Without stamps nothing can be stored. The query failing is the caller's error, untouched. Everything after it is only a
 * matter of being stored or not.
 */
export async function loadEntry(plan: ReadPlan, held: Held | null, load: Load, deps: FillDeps): Promise<Loaded> {
  const { codec, clock, report, failed } = deps
  const told = about(plan)
  const startedMs = clock.nowMs()
  const loading = load()
  const prolong = () => deps.store.obtainStamps(tagsToObtain(plan), plan.retainMs)
  const loaded = await (held === null ? loading : prolongingMeanwhile(loading, prolong, clock)).catch(
    (error: unknown) => {
      report({ kind: 'load-failed', ...told, error })
      failed(plan, error)
      throw error
    },
  )
  const loadMs = clock.nowMs() - startedMs
  report({ kind: 'loaded', ...told, loadMs })

  // Before anyone else holds the result: the caller may change it.
  let payload: string | null = null
  try {
    if (!loaded.isDoubtful) payload = codec.encode(loaded.result, plan.rowsOf)
  } catch (error) {
    report({ kind: 'uncodable', ...told, error })
  }
  const fill = async (leaseToken?: string) => {
    if (payload === null || held === null) return 'failed'
    try {
      if (!isAcceptable(plan, loaded.result, deps)) return 'failed'
      return await store(plan, held, { ...loaded, loadMs, payload, leaseToken }, deps)
    } catch (error) {
      report({ kind: 'warning', model: plan.model, message: 'A result could not be stored.', error })
      return 'failed'
    }
  }
  return { result: loaded.result, payload, fill }
}

interface ToStore extends LoadedRows {
  readonly loadMs: number
  readonly payload: string
  readonly leaseToken: string | undefined
}

async function store(
  plan: ReadPlan,
  held: Held,
  { result, late, loadMs, payload, leaseToken }: ToStore,
  { store, clock, random, limits, report }: FillDeps,
): Promise<LoadOutcome> {
  const ttlMs = jittered(plan.ttlMs(result), random)
  // Now, as long as nobody else has the result.
  const namedTags = plan.userTags?.(result) ?? []
  const retainMs = ttlMs + plan.keepMs
  if (!(retainMs > 0)) return 'failed'
  const stamps: Stamp[] = []
  for (let i = 0; i < plan.tags.list.length; i += 1) {
    const stamp = held[i]
    if (stamp) stamps.push(stamp)
    // Next time the query will be analysed with a coarser shape.
    else limits.refuse(plan.tags.list[i]!)
  }
  if (stamps.length < plan.tags.list.length) return 'failed'

  const ofTags: Stamped = { ids: plan.tags.ids, stamps }
  // Where versions are compared, those of the next load must still find them.
  const obtaining = { store, retainMs: plan.adaptive ? plan.retainMs : retainMs, limits, marks: marksOf(plan, held) }
  const ofRows = late.tags.length === 0 ? nothingStamped : await obtainLateStamps(late, obtaining)
  const ofUsers = namedTags.length === 0 ? nothingStamped : await obtainUserStamps(namedTags, obtaining)
  if (!ofRows || !ofUsers) return 'outdated'
  const all = together(together(ofTags, ofRows), ofUsers)
  const ids = all === ofTags ? plan.tags.text : JSON.stringify(all.ids)
  const text = encodeEntry({ ids, stamps: all.stamps, ttlMs, keepMs: plan.keepMs, loadMs, payload })
  const bytes = Buffer.byteLength(text)
  if (bytes > plan.maxBytes) {
    report({ kind: 'oversized', ...about(plan), bytes, maxBytes: plan.maxBytes })
    return 'failed'
  }
  const filling = store.fill(plan.key, text, retainMs, leaseToken)
  // Those that are others by now make an entry that nobody is served, as it should be.
  const isLonger = retainMs > plan.retainMs
  await (isLonger ? Promise.all([filling, store.obtainStamps(plan.tags.list, retainMs)]) : filling)
  if (plan.adaptive) {
    const byId = Object.fromEntries(all.ids.map((id, i) => [id, all.stamps[i]!]))
    plan.adaptive.loaded({ key: plan.key.digest, loadedAtMs: clock.nowMs(), stamps: byId, payload }, ttlMs)
  }
  report({ kind: 'filled', ...about(plan), ttlMs })
  return 'filled'
}

interface Obtaining {
  readonly store: Store
  readonly retainMs: number
  readonly limits: ShapeLimits
  /** By tag id: what was obtained before the load. */
  readonly marks: ReadonlyMap<string, Stamp | null | undefined>
}

/** The ids of tags, and their stamps in the same order. */
export interface Stamped {
  readonly ids: readonly string[]
  readonly stamps: readonly Stamp[]
}

const nothingStamped: Stamped = { ids: [], stamps: [] }

/** A tag that is in both has the stamp of the first, which was there before. */
export function together(first: Stamped, second: Stamped): Stamped {
  if (second.ids.length === 0) return first
  const all = new Map(second.ids.map((id, i) => [id, second.stamps[i]!]))
  for (const id of first.ids) all.delete(id)
  return { ids: [...first.ids, ...all.keys()], stamps: [...first.stamps, ...all.values()] }
}

/** By tag id. */
function marksOf({ tags, marks }: ReadPlan, held: Held): Obtaining['marks'] {
  return new Map(marks.map((mark, i) => [tagId(mark), held[tags.list.length + i]]))
}

/**
 * The stamps of tags that only the rows tell. They are obtained after the load, so they are good only if nothing of their
 * shapes was touched since before it: then the marks, read in the same step, have not moved. `null` when they have.
 */
async function obtainLateStamps(
  { tags, marks: relied }: LateTags,
  { store, retainMs, limits, marks }: Obtaining,
): Promise<Stamped | null> {
  const obtained = await store.obtainStamps([...tags, ...relied], retainMs)
  const stamps: Stamp[] = []
  for (const [i, tag] of tags.entries()) {
    const stamp = obtained[i]
    if (!stamp) {
      limits.refuse(tag)
      return null
    }
    stamps.push(stamp)
  }
  const stood = relied.every((mark, i) => {
    const current = obtained[tags.length + i]
    return current !== null && current === marks.get(tagId(mark))
  })
  return stood ? { ids: tags.map(tagId), stamps } : null
}

/** The same of tags that users name. Their mark is in another key, and so it is read after their stamps were obtained. */
export async function obtainUserStamps(
  names: readonly string[],
  { store, retainMs, marks }: Pick<Obtaining, 'store' | 'retainMs' | 'marks'>,
): Promise<Stamped | null> {
  if (names.length === 0) return nothingStamped
  const tags = names.map((name) => ({ kind: 'user', name }) as const)
  const obtained = await store.obtainStamps(tags, retainMs)
  const mark: StampTag = { kind: 'user-mark' }
  const [current] = await store.stamps([mark])
  if (!current || current !== marks.get(tagId(mark))) return null
  return { ids: tags.map(tagId), stamps: tags.map((_, i) => obtained[i]!) }
}

/** The tags whose stamps a load needs: those of the query, and the marks of what its rows will tell. */
export function tagsToObtain({ tags, marks }: ReadPlan): readonly StampTag[] {
  return marks.length === 0 ? tags.list : [...tags.list, ...marks]
}
