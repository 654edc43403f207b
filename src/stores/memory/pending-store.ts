import type { Clock } from '../../core/clock.ts'
import type { MakeNonce } from '../../core/nonce.ts'
import { asideId, partitionOf, positionOfAside } from '../../core/pending-names.ts'
import type { AcceptAnswer, AcceptGroup, AcceptRow, Partition, PendingStore } from '../../core/pending-store.ts'
import type { EntryKey, Stamp } from '../../core/store.ts'
import type { Tag, ValuesTag } from '../../core/tags.ts'
import { nameOf } from '../../core/values-name.ts'
import { firstEntries } from '../first-entries.ts'
import type { ModelState, PendingState } from './pending-state.ts'

export interface MemoryPendingDeps {
  /** Shared by the stores of a namespace. */
  readonly state: PendingState
  /** By which the stores of a namespace know a model. */
  readonly tableOf: (model: string) => string
  readonly clock: Clock
  readonly makeNonce: MakeNonce
  readonly stampOf: (tag: Tag) => Stamp | null
  readonly unlink: (tag: ValuesTag | Extract<Tag, { kind: 'root' }>) => void
  readonly put: (answer: { guard: ValuesTag; guardFresh: Stamp; key: EntryKey; text: string; retainMs: number }) => void
  /** The text of the entry, if it carries the stamp. */
  readonly entryUnder: (key: EntryKey, stamp: Stamp) => string | null
}

