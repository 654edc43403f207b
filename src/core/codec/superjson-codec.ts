import { SuperJSON } from 'superjson'
import type { Codec } from '../codec.ts'
import { CacheError } from '../errors.ts'
import { isPlainJson } from './plain-json.ts'
import {
  bufferRule,
  bytesRule,
  type DecimalClass,
  dateRule,
  decimalRule,
  type Rule,
  refused,
  refusedRule,
  trickyKeysRule,
} from './rules.ts'

/**
 * superjson, on an instance of its own, narrowed to what a database returns. Knows nothing of models: what a value is stands beside it.
 *
 * Plain objects, arrays, strings, numbers (`NaN`, infinities and -0 too), bigints, booleans, `null`, `undefined`, dates,
 * decimals of the given class, `Uint8Array` and `Buffer`. Anything else is refused, because superjson would quietly lose it.
 */
export function superjsonCodec({ Decimal }: { readonly Decimal: DecimalClass }): Codec {
  const superjson = new SuperJSON()
  superjson.registerCustom<unknown, never>(typed(Decimal), 'typed')

  return {
    name: 'superjson-1',
    encode(value) {
      // What superjson would write, without asking it about every value.
      if (isPlainJson(value)) return JSON.stringify({ json: value })
      const { json, meta } = superjson.serialize(value)
      if (holdsCycle(meta?.referentialEqualities)) throw refused('a cycle')
      // An object that occurs twice is written twice, so that the rows of a hit share nothing.
      return JSON.stringify(meta?.values === undefined ? { json } : { json, meta: { values: meta.values, v: 1 } })
    },
    decode(text) {
      try {
        const written = envelope(text)
        return written.meta === undefined ? written.json : superjson.deserialize(written, { inPlace: true })
      } catch (cause) {
        throw new CacheError('CODEC.UNDECODABLE', 'An entry in the store could not be decoded.', { cause })
      }
    },
  }
}

type Envelope = Parameters<SuperJSON['deserialize']>[0]

/** All rules as one transformer, which writes `[rule, value]`: superjson asks every transformer about every value. */
function typed(Decimal: DecimalClass) {
  // What no other rule takes is refused.
  const rules: readonly Rule[] = [decimalRule(Decimal), dateRule, bufferRule, bytesRule, trickyKeysRule, refusedRule]
  const ruleFor = (value: unknown) => rules.find(({ is }) => is(value))
  return {
    isApplicable: (value: unknown): value is unknown => !isSimple(value) && ruleFor(value) !== undefined,
    serialize(value: unknown) {
      const rule = ruleFor(value)!
      return [rule.name, rule.write(value)] as never
    },
    deserialize(written: unknown) {
      const [name, json] = written as readonly unknown[]
      const rule = rules.find((each) => each.name === name)
      if (rule === undefined) throw new TypeError('unknown rule')
      return rule.read(json)
    },
  }
}

function isSimple(value: unknown): boolean {
  return value === null || !(typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol')
}

function envelope(text: string): Envelope {
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed !== 'object' || parsed === null || !Object.hasOwn(parsed, 'json'))
    throw new TypeError('no envelope')
  return parsed as Envelope
}

/**
 * Whether an object occurs within itself: superjson then writes `null` there.
 *
 * It lists, for the path of each object that occurs again, the paths where it does; an array when that object is the root.
 */
function holdsCycle(equalities: unknown): boolean {
  if (equalities === undefined) return false
  if (Array.isArray(equalities)) return true
  return Object.entries(equalities as Readonly<Record<string, readonly string[]>>).some(([path, others]) =>
    others.some((other) => other.startsWith(`${path}.`)),
  )
}
