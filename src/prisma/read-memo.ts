import { LRUCache } from 'lru-cache'
import { Parameter } from '../analysis/equality/parameter.ts'
import { canonical } from '../core/canonical.ts'
import type { WatchedShapeLimits } from '../strategies/shape-limits.ts'
import { createClientNumbers } from './client-numbers.ts'
import type { ReadPlanned } from './read-planned.ts'
import type { ReadShape } from './read-shape.ts'
import { identify } from './values.ts'

/**
 * What was found of reads that were asked before: the plans of the same questions, and what the analysis told of the same kinds of questions,
 * which differ only in the values that they ask for.
 *
 * Both follow from the call, the configuration, the schema and the shapes that the store has room for; of these only the last changes.
 * While any shape is refused nothing new is kept, and a refusal forgets everything.
 */
export interface ReadMemo {
  /** A text that is equal for two calls if and only if what is found of one is good for both; `null` where nothing is kept. */
  textOf(call: MemoCall): string | null
  /** By the text of a call as it was made. */
  readonly plans: Kept<ReadPlanned>
  /** By the text of a call with parameters. */
  readonly shapes: Kept<ReadShape>
}

export interface Kept<Value> {
  get(text: string): Value | undefined
  /** Or not, where there is no room left. */
  keep(text: string, value: Value): void
}

export interface MemoCall {
  readonly model: string
  readonly operation: string
  /** As they were given, `cacheStrategy` included; or with parameters. */
  readonly args: unknown
  readonly dataPath: readonly string[]
  readonly mayLoadOtherwise: boolean
  /** What the client adds to the key. */
  readonly clientFingerprint: string
}

/** A plan takes some 6.5 kB, with all that is made of it: 13 MB at most for those of one process. */
const plansMax = 2000
/**
 * Where there is no room left, one plan in so many takes the place of another. What is asked for often is soon among them, and the rest does not
 * drive it out; to keep what is never asked for again would cost more than to make a plan.
 *
 * Source: bimodal insertion, Qureshi et al., "Adaptive insertion policies for high performance caching", ISCA 2007.
 */
const keptShare = 1 / 32
/** A program has some hundreds; arguments that are made up have any number. */
const shapesMax = 1000
/** Arguments that are longer are analysed each time. */
const charactersMax = 1000

/** The arguments of a call in canonical form: a text ends with them, after five words. */
export function argsOfText(text: string): string {
  let start = 0
  for (let word = 0; word < 5; word += 1) start = text.indexOf(' ', start) + 1
  return text.slice(start)
}

/** @param random between 0 and 1. */
export function createReadMemo(
  limits: WatchedShapeLimits,
  { keepUndefined, random }: { readonly keepUndefined: boolean; readonly random: () => number },
): ReadMemo {
  const numberOf = createClientNumbers()

  return {
    textOf({ model, operation, args, dataPath, mayLoadOtherwise, clientFingerprint }) {
      let text: string
      try {
        text = canonical(args ?? {}, { identify: identifyAlso, keepUndefined })
      } catch {
        return null
      }
      if (text.length > charactersMax) return null
      // None of these has a space in it.
      const path = dataPath.length === 0 ? '' : dataPath.join('.')
      return `${numberOf(clientFingerprint)} ${model} ${operation} ${path} ${mayLoadOtherwise ? 1 : 0} ${text}`
    },
    plans: createKept(limits, plansMax, () => random() < keptShare),
    shapes: createKept(limits, shapesMax, () => true),
  }
}

/** @param isWorthAPlace whether a value takes the place of another. */
function createKept<Value extends object>(
  limits: WatchedShapeLimits,
  max: number,
  isWorthAPlace: () => boolean,
): Kept<Value> {
  const values = new LRUCache<string, Value>({ max })
  let refusals = limits.refusals()
  return {
    get(text) {
      if (refusals !== limits.refusals()) {
        refusals = limits.refusals()
        values.clear()
      }
      return values.get(text)
    },
    keep(text, value) {
      if (!limits.areAny() && (values.size < max || isWorthAPlace())) values.set(text, value)
    },
  }
}

function identifyAlso(value: object): string | undefined {
  return value instanceof Parameter ? 'parameter' : identify(value)
}
