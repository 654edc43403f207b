import type { Clock } from '../core/clock.ts'
import type { ResultCodec } from '../core/codec.ts'
import { decodeEntry, type Entry, payloadUnder, stampsById } from '../core/entry.ts'
import { isStoreError } from '../core/errors.ts'
import type { Report } from '../core/events.ts'
import { type Soon, soon } from '../core/soon.ts'
import type { Looked, Store, StoredText } from '../core/store.ts'
import type { TagList } from '../core/tag-list.ts'
import type { ValuesTag } from '../core/tags.ts'
import type { ParsedEntry } from './entry-memory.ts'
import type { ExpectedTags } from './expected-tags.ts'
import type { ParsedEntries } from './parsed-entries.ts'
import { about, type ReadPlan } from './read-plan.ts'
import { isDue as isDueAhead } from './refresh-ahead.ts'
import { areAllCurrent, judgedByTags, type Verdict } from './verdict.ts'

export type Found =
  /** `isDue`: it is to be loaded again, though it may be served. The age is `null` where nobody wants to know it. */
  | {
      readonly kind: 'fresh' | 'stale'
      readonly result: unknown
      readonly ageMs: number | null
      readonly isDue: boolean
    }
  /** `stamps` are the current ones of the query's tags; `spare` is what may be served where nothing can be loaded. */
  | { readonly kind: 'missing'; readonly stamps: Looked['stamps']; readonly spare: Spare | null }
  /** The caching of a model that it reads is switched off: nothing is to be served or stored. */
  | { readonly kind: 'off'; readonly stamps: Looked['stamps']; readonly model: string }

/** What a second look finds. That a model is switched off is not told by it. */
export type FoundAgain = Exclude<Found, { kind: 'off' }>

/** An entry that is valid, and too old to be served without need. */
export interface Spare {
  readonly result: unknown
  readonly ageMs: number
}

export interface EntryDeps {
  readonly store: Store
  readonly codec: ResultCodec
  readonly report: Report
}

export interface LookupDeps extends EntryDeps {
  readonly clock: Clock
  readonly expected: ExpectedTags
  readonly parsedEntries: ParsedEntries
  /** Resolves when what was accepted on these models before the call is in the database. */
  readonly settled: (models: readonly string[]) => Promise<void>
  /** Whether the ages of entries are told to anybody. */
  readonly areAgesTold: () => boolean
  /** Between 0 and 1. */
  readonly random: () => number
}

/**
 * Looks for an entry that is valid now: every tag of the query still has the stamp that it had before the rows were read.
 *
 * A stamp that is missing makes it invalid: whatever lost the stamp may have lost an invalidation. An entry that cannot be
 * read is a miss. Throws or rejects when the store is out of reach.
 */
export function lookup(plan: ReadPlan, deps: LookupDeps, { isLast = false } = {}): Soon<Found> {
  const { pendingRow } = plan
  if (pendingRow !== null) return lookupOfRow(plan, pendingRow, deps, { isLast })
  const withAge = dependsOnAge(plan) || deps.areAgesTold()
  const tags = deps.expected.of(plan)
  const looking = deps.store.lookup(plan.key, tags, { watch: { models: plan.pending }, withAge, isLast })
  return soon(looking, (looked) => {
    if (!looked.isPending) return judged(plan, looked, tags, deps)
    return deps.settled(plan.pending).then(() => judgedAgain(plan, deps))
  })
}

/** What is accepted for a row answers its lookups, too. */
async function lookupOfRow(
  plan: ReadPlan,
  row: ValuesTag,
  deps: LookupDeps,
  { isLast }: { readonly isLast: boolean },
): Promise<Found> {
  for (;;) {
    const looked = await deps.store.lookup(plan.key, plan.tags, { watch: { row }, isLast })
    const found = await judged(plan, looked, plan.tags, deps)
    if (found.kind !== 'missing' || !looked.isPending) return found
    // Nothing in the store says what the row will be.
    await deps.settled(plan.pending)
  }
}

