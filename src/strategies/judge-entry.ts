import type { Clock } from '../core/clock.ts'
import type { ResultCodec } from '../core/codec.ts'
import { decodeEntry, type Entry, payloadUnder, stampsById } from '../core/entry.ts'
import { isStoreError } from '../core/errors.ts'
import type { Report } from '../core/events.ts'
import type { Soon } from '../core/soon.ts'
import type { Looked, Store, StoredText } from '../core/store.ts'
import type { TagList } from '../core/tag-list.ts'
import type { ParsedEntry } from './entry-memory.ts'
import type { ExpectedTags } from './expected-tags.ts'
import type { Found } from './found.ts'
import type { ParsedEntries } from './parsed-entries.ts'
import { about, type ReadPlan } from './read-plan.ts'
import { isDue as isDueAhead } from './refresh-ahead.ts'
import { areAllCurrent, judgedByTags, type Verdict } from './verdict.ts'

export interface EntryDeps {
  readonly store: Store
  readonly codec: ResultCodec
  readonly report: Report
}

export interface JudgeDeps extends EntryDeps {
  readonly clock: Clock
  readonly expected: ExpectedTags
  readonly parsedEntries: ParsedEntries
  /** Between 0 and 1. */
  readonly random: () => number
}

/** What is found when everything is asked for anew, the age included. */
export async function judgedAgain(plan: ReadPlan, deps: JudgeDeps): Promise<Found> {
  return judged(plan, await deps.store.lookup(plan.key, plan.tags), plan.tags, deps)
}

/**
 * Whether what was looked up may be served, and how. Not an async function: every hit comes by, and most are told at once.
 *
 * @param tags those that were looked up: the query's, and perhaps others after them.
 */
export function judged(plan: ReadPlan, looked: Looked, tags: TagList, deps: JudgeDeps): Soon<Found> {
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
function plainMaker(plan: ReadPlan, { text, parsed, tags, stamps }: Plain, deps: JudgeDeps) {
  if (parsed) return parsed.entry.keepMs === 0 && areAllCurrent(parsed.entry, tags, stamps) ? parsed.make : undefined
  const payload = payloadUnder(text, tags, stamps)
  return payload === undefined ? undefined : () => deps.parsedEntries.read(plan, { text, payload, stamps })
}

/** Of an entry that is current, where nobody asks for its age; `undefined` if it cannot be served. */
function plainAnswer(plan: ReadPlan, make: () => unknown, deps: JudgeDeps): Found | undefined {
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
  deps: JudgeDeps,
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
  { clock, report, random }: JudgeDeps,
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
