import type { ResolvedWrite, Row } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { ResultCodec } from '../../core/codec.ts'
import { nameOf } from '../../core/values-name.ts'
import type { Base } from './base.ts'
import type { PendingModel } from './pending-model.ts'
import { encodeStoredWrite } from './stored-write.ts'

/** A row, as the writes of one group leave it. */
export interface Staged<Job> {
  readonly base: Base | null
  /** Now; `null` when it is deleted. */
  row: Row | null
  /** Every lookup that finds it, or found it before the group; that by its id first. */
  readonly lookups: UniqueLookup[]
  /** Those of them that found it. */
  readonly before: readonly UniqueLookup[]
  /** Those of them that find it now. */
  after: readonly UniqueLookup[]
  /** As they came. */
  source: readonly UniqueLookup[]
  readonly writes: ResolvedWrite[]
  readonly jobs: Job[]
  /** What a job did here and to other rows. */
  writesOf(job: Job): readonly ResolvedWrite[]
  /** As they stand in the stream. */
  texts(codec: ResultCodec): readonly string[]
}

/** Gathers the writes of a group by the rows that they are about. */
export interface Staging<Job> {
  /** As the writes before it leave the row that a write asks for; `undefined` when the group has nothing on it. */
  rowOf(lookup: UniqueLookup): Base | undefined
  /** `false` when a row cannot be named, or when the group has another row by one of its keys: nothing is added then. */
  add(job: Job, writes: readonly ResolvedWrite[], base: Base | null): boolean
  /** Of every lookup that finds one of the rows, or found it before. */
  names(): ReadonlySet<string>
  /** By partition. */
  groups(partitionOf: (row: string) => number): ReadonlyMap<number, readonly Staged<Job>[]>
}

export function createStaging<Job>(model: PendingModel): Staging<Job> {
  const rows: Staged<Job>[] = []
  const byLookup = new Map<string, Staged<Job>>()
  const ofJob = new Map<Job, readonly ResolvedWrite[]>()

  function open(base: Base | null, lookups: readonly UniqueLookup[]): Staged<Job> {
    const staged: Staged<Job> = {
      base,
      row: base?.row ?? null,
      lookups: [...lookups],
      before: base?.row ? lookups : [],
      after: lookups,
      source: [],
      writes: [],
      jobs: [],
      writesOf: (job) => ofJob.get(job) ?? [],
      texts: (codec) => {
        const guards = staged.lookups.map((lookup) => lookup.values)
        return staged.writes.map((one) => encodeStoredWrite(one.write, model.touchedBy(one), guards, codec))
      },
    }
    rows.push(staged)
    return staged
  }

  function write(staged: Staged<Job>, one: ResolvedWrite, job: Job): void {
    staged.writes.push(one)
    if (!staged.jobs.includes(job)) staged.jobs.push(job)
    staged.row = one.after
    const after = one.after ? model.lookupsOf(one.after) : []
    if (after === staged.source) return
    staged.source = after
    staged.after = after
    const known = new Set(staged.lookups.map(({ name }) => name))
    for (const lookup of staged.after) if (!known.has(lookup.name)) staged.lookups.push(lookup)
    // The same objects, so that one is found among the others.
    const names = new Set(staged.after.map(({ name }) => name))
    staged.after = staged.lookups.filter((lookup) => names.has(lookup.name))
    for (const lookup of staged.lookups) byLookup.set(lookup.name, staged)
  }

  return {
    rowOf(lookup) {
      const staged = byLookup.get(lookup.name)
      if (!staged) return undefined
      const isFound = staged.after.some((one) => one.name === lookup.name)
      const { guard, stamp, root, shape, freshUntilMs } = staged.base ?? noBase
      return { row: isFound ? staged.row : null, guard, stamp, root, shape, freshUntilMs }
    },

    add(job, writes, base) {
      const placed: [Staged<Job> | null, readonly UniqueLookup[], ResolvedWrite][] = []
      const own = new Set<string>()
      for (const one of writes) {
        model.follow(one)
        const names = model.lookupsOf((one.before ?? one.after)!)
        const after = one.after ? model.lookupsOf(one.after) : []
        const all = after === names ? names : [...names, ...after]
        // A row is itself by its id; by another key the group may have one that has left the key to it.
        const staged = (names[0] && byLookup.get(names[0].name)) ?? null
        const isAnothers = all.some((lookup) => (byLookup.get(lookup.name) ?? staged) !== staged)
        if (names.length === 0 || isAnothers || (staged && one.before === null)) return false
        // Rows of one call that have a key in common.
        if (writes.length > 1 && all.some((lookup) => own.has(lookup.name))) return false
        if (writes.length > 1) for (const lookup of all) own.add(lookup.name)
        placed.push([staged, names, one])
      }
      ofJob.set(job, writes)
      for (const [staged, names, one] of placed) write(staged ?? open(base, names), one, job)
      return true
    },

    names: () => new Set(rows.flatMap(({ lookups }) => lookups.map(({ name }) => name))),

    groups(partitionOf) {
      const groups = new Map<number, Staged<Job>[]>()
      for (const staged of rows) {
        const number = partitionOf(nameOf(staged.lookups[0]!.values))
        const others = groups.get(number)
        if (others) others.push(staged)
        else groups.set(number, [staged])
      }
      return groups
    },
  }
}

const noBase: Omit<Base, 'row'> = {
  guard: { kind: 'values', model: '', shape: '', values: '' },
  stamp: '',
  root: '',
  shape: '',
  freshUntilMs: 0,
}
