import { LRUCache } from 'lru-cache'
import type { Clock } from '../../core/clock.ts'
import type { MakeNonce } from '../../core/nonce.ts'
import { softened } from '../../core/soft-stamps.ts'
import { tagId, tagIds } from '../../core/stamp-tags.ts'
import {
  type EntryKey,
  type LoadOutcome,
  nothingPending,
  type PendingWatch,
  type Replacement,
  type Stamp,
  type StampTag,
  type Store,
  type StoredText,
} from '../../core/store.ts'
import type { Tag } from '../../core/tags.ts'
import { nameOf } from '../../core/values-name.ts'
import { createLeases } from './leases.ts'
import { createPendingState, type PendingState } from './pending-state.ts'
import { createMemoryPendingStore } from './pending-store.ts'
import { createShapeRegistry, type ShapeRegistry } from './shape-registry.ts'

export interface MemoryStoreDeps {
  readonly clock: Clock
  readonly makeNonce: MakeNonce
  /** Bytes of keys, entries and value stamps together; the least recently used go first. */
  readonly maxBytes: number
  /** Accepted writes; shared with the other stores of the namespace. Default: of this store alone. */
  readonly pendingState?: PendingState
  readonly tableOf?: (model: string) => string
}

type Stored = Pick<Replacement, 'guard' | 'guardFresh' | 'retainMs' | 'key' | 'text'>

const nothing: readonly never[] = []

/** Rough bytes of one map slot, so that many tiny entries are not free. */
const slotBytes = 100

/**
 * The embedded store: entries, stamps and leases in this process, for one process.
 *
 * Bounded: entries and the stamps of values and of user tags share one LRU, so either may vanish at any time, which costs
 * a hit and nothing else. Root and shape stamps are as many as the schema has models and shapes, and stay.
 */