/** Whether this caller tells entries apart by their age, of those that are still there. */
function dependsOnAge({ keepMs, freshMaxMs, refreshAhead, adaptive }: ReadPlan): boolean {
  return keepMs > 0 || freshMaxMs < Number.POSITIVE_INFINITY || refreshAhead !== null || adaptive !== null
}

/** The same for a second look, at a query that has waited for accepted writes already; behind the command that obtains its stamps. */
export async function lookAgain(plan: ReadPlan, deps: LookupDeps): Promise<FoundAgain> {
  const found = await lookup(plan.pendingRow ? plan : { ...plan, pending: [] }, deps, { isLast: true })
  return withoutOff(found)
}

/**
 * The same from what is at hand: an entry, and stamps, those of the query's tags first. Nobody asks whether the caching of a model has been
 * switched off since: that has removed its root stamp, and then nothing is valid.
 */
export async function judgedAt(
  plan: ReadPlan,
  entry: Looked['entry'],
  stamps: Looked['stamps'],
  deps: LookupDeps,
): Promise<FoundAgain> {
  const ofTags = stamps.length === plan.tags.list.length ? stamps : stamps.slice(0, plan.tags.list.length)
  return withoutOff(await judged(plan, { entry, stamps: ofTags, isPending: false, off: [] }, plan.tags, deps))
}

function withoutOff(found: Found): FoundAgain {
  return found.kind === 'off' ? { kind: 'missing', stamps: found.stamps, spare: null } : found
}

/** What is found when everything is asked for anew, the age included. */
async function judgedAgain(plan: ReadPlan, deps: LookupDeps): Promise<Found> {
  return judged(plan, await deps.store.lookup(plan.key, plan.tags), plan.tags, deps)
}

/**
 * Not an async function: every hit comes by, and most are told at once.
 *
 * @param tags those that were looked up: the query's, and perhaps others after them.
 */
function judged(plan: ReadPlan, looked: Looked, tags: TagList, deps: LookupDeps): Soon<Found> {
  const { store } = deps
  const { entry, off } = looked
  const stamps = tags === plan.tags ? looked.stamps : looked.stamps.slice(0, plan.tags.list.length)
  if (off.length > 0) return { kind: 'off', stamps, model: off[0]! }
  const missing: Missing = { kind: 'missing', stamps, spare: null }
  // This very answer may be the first one after an outage.
  if (!entry || store.isRecovering()) return missing
  const parsed = deps.parsedEntries.of(plan, entry.text)
  const isPlain = entry.remainingMs === null && !looked.isPending
  const make = isPlain ? plainMaker(plan, { text: entry.text, parsed, tags, stamps: looked.stamps }, deps) : undefined
  return make === undefined
    ? judgedEntry(plan, { entry, parsed, stamps, looked, missing, tags }, deps)
    : (plainAnswer(plan, make, deps) ?? missing)
}

interface Plain {
  readonly text: string
  readonly parsed: ParsedEntry | undefined
  readonly tags: TagList
  /** Of these tags. */
  readonly stamps: Looked['stamps']
}

/** What makes the result of an entry that is current, and kept for no longer than it is fresh; `undefined` for every other. */
function plainMaker(plan: ReadPlan, { text, parsed, tags, stamps }: Plain, deps: LookupDeps) {
  if (parsed) return parsed.entry.keepMs === 0 && areAllCurrent(parsed.entry, tags, stamps) ? parsed.make : undefined
  const payload = payloadUnder(text, tags, stamps)
  return payload === undefined ? undefined : () => deps.parsedEntries.read(plan, { text, payload, stamps })
}

/** Of an entry that is current, where nobody asks for its age; `undefined` if it cannot be served. */
function plainAnswer(plan: ReadPlan, make: () => unknown, deps: LookupDeps): Found | undefined {
  try {
    const result = make()
    return isAcceptable(plan, result, deps) ? { kind: 'fresh', result, ageMs: null, isDue: false } : undefined
  } catch (error) {
    deps.report({ kind: 'undecodable', ...about(plan), error })
    return undefined
  }
}

type Missing = Extract<Found, { kind: 'missing' }>

interface Judging {
  readonly entry: StoredText
  readonly parsed: ParsedEntry | undefined
  /** Of the query's tags. */
  readonly stamps: Looked['stamps']
  readonly looked: Looked
  readonly missing: Missing
  readonly tags: TagList
}

