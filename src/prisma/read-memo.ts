import { LRUCache } from 'lru-cache'
import { canonical } from '../core/canonical.ts'
import type { WatchedShapeLimits } from '../strategies/shape-limits.ts'
import type { ReadPlanned } from './read-planned.ts'
import { identify } from './values.ts'

/**
 * The plans of reads that were asked before: the same question is analysed once in a process, not once for each hit.
 *
 * A plan follows from the call, the configuration, the schema and the shapes that the store has room for; of these only the last changes.
 * While any shape is refused nothing new is kept, and a refusal forgets everything.
 */
export interface ReadMemo {
  /** A text that is equal for two calls if and only if one plan is good for both; `null` where none is kept. */
  textOf(call: MemoCall): string | null
  get(text: string): ReadPlanned | undefined
  keep(text: string, planned: ReadPlanned): void
}

export interface MemoCall {
  readonly model: string
  readonly operation: string
  /** As they were given, `cacheStrategy` included. */
  readonly args: unknown
  readonly dataPath: readonly string[]
  readonly mayLoadOtherwise: boolean
  /** What the client adds to the key. */
  readonly clientFingerprint: string
}

/** A plan takes some 5 kB, with all that is made of it: 10 MB at most for those of one process. */
const plansMax = 2000
/** Clients with another `omit` or other computed fields; a program has few. */
const clientsMax = 100
/** Arguments that are longer are analysed each time. */
const charactersMax = 1000

export function createReadMemo(
  limits: WatchedShapeLimits,
  { keepUndefined }: { readonly keepUndefined: boolean },
): ReadMemo {
  const plans = new LRUCache<string, ReadPlanned>({ max: plansMax })
  const clients = new LRUCache<string, number>({ max: clientsMax })
  let lastNumber = 0
  let refusals = limits.refusals()

  /** Stands for its fingerprint, which is long. */
  function numberOf(clientFingerprint: string): number {
    const known = clients.get(clientFingerprint)
    if (known !== undefined) return known
    // Never one that stood for another.
    lastNumber += 1
    clients.set(clientFingerprint, lastNumber)
    return lastNumber
  }

  return {
    textOf({ model, operation, args, dataPath, mayLoadOtherwise, clientFingerprint }) {
      let text: string
      try {
        text = canonical(args ?? {}, { identify, keepUndefined })
      } catch {
        return null
      }
      if (text.length > charactersMax) return null
      // None of these has a space in it.
      const path = dataPath.length === 0 ? '' : dataPath.join('.')
      return `${numberOf(clientFingerprint)} ${model} ${operation} ${path} ${mayLoadOtherwise ? 1 : 0} ${text}`
    },
    get(text) {
      if (refusals !== limits.refusals()) {
        refusals = limits.refusals()
        plans.clear()
      }
      return plans.get(text)
    },
    keep(text, planned) {
      if (!limits.areAny()) plans.set(text, planned)
    },
  }
}
