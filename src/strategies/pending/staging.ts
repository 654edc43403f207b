import type { ResolvedWrite, Row } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { ResultCodec } from '../../core/codec.ts'
import { nameOf } from '../../core/values-name.ts'
import type { Base } from './base.ts'
import type { PendingModel } from './pending-model.ts'
import { factsAfter, type RowFacts, type RowLookup, touchedBy } from './row-facts.ts'
import { encodeStoredWrite, foundBy } from './stored-write.ts'

/** A row, as the writes of one group leave it. */
export interface Staged<Job> {
  readonly base: Base | null
  /** Now; `null` when it is deleted. */
  readonly row: Row | null
  /** Of that row. */
  readonly facts: RowFacts | null
  /** Every lookup that finds it, or found it before the group; that by its id first. */
  readonly lookups: readonly RowLookup[]
  /** Those of them that found it. */
  readonly before: readonly RowLookup[]
  /** Those of them that find it now. */
  readonly after: readonly RowLookup[]
  /** How many. */
  readonly writes: number
  readonly jobs: readonly Job[]
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
  readonly names: Pick<ReadonlySet<string>, 'has'>
  /** By partition. */
  groups(partitionOf: (row: string) => number): ReadonlyMap<number, readonly Staged<Job>[]>
}

/** A write of a row, and what was known of that before. */
interface StagedWrite {
  readonly one: ResolvedWrite
  readonly facts: RowFacts | null
}

export function createStaging<Job>(model: PendingModel): Staging<Job> {
  const rows: StagedRow<Job>[] = []
  const byLookup = new Map<string, StagedRow<Job>>()
  const ofJob = new Map<Job, readonly ResolvedWrite[]>()

  function open(base: Base | null, facts: RowFacts): StagedRow<Job> {
    const staged = new StagedRow(model, base, facts, ofJob)
    rows.push(staged)
    for (const lookup of staged.lookups) byLookup.set(lookup.name, staged)
    return staged
  }

  function write(staged: StagedRow<Job>, { one, facts }: StagedWrite, after: RowFacts | null, job: Job): void {
    const lookups = staged.lookups
    staged.write({ one, facts }, after, job)
    if (staged.lookups !== lookups) for (const lookup of staged.lookups) byLookup.set(lookup.name, staged)
  }

  return {
    rowOf(lookup) {
      const staged = byLookup.get(lookup.name)
      if (!staged) return undefined
      const isFound = staged.after.some((one) => one.name === lookup.name)
      const { guard, stamp, root, shape, freshUntilMs } = staged.base ?? noBase
      const found = isFound ? { row: staged.row, facts: staged.facts } : noRow
      return { ...found, guard, stamp, root, shape, freshUntilMs }
    },

    add(job, writes, base) {
      const placed: [staged: StagedRow<Job> | null, write: StagedWrite, after: RowFacts | null][] = []
      const own = writes.length > 1 ? new Set<string>() : null
      for (const one of writes) {
        const before = one.before && base!.facts
        const after = factsAfter(model, one, before)
        const names = (before ?? after)!.lookups
        const all = !after || after === before ? names : before ? [...names, ...after.lookups] : after.lookups
        // A row is itself by its id; by another key the group may have one that has left the key to it.
        const staged = (names[0] && byLookup.get(names[0].name)) ?? null
        const isAnothers = all.some((lookup) => (byLookup.get(lookup.name) ?? staged) !== staged)
        if (names.length === 0 || isAnothers || (staged && one.before === null)) return false
        if (own) {
          // Rows of one call that have a key in common.
          if (all.some((lookup) => own.has(lookup.name))) return false
          for (const lookup of all) own.add(lookup.name)
        }
        placed.push([staged, { one, facts: before }, after])
      }
      ofJob.set(job, writes)
      for (const [staged, made, after] of placed) {
        write(staged ?? open(base, (made.facts ?? after)!), made, after, job)
      }
      return true
    },

    names: byLookup,

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

class StagedRow<Job> implements Staged<Job> {
  readonly base: Base | null
  row: Row | null
  facts: RowFacts | null
  lookups: readonly RowLookup[]
  readonly before: readonly RowLookup[]
  after: readonly RowLookup[]
  readonly jobs: Job[] = []
  readonly #model: PendingModel
  readonly #writes: StagedWrite[] = []
  readonly #ofJob: ReadonlyMap<Job, readonly ResolvedWrite[]>

  /** @param facts of the row as the group finds it, or makes it. */
  constructor(
    model: PendingModel,
    base: Base | null,
    facts: RowFacts,
    ofJob: ReadonlyMap<Job, readonly ResolvedWrite[]>,
  ) {
    this.base = base
    this.row = base?.row ?? null
    this.facts = facts
    this.lookups = facts.lookups
    this.before = base?.row ? facts.lookups : []
    this.after = facts.lookups
    this.#model = model
    this.#ofJob = ofJob
  }

  write(made: StagedWrite, after: RowFacts | null, job: Job): void {
    this.#writes.push(made)
    if (!this.jobs.includes(job)) this.jobs.push(job)
    this.row = made.one.after
    if (after === this.facts) return
    this.facts = after
    const names = new Set(after?.lookups.map(({ name }) => name))
    const known = new Set(this.lookups.map(({ name }) => name))
    const added = after?.lookups.filter(({ name }) => !known.has(name)) ?? []
    if (added.length > 0) this.lookups = [...this.lookups, ...added]
    // The same objects, so that one is found among the others.
    this.after = this.lookups.filter(({ name }) => names.has(name))
  }

  get writes(): number {
    return this.#writes.length
  }

  writesOf(job: Job): readonly ResolvedWrite[] {
    return this.#ofJob.get(job) ?? []
  }

  texts(codec: ResultCodec): readonly string[] {
    const { lookups, facts } = this
    const found = facts && lookups === facts.lookups ? facts.found : foundBy(lookups.map(({ values }) => values))
    return this.#writes.map(({ one, facts: before }) =>
      encodeStoredWrite(one.write, touchedBy(this.#model, one, before), found, codec),
    )
  }
}

const noRow = { row: null, facts: null }

const noBase: Omit<Base, 'row' | 'facts'> = {
  guard: { kind: 'values', model: '', shape: '', values: '' },
  stamp: '',
  root: '',
  shape: '',
  freshUntilMs: 0,
}
