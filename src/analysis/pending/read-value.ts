import type { Environment } from './field-rules.ts'
import type { FieldRules } from './model-rules.ts'
import type { Taken } from './values/value-rule.ts'

/** As `identify` names it. */
const dbNull = JSON.stringify(['enum', 'NullTypes', 'DbNull'])

const nothing: Taken = { stored: null, returned: null }

/** A whole value given for a field; `undefined` unless it is surely valid. */
export function readValue({ field, rule }: FieldRules, given: unknown, { identify }: Environment): Taken | undefined {
  if (!rule) return undefined
  if (field.isList) return readItems({ field, rule }, given)
  const isNull = field.type === 'Json' ? isObject(given) && identify(given) === dbNull : given === null
  if (isNull) return field.isRequired ? undefined : nothing
  return rule.take(given)
}

/** The items of a list. */
export function readItems({ field, rule }: Pick<FieldRules, 'field' | 'rule'>, given: unknown): Taken | undefined {
  // An index on a list holds all of its items, as one entry or as many.
  if (!rule || !Array.isArray(given) || field.isIndexed) return undefined
  const stored: unknown[] = []
  const returned: unknown[] = []
  for (const item of given) {
    const taken = rule.take(item)
    if (taken === undefined) return undefined
    stored.push(taken.stored)
    returned.push(taken.returned)
  }
  return { stored, returned }
}

/** Prisma stores the base64 of each item, not its bytes, where an operation names several (seen on client 7.10). */
export function isMisread({ field }: Pick<FieldRules, 'field'>): boolean {
  return field.isList && field.type === 'Bytes'
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