export function createMemoryStore({
  clock,
  makeNonce,
  maxBytes,
  pendingState = createPendingState(),
  tableOf = (model) => model,
}: MemoryStoreDeps): Store {
  /** Entries and stamps that may be dropped. `expiresAtMs` is on the store's clock. */
  const bounded = new LRUCache<string, { text: string; expiresAtMs: number }>({
    maxSize: maxBytes,
    sizeCalculation: (item, key) => 2 * (item.text.length + key.length) + slotBytes,
  })
  /** Per model: the root stamp, and the registered shapes. Lost together or not at all. */
  const models = new Map<string, { root: Stamp | null; isOff: boolean; readonly shapes: ShapeRegistry }>()
  const intents = new Map<string, { model: string; deadlineMs: number }>()
  const leases = createLeases(clock)

  const entryName = ({ model, digest }: EntryKey) => `e ${model} ${digest}`

  function modelOf(name: string) {
    const known = models.get(name)
    if (known) return known
    const created = { root: null, isOff: false, shapes: createShapeRegistry({ clock, makeNonce }) }
    models.set(name, created)
    return created
  }

  function alive(name: string): { text: string; expiresAtMs: number } | null {
    const item = bounded.get(name)
    if (!item) return null
    if (item.expiresAtMs > clock.nowMs()) return item
    bounded.delete(name)
    return null
  }

  function stampOf(tag: StampTag, id?: string): Stamp | null {
    if (tag.kind === 'root') return models.get(tag.model)?.root ?? null
    if (tag.kind === 'shape' || tag.kind === 'mark') return models.get(tag.model)?.shapes.stamp(tag) ?? null
    return alive(id ?? tagId(tag))?.text ?? null
  }

  function stampsOf(tags: readonly StampTag[], ids = tagIds(tags)): (Stamp | null)[] {
    return tags.map((tag, i) => stampOf(tag, ids[i]))
  }

  function switchedOff(tags: readonly StampTag[]): readonly string[] {
    let off: readonly string[] = nothing
    for (const tag of tags) if (tag.kind === 'root' && models.get(tag.model)?.isOff) off = [...off, tag.model]
    return off
  }

  function obtain(tag: StampTag, retainMs: number): Stamp | null {
    if (tag.kind === 'shape' || tag.kind === 'mark') return modelOf(tag.model).shapes.obtain(tag, retainMs)
    const stamp = stampOf(tag) ?? makeNonce()
    if (tag.kind === 'root') modelOf(tag.model).root = stamp
    else {
      const name = tagId(tag)
      const expiresAtMs = Math.max(bounded.peek(name)?.expiresAtMs ?? 0, clock.nowMs() + retainMs)
      bounded.set(name, { text: stamp, expiresAtMs })
    }
    return stamp
  }

  function unlink(tag: Tag): void {
    if (tag.kind === 'root') modelOf(tag.model).root = null
    else if (tag.kind === 'shape' || tag.kind === 'mark') modelOf(tag.model).shapes.remove(tag)
    else bounded.delete(tagId(tag))
  }

  const dropRoots = (names: readonly string[]) => {
    for (const model of names) unlink({ kind: 'root', model })
  }

  function put({ guard, guardFresh, key, text, retainMs }: Stored): void {
    const expiresAtMs = clock.nowMs() + retainMs
    bounded.set(tagId(guard), { text: guardFresh, expiresAtMs })
    bounded.set(entryName(key), { text, expiresAtMs })
  }

  function textOf(key: EntryKey, withAge = true): StoredText | null {
    const item = alive(entryName(key))
    return item && { text: item.text, remainingMs: withAge ? item.expiresAtMs - clock.nowMs() : null }
  }

  function obtainAll(tags: readonly StampTag[], retainMs: number): readonly (Stamp | null)[] {
    // A mark exists with its shape.
    for (const tag of tags) if (tag.kind === 'shape') obtain(tag, retainMs)
    return tags.map((tag) => obtain(tag, retainMs))
  }

  function isPending(watch: PendingWatch): boolean {
    if ('row' in watch) return pendingState.model(tableOf(watch.row.model)).marks.has(nameOf(watch.row))
    return watch.models.some((model) => pendingState.model(tableOf(model)).backlog > 0)
  }

  return {
    kind: 'memory',
    pending: createMemoryPendingStore({
      ...{ state: pendingState, tableOf, clock, makeNonce, stampOf, unlink, put },
      entryUnder(key, stamp) {
        const text = alive(entryName(key))?.text
        return text?.includes(stamp) ? text : null
      },
    }),

    lookup(key, tags, { watch = nothingPending, withAge = true } = {}) {
      const entry = textOf(key, withAge)
      const stamps = stampsOf(tags.list, tags.ids)
      return { entry, stamps, isPending: isPending(watch), off: switchedOff(tags.list) }
    },
    stamps: async (tags) => stampsOf(tags),
    obtainStamps: async (tags, retainMs) => obtainAll(tags, retainMs),
    async beginLoad(key, { token, leaseMs, tags, retainMs }) {
      if (models.get(key.model)?.isOff) return 'off'
      const lease = leases.acquire(entryName(key), token, leaseMs)
      return { lease, stamps: obtainAll(tags, retainMs), entry: textOf(key) }
    },
    async fill(key, text, retainMs, leaseToken) {
      bounded.set(entryName(key), { text, expiresAtMs: clock.nowMs() + retainMs })
      if (leaseToken !== undefined) leases.release(entryName(key), leaseToken, 'filled')
    },

    async touch(model, decide, replacements = []) {
      const tags = decide(modelOf(model).shapes.ids())
      const isCurrent = ({ held }: Replacement) => held.every(({ tag, stamp }) => stampOf(tag) === stamp)
      const stored = replacements.filter(isCurrent)
      for (const tag of tags) unlink(tag)
      for (const { guard } of replacements) unlink(guard)
      for (const replacement of stored) {
        const { guard, shapeFresh } = replacement
        if (shapeFresh !== null) modelOf(model).shapes.renew(guard.shape, shapeFresh)
        put(replacement)
      }
      return stored.length
    },
    async shapesInUse(model) {
      return modelOf(model).shapes.ids()
    },
    async switchModels(names, to) {
      for (const name of names) modelOf(name).isOff = to === 'off'
      dropRoots(names)
    },
    async dropRoots(names) {
      dropRoots(names)
    },
    async touchUserTags(names) {
      bounded.delete(tagId({ kind: 'user-mark' }))
      for (const name of names) bounded.delete(tagId({ kind: 'user', name }))
    },

    async soften({ models: names, userTags }) {
      const fresh = makeNonce()
      if (userTags.length > 0) bounded.delete(tagId({ kind: 'user-mark' }))
      for (const name of userTags) {
        const id = tagId({ kind: 'user', name })
        const stamp = alive(id)
        if (stamp) bounded.set(id, { ...stamp, text: softened(stamp.text, fresh) })
      }
      for (const name of names) {
        const model = modelOf(name)
        if (model.root !== null) model.root = softened(model.root, fresh)
      }
    },

    async intend(intended, leaseMs) {
      for (const { id, model } of intended) {
        intents.set(`${model} ${id}`, { model, deadlineMs: clock.nowMs() + leaseMs })
      }
    },
    async settle(settled) {
      for (const { id, model } of settled) intents.delete(`${model} ${id}`)
    },
    async sweep() {
      const expired = [...intents].filter(([, intent]) => intent.deadlineMs <= clock.nowMs())
      dropRoots(expired.map(([, intent]) => intent.model))
      for (const [member] of expired) intents.delete(member)
      return [...new Set(expired.map(([, intent]) => intent.model))]
    },

    acquireLease: async (key, token, leaseMs) => leases.acquire(entryName(key), token, leaseMs),
    renewLease: async (key, token, leaseMs) => leases.renew(entryName(key), token, leaseMs),
    releaseLease: async (key, token, outcome: LoadOutcome) => leases.release(entryName(key), token, outcome),
    watchLease: async (key) => leases.watch(entryName(key)),

    isOpen: () => true,
    isRecovering: () => false,
    async close() {},
  }
}
