import type { Field } from '../../data-model.ts'
import { fitsIndex, isShort, isStorableText, type Taken, type ValueRule } from './value-rule.ts'

/** As `identify` names it. */
const jsonNull = JSON.stringify(['enum', 'NullTypes', 'JsonNull'])

/**
 * `jsonb`: plain JSON values. Pending as text, returned as PostgreSQL orders it.
 *
 * What Prisma turns into JSON by rules of its own (dates, bigints, infinities, tagged objects) is not accepted.
 */
export function jsonRule(field: Field, identify: (value: object) => string | undefined): ValueRule | null {
  const { nativeType } = field
  // `json` keeps the text as it was sent.
  if (nativeType !== null && nativeType.name !== 'JsonB') return null
  const take = (value: unknown): Taken | undefined => {
    const returned = normalize(value, { depth: 0, isInList: field.isList })
    const stored = returned === undefined ? undefined : JSON.stringify(returned)
    return stored !== undefined && fitsIndex(field, stored) ? { stored, returned } : undefined
  }
  return {
    take(given) {
      // At the top `null` is ambiguous; in a list it can only be that of JSON.
      if (given === null) return field.isList ? take(null) : undefined
      if (typeof given === 'number' && !isShort(given)) return undefined
      return typeof given === 'object' && identify(given) === jsonNull && !field.isList ? take(null) : take(given)
    },
    ofDefault(written) {
      if (typeof written !== 'string') return undefined
      const taken = take(JSON.parse(written))
      // The text itself: its numbers may have more digits than ours.
      return taken && { ...taken, stored: written }
    },
    copy: copyJson,
  }
}

/** Deeper values are refused by one part or another. */
const depthMax = 50

interface Place {
  readonly depth: number
  /** Of the database, where digits are lost. */
  readonly isInList: boolean
}

function inside({ depth, isInList }: Place): Place {
  return { depth: depth + 1, isInList }
}

/** The value as `jsonb` gives it back; `undefined` if it is not plain JSON. */
function normalize(value: unknown, at: Place): unknown {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return isStorableText(value) ? value : undefined
    case 'number':
      // -0 is 0.
      return Number.isFinite(value) && (!at.isInList || isShort(value)) ? value + 0 : undefined
    case 'object':
      if (value === null) return null
      if (at.depth >= depthMax) return undefined
      return Array.isArray(value) ? normalizeList(value, inside(at)) : normalizeObject(value, inside(at))
    default:
      return undefined
  }
}

function normalizeList(list: readonly unknown[], at: Place): unknown {
  // Indexes, because `map` skips holes.
  const items = Array.from(list, (item) => normalize(item, at))
  return items.includes(undefined) ? undefined : items
}

function normalizeObject(value: object, at: Place): unknown {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  const entries: [string, unknown][] = []
  for (const [key, inner] of Object.entries(value)) {
    const normalized = specialKeys.has(key) || !isStorableText(key) ? undefined : normalize(inner, at)
    if (normalized === undefined) return undefined
    entries.push([key, normalized])
  }
  return Object.fromEntries(entries.sort(([one], [other]) => compareKeys(one, other)))
}

/** Prisma reads objects with these as something else, or loses them. */
const specialKeys: ReadonlySet<string> = new Set(['$type', '__prismaRawParameters__', '__proto__'])

/** Shorter keys first, then byte by byte: `lengthCompareJsonbStringValue` of PostgreSQL. */
function compareKeys(one: string, other: string): number {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length - b.length || a.compare(b)
}

function copyJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyJson)
  if (typeof value !== 'object' || value === null) return value
  // Defines own properties, `__proto__` too.
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyJson(inner)]))
}
