import cuid from '@bugsnag/cuid'
import { createId as cuid2 } from '@paralleldrive/cuid2'
import { nanoid } from 'nanoid'
import { ulid } from 'ulid'
import { v4 as uuid4, v7 as uuid7 } from 'uuid'
import type { Default, Field } from '../data-model.ts'
import type { Taken, ValueRule } from './values/value-rule.ts'

/** What a field gets in a new row that does not name it. */
export type Absent =
  | { readonly kind: 'value'; readonly taken: Taken }
  /** NULL, unless the database has a default that the schema does not name: the statement leaves the column out. */
  | { readonly kind: 'unset'; readonly returned: unknown }
  | { readonly kind: 'made'; readonly make: (now: Date) => unknown }
  | { readonly kind: 'id' }
  /** It cannot be known, or has to be given. */
  | { readonly kind: 'unknown' }

/** @param isId whether the integers of its sequence are reserved beforehand. */
export function absentValue(field: Field, rule: ValueRule, { isId }: { readonly isId: boolean }): Absent {
  // Prisma sets it when the row is created, too, whatever its default is.
  if (field.isUpdatedAt) return { kind: 'made', make: (now) => now }
  const found = field.default
  if (found === null) {
    // A missing list is NULL in the database, and empty to the client.
    if (field.isList) return { kind: 'unset', returned: [] }
    return field.isRequired ? { kind: 'unknown' } : { kind: 'unset', returned: null }
  }
  switch (found.kind) {
    case 'literal': {
      const taken = field.isList ? literalList(found.value, rule) : literal(found.value, rule)
      return taken ? { kind: 'value', taken } : { kind: 'unknown' }
    }
    case 'autoincrement':
      return isId ? { kind: 'id' } : { kind: 'unknown' }
    case 'database':
      return { kind: 'unknown' }
    default: {
      const make = field.isList ? undefined : generatorOf(found)
      return make ? { kind: 'made', make } : { kind: 'unknown' }
    }
  }
}

function literal(value: unknown, rule: ValueRule): Taken | undefined {
  return rule.ofDefault ? rule.ofDefault(value) : rule.take(value)
}

function literalList(value: unknown, rule: ValueRule): Taken | undefined {
  if (!Array.isArray(value)) return undefined
  const items = value.map((item) => literal(item, rule))
  if (!items.every((item) => item !== undefined)) return undefined
  return { stored: items.map((item) => item.stored), returned: items.map((item) => item.returned) }
}

/**
 * The generators that Prisma itself uses, in the same versions.
 *
 * Source: the registry of generators in the runtime of client 7.10.
 */
function generatorOf({ kind, args }: Exclude<Default, { kind: 'literal' | 'database' }>): Make | undefined {
  const [arg] = args
  switch (kind) {
    case 'now':
      return (now) => now
    case 'uuid':
      return arg === 4 ? () => uuid4() : arg === 7 ? () => uuid7() : undefined
    case 'cuid':
      return arg === 1 ? () => cuid() : arg === 2 ? () => cuid2() : undefined
    case 'nanoid':
      return arg === undefined ? () => nanoid() : typeof arg === 'number' ? () => nanoid(arg) : undefined
    case 'ulid':
      return () => ulid()
    default:
      return undefined
  }
}

type Make = (now: Date) => unknown
