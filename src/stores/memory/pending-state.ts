import type { PendingEntry, PendingNews } from '../../core/pending-store.ts'

/** What the stores of one namespace in this process have accepted and not settled. */
export interface PendingState {
  model(table: string): ModelState
  /** Returns the id of the entry. */
  append(model: ModelState, partition: number, writes: readonly string[]): string
}

export interface ModelState {
  backlog: number
  partitions: number
  database: string | null
  readonly streams: Map<number, PendingEntry[]>
  /** Name of a lookup -> the latest entry with a write on its row. */
  readonly marks: Map<string, string>
  /** Synchronous writes under way, and until when. */
  readonly gates: Map<string, number>
  readonly leads: Map<number, { readonly token: string; readonly deadlineMs: number }>
  readonly aside: Set<string>
  /** By row: the refused write and those that wait behind it. */
  readonly dead: Map<string, { readonly id: string; readonly failure: string; readonly writes: string[] }>
  readonly listeners: Set<(news: PendingNews) => void>
  tell(news: PendingNews): void
}

/** Each lives as long as a store of the namespace does. */
const states = new Map<string, WeakRef<PendingState>>()

export function pendingStateOf(namespace: string): PendingState {
  const known = states.get(namespace)?.deref()
  if (known) return known
  const state = createPendingState()
  states.set(namespace, new WeakRef(state))
  return state
}

export function createPendingState(): PendingState {
  const models = new Map<string, ModelState>()
  // Positions must never repeat, also not in the next process that uses the same fences.
  const life = `memory-${process.pid}-${Date.now()}`
  let entries = 0
  return {
    model(table) {
      const model = models.get(table) ?? createModelState()
      models.set(table, model)
      return model
    },
    append(model, partition, writes) {
      entries += 1
      const id = `${Date.now()}-${entries}`
      const stream = model.streams.get(partition) ?? []
      model.streams.set(partition, stream)
      stream.push({ id, life, writes })
      model.backlog += writes.length
      return id
    },
  }
}

function createModelState(): ModelState {
  const listeners: ModelState['listeners'] = new Set()
  return {
    backlog: 0,
    partitions: 1,
    database: null,
    streams: new Map(),
    marks: new Map(),
    gates: new Map(),
    leads: new Map(),
    aside: new Set(),
    dead: new Map(),
    listeners,
    tell(news) {
      for (const listener of listeners) listener(news)
    },
  }
}