async function judgedEntry(
  plan: ReadPlan,
  { entry: stored, parsed, stamps, looked, missing, tags }: Judging,
  deps: LookupDeps,
): Promise<Found> {
  try {
    const { text, remainingMs } = stored
    const entry = parsed?.entry ?? decodeEntry(text)
    // Kept for others, who may be served it when it is too old for this caller.
    if (remainingMs === null && entry.keepMs > 0) return judgedAgain(plan, deps)
    const age = ageOf(entry, remainingMs, plan.freshMaxMs)
    // What the database has is older than a row with accepted writes, whatever its age.
    const pastMs = looked.isPending ? null : age.pastMs
    if (pastMs !== null && pastMs >= Math.max(plan.staleMs, plan.staleIfErrorMs)) return missing
    const isCurrent = areAllCurrent(entry, tags, looked.stamps)
    const verdict = isCurrent ? 'current' : await judgedByTags(entry, plan, stamps, deps)
    if (verdict === 'outdated') return missing
    const { ageMs, freshMs } = age
    const make =
      parsed?.make ?? (() => deps.parsedEntries.read(plan, { text, payload: entry.payload, stamps: entry.stamps }))
    return answer(plan, entry, { ageMs, freshMs, pastMs, make, looked, missing, verdict }, deps)
  } catch (error) {
    if (isStoreError(error)) throw error
    deps.report({ kind: 'undecodable', ...about(plan), error })
    return missing
  }
}

interface Age {
  /** `null` where nobody wanted to know: then it is not past its TTL. */
  readonly ageMs: number | null
  /** How long this caller accepts it as fresh. */
  readonly freshMs: number
  /** How long it has been too old for that; `null` while it is not. */
  readonly pastMs: number | null
}

function ageOf({ ttlMs, keepMs }: Entry, remainingMs: number | null, freshMaxMs: number): Age {
  const freshMs = Math.min(ttlMs, freshMaxMs)
  if (remainingMs === null) return { ageMs: null, freshMs, pastMs: null }
  const ageMs = Math.max(0, ttlMs + keepMs - remainingMs)
  return { ageMs, freshMs, pastMs: ageMs < freshMs ? null : ageMs - freshMs }
}

interface Judged extends Age {
  readonly make: () => unknown
  readonly looked: Looked
  readonly missing: Missing
  readonly verdict: Exclude<Verdict, 'outdated'>
}

/** What an entry that is valid answers. Throws what the codec throws. */
function answer(
  plan: ReadPlan,
  entry: Entry,
  { ageMs, freshMs, pastMs, make, looked, missing, verdict }: Judged,
  { clock, report, random }: LookupDeps,
): Found {
  const result = make()
  if (!isAcceptable(plan, result, { report })) return missing
  if (pastMs !== null && ageMs !== null) {
    if (pastMs >= plan.staleMs) return { ...missing, spare: { result, ageMs } }
    return { kind: 'stale', result, ageMs, isDue: true }
  }
  if (verdict === 'softened') return { kind: 'stale', result, ageMs, isDue: true }
  if (ageMs === null) return { kind: 'fresh', result, ageMs, isDue: false }
  if (plan.adaptive) {
    const stamps = Object.fromEntries(stampsById(entry))
    plan.adaptive.hit({ key: plan.key.digest, loadedAtMs: clock.nowMs() - ageMs, stamps, payload: entry.payload })
  }
  const isDue = !looked.isPending && isDueAhead({ freshMs, ageMs, loadMs: entry.loadMs }, plan.refreshAhead, random)
  return { kind: 'fresh', result, ageMs, isDue }
}

/** Whether the user's function lets a result pass. One that throws does not. */
export function isAcceptable(plan: ReadPlan, result: unknown, { report }: Pick<EntryDeps, 'report'>): boolean {
  if (plan.validate === null) return true
  try {
    if (plan.validate(result)) return true
    report({ kind: 'rejected', ...about(plan) })
  } catch (error) {
    report({ kind: 'rejected', ...about(plan), error })
  }
  return false
}