/** Accepted writes in this process: what the scripts of Redis do, one call after the other. They are lost when the process dies. */
export function createMemoryPendingStore(deps: MemoryPendingDeps): PendingStore {
  const { state, tableOf, clock, stampOf, unlink, put } = deps
  const of = (model: string): ModelState => state.model(tableOf(model))

  function verdictOf(model: ModelState, { held, answers }: AcceptRow, none: string): 'changed' | 'taken' | null {
    if (held && stampOf(held.guard) !== held.stamp) return 'changed'
    const isTaken = answers.some(({ guard, isNew, key }) => {
      if (!isNew) return false
      if (model.marks.has(nameOf(guard))) return true
      const stamp = stampOf(guard)
      return stamp !== null && stamp !== held?.stamp && deps.entryUnder(key, stamp)?.endsWith(none) === false
    })
    return isTaken ? 'taken' : null
  }

  /** Whether a synchronous write is under way. One that gave up may have done so after its commit. */
  function isGated(name: string): boolean {
    const { gates } = of(name)
    if ([...gates.values()].some((deadlineMs) => deadlineMs > clock.nowMs())) return true
    if (gates.size > 0) unlink({ kind: 'root', model: name })
    gates.clear()
    return false
  }

  function accept(group: AcceptGroup): AcceptAnswer {
    const { partition, rows, backlogMax, isWhole } = group
    const model = of(partition.model)
    if (isGated(partition.model)) return { kind: 'gated', gates: [...model.gates.keys()] }
    if (model.partitions !== group.partitions && model.backlog > 0) {
      return { kind: 'partitioned', partitions: model.partitions }
    }
    if (model.backlog >= backlogMax) return { kind: 'full' }
    const isSame =
      stampOf({ kind: 'root', model: partition.model }) === group.root &&
      group.shapes.every(({ shape, stamp }) => stampOf({ kind: 'shape', model: partition.model, shape }) === stamp)
    if (!isSame) return { kind: 'changed' }

    const verdicts = rows.map((row) => verdictOf(model, row, group.none))
    const isRefused = verdicts.some((verdict) => verdict !== null)
    const all = verdicts.map((verdict) => verdict ?? (isWhole && isRefused ? 'changed' : null))
    const accepted = rows.filter((_, i) => all[i] === null)
    const writes = accepted.flatMap((row) => row.writes)
    const refused = new Map(all.flatMap((verdict, i) => (verdict === null ? [] : [[i, verdict] as const])))
    if (writes.length > 0) {
      model.partitions = group.partitions
      const id = state.append(model, partition.number, writes)
      for (const { guard, text, ...answer } of accepted.flatMap((row) => row.answers)) {
        model.marks.set(nameOf(guard), id)
        if (text === null) unlink(guard)
        else put({ ...answer, guard, text })
      }
    }
    return { kind: 'accepted', backlog: model.backlog, refused, isDurable: true }
  }

  function leads({ model, number }: Partition, token: string): boolean {
    const lead = of(model).leads.get(number)
    return lead !== undefined && lead.token === token && lead.deadlineMs > clock.nowMs()
  }

  return {
    accept: async (group) => accept(group),
    async backlog(name) {
      const model = of(name)
      const latest = [...model.streams].flatMap(([number, stream]) => {
        const entry = stream.at(-1)
        return entry ? [{ number, entry: entry.id }] : []
      })
      return { writes: model.backlog, partitions: model.partitions, latest }
    },
    async oldest({ model: name, number }, writes, after = null) {
      const { streams, dead, aside } = of(name)
      const stream = streams.get(number) ?? []
      const from = after === null ? 0 : stream.findIndex(({ id }) => id === after) + 1
      const entries = firstEntries(stream.slice(from), writes)
      const isLast = entries.length === stream.length - from
      return { entries, isLast, blocked: new Map([...dead].map(([row, { id }]) => [row, id])), aside: new Set(aside) }
    },
    async first({ model, number }) {
      return of(model).streams.get(number)?.[0]?.id ?? null
    },
    async settle(partition, settled) {
      const model = of(partition.model)
      for (const { id, life, writes, names, guards } of settled) {
        const stream = model.streams.get(partition.number) ?? []
        const at = stream.findIndex((entry) => entry.id === id && entry.life === life)
        if (at < 0) {
          for (const guard of guards()) unlink(guard)
          continue
        }
        stream.splice(at, 1)
        model.backlog -= writes
        for (let index = 0; index < writes; index += 1) model.aside.delete(asideId(partition, { entry: id, index }))
        for (const name of names.split(' ')) if (model.marks.get(name) === id) model.marks.delete(name)
      }
      model.tell({ kind: 'settled', number: partition.number, entry: settled.at(-1)!.id })
    },

    async openGate(model, id, leaseMs) {
      of(model).gates.set(id, clock.nowMs() + leaseMs)
    },
    async closeGate(model, id) {
      of(model).gates.delete(id)
    },

    async lead(partition, token, leaseMs) {
      const { leads: all } = of(partition.model)
      const lead = all.get(partition.number)
      if (lead && lead.token !== token && lead.deadlineMs > clock.nowMs()) return false
      all.set(partition.number, { token, deadlineMs: clock.nowMs() + leaseMs })
      return true
    },
    async keepLead(partition, token, leaseMs) {
      if (!leads(partition, token)) return false
      of(partition.model).leads.set(partition.number, { token, deadlineMs: clock.nowMs() + leaseMs })
      return true
    },
    async resign(partition, token) {
      if (leads(partition, token)) of(partition.model).leads.delete(partition.number)
    },

    async setAside(partition, token, { id, row, write, failure, guards }) {
      const { aside, dead, marks } = of(partition.model)
      if (!leads(partition, token)) return 'not-leading'
      if (aside.has(id)) return 'set-aside'
      const letter = dead.get(row)
      if (failure === null && !letter) return 'not-blocked'
      if (letter) letter.writes.push(write)
      else dead.set(row, { id, failure: failure!, writes: [write] })
      aside.add(id)
      const { entry } = positionOfAside(id)
      for (const guard of guards) {
        unlink(guard)
        if (marks.get(nameOf(guard)) === entry) marks.delete(nameOf(guard))
      }
      return 'set-aside'
    },
    async deadLetters(model) {
      return [...of(model).dead].map(([row, letter]) => ({ row, ...letter, writes: [...letter.writes] }))
    },
    async isBlocked(model, rows) {
      return rows.some((row) => of(model).dead.has(row))
    },
    async release(name, { id, row }, fate, { guards }) {
      const model = of(name)
      const letter = model.dead.get(row)
      if (letter?.id !== id) return 'absent'
      if (isGated(name) || model.marks.has(row)) return 'busy'
      const writes = letter.writes.slice(fate === 'discarded' ? 1 : 0)
      model.dead.delete(row)
      const entry = writes.length > 0 && state.append(model, partitionOf(row, model.partitions), writes)
      for (const guard of guards) {
        unlink(guard)
        if (entry) model.marks.set(nameOf(guard), entry)
      }
      return 'released'
    },
    async isNewServer() {
      return false
    },
    async knowServer() {},
    async databaseOf(name, database) {
      const model = of(name)
      model.database ??= database
      return model.database
    },

    async nudge(model) {
      of(model).tell({ kind: 'nudged' })
    },
    listen(model, onNews) {
      const { listeners } = of(model)
      listeners.add(onNews)
      return () => listeners.delete(onNews)
    },
    async durability() {
      return null
    },
  }
}
