import type { Clock } from '../../core/clock.ts'
import { isFlushTimeout } from '../../core/errors.ts'
import type { Report } from '../../core/events.ts'
import type { MakeNonce } from '../../core/nonce.ts'
import type { PendingStore } from '../../core/pending-store.ts'

export interface GatesDeps {
  readonly pending: PendingStore
  readonly clock: Clock
  readonly makeNonce: MakeNonce
  readonly report: Report
  /** Whether writes of the model are accepted first. */
  readonly isPending: (model: string) => boolean
  /** Resolves when what is pending on a model is in the database. */
  readonly settled: (model: string) => Promise<void>
  /** How long a gate lasts without renewal: no shorter than it takes until a dead writer's models are dropped. */
  readonly gateMs: number
}

/**
 * Keeps synchronous writes and accepted ones in order: while one of the former is under way on a model, none of the latter is accepted, and
 * those accepted before are in the database.
 */
export interface Gates {
  /**
   * `undefined` when none of the models has accepted writes. Rejects when older writes do not reach the database in time; then no gate
   * is left open. A store out of reach is no reason: the write goes on, and is reported as weakened.
   *
   * @param write the one that enters; the same object leaves.
   */
  enter(write: object, models: readonly string[]): Promise<void> | undefined
  leave(write: object): void
}

export function createGates({ pending, clock, makeNonce, report, isPending, settled, gateMs }: GatesDeps): Gates {
  const open = new Map<object, { readonly id: string; readonly models: Set<string> }>()
  let isRenewing = false

  function renewLater(): void {
    if (isRenewing) return
    isRenewing = true
    clock.inBackground(gateMs / 3, () => {
      isRenewing = false
      if (open.size === 0) return
      for (const { id, models } of open.values()) {
        for (const model of models) pending.openGate(model, id, gateMs).catch(() => {})
      }
      renewLater()
    })
  }

  async function enterEach(id: string, models: readonly string[]): Promise<void> {
    try {
      await Promise.all(models.map((model) => pending.openGate(model, id, gateMs)))
      await Promise.all(models.map(settled))
    } catch (error) {
      if (isFlushTimeout(error)) throw error
      const reason = 'the store was out of reach: accepted writes that wait there may follow it instead of leading'
      report({ kind: 'weakened-write', models, reason, error })
    }
  }

  function close(write: object, models: Iterable<string>): void {
    const own = open.get(write)
    if (!own) return
    for (const model of models) {
      if (own.models.delete(model)) pending.closeGate(model, own.id).catch(() => {})
    }
    if (own.models.size === 0) open.delete(write)
  }

  return {
    enter(write, names) {
      const known = open.get(write)
      const models = names.filter((name) => isPending(name) && !known?.models.has(name))
      if (models.length === 0) return undefined
      const own = known ?? { id: makeNonce(), models: new Set<string>() }
      for (const model of models) own.models.add(model)
      open.set(write, own)
      renewLater()
      return enterEach(own.id, models).catch((error) => {
        // Not those of earlier statements of the same transaction, which may go on.
        close(write, models)
        throw error
      })
    },
    leave: (write) => close(write, [...(open.get(write)?.models ?? [])]),
  }
}
