import { isNode } from '../reads/node.ts'
import type { Environment } from './field-rules.ts'
import type { FieldRules, ModelRules } from './model-rules.ts'
import type { Generated, ResolvedWrite } from './pending-write.ts'
import { isMisread, readValue } from './read-value.ts'
import type { Taken } from './values/value-rule.ts'

/** A row to be created, but for what only the moment of acceptance tells. */
export interface NewRow {
  readonly idsNeeded: number
  /** @returns a reason if a generated value is not a valid one. */
  readonly build: (now: Date, nextId: () => bigint | undefined) => ResolvedWrite | string
}

/** Reads the `data` of a row; a reason when it is not plainly understood. */
export function readCreate(rules: ModelRules, data: unknown, environment: Environment): NewRow | string {
  if (rules.refusalOfCreate !== null) return rules.refusalOfCreate
  if (!isNode(data)) return 'data is not an object'
  const given = new Map<string, Taken>()
  for (const name in data) {
    const value = data[name]
    if (value === undefined) continue
    const found = rules.fields.get(name)
    if (!found) return `${name} is not a column`
    const taken = readGiven(found, value, environment)
    if (!taken) return `the value of ${name} is not certain`
    given.set(name, taken)
  }
  let idsNeeded = 0
  for (const [name, { absent }] of rules.fields) {
    if (given.has(name)) continue
    if (absent.kind === 'unknown') return `${name} is not given`
    if (absent.kind === 'id') idsNeeded += 1
  }
  return { idsNeeded, build: (now, nextId) => build(rules, given, now, nextId) }
}

/** `{ set: [...] }` is a list. */
function readGiven(found: FieldRules, value: unknown, environment: Environment): Taken | undefined {
  const isSet = found.field.isList && isNode(value) && Object.keys(value).length === 1 && Object.hasOwn(value, 'set')
  if (!isSet) return readValue(found, value, environment)
  return isMisread(found) ? undefined : readValue(found, value.set, environment)
}

function build(
  rules: ModelRules,
  given: ReadonlyMap<string, Taken>,
  now: Date,
  nextId: () => bigint | undefined,
): ResolvedWrite | string {
  const row: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  for (const [name, found] of rules.fields) {
    const taken = given.get(name) ?? makeAbsent(found, now, nextId)
    if (!taken) return `the generated value of ${name} is not certain`
    if (taken.stored !== undefined) row[name] = taken.stored
    after[name] = taken.returned
  }
  return { write: { kind: 'create', row }, before: null, after }
}

function makeAbsent({ rule, absent }: FieldRules, now: Date, nextId: () => bigint | undefined): Taken | undefined {
  switch (absent.kind) {
    case 'value':
      return absent.taken
    case 'unset':
      return { stored: undefined, returned: absent.returned }
    case 'made':
      return rule?.take(absent.make(now))
    case 'id': {
      const id = nextId()
      // Of the type of the field: `Int` or `BigInt`.
      return rule?.take(id) ?? rule?.take(Number(id))
    }
    case 'unknown':
      return undefined
  }
}

/** Builds all rows, or none. */
export function buildAll(rows: readonly NewRow[], { now, ids }: Generated): readonly ResolvedWrite[] | string {
  const writes: ResolvedWrite[] = []
  let used = 0
  for (const row of rows) {
    const write = row.build(now, () => ids[used++])
    if (typeof write === 'string') return write
    writes.push(write)
  }
  return writes
}
