import { isNode } from '../reads/node.ts'
import type { Environment } from './field-rules.ts'
import type { FieldRules, ModelRules } from './model-rules.ts'
import type { Arithmetic, Change, ResolvedWrite, Row } from './pending-write.ts'
import { isMisread, readItems, readValue } from './read-value.ts'

/** What is done to a row once it is known. */
export interface RowUpdate {
  /** @returns a reason if the database might refuse or round the result. */
  readonly apply: (before: Row, now: Date) => ResolvedWrite | string
}

/** Reads the `data` of an update; a reason when it is not plainly understood. */
export function readUpdate(rules: ModelRules, data: unknown, environment: Environment): RowUpdate | string {
  if (!isNode(data)) return 'data is not an object'
  const steps: Step[] = []
  for (const name in data) {
    const value = data[name]
    if (value === undefined) continue
    const found = rules.fields.get(name)
    if (!found) return `${name} is not a column`
    if (found.isFixed) return `${name} is an id, or referenced, or a key that only the database compares`
    const step = readStep(found, value, environment)
    if (!step) return `the change of ${name} is not certain`
    steps.push(step)
  }
  return { apply: (before, now) => apply(rules, steps, before, now) }
}

interface Step {
  readonly name: string
  readonly change: Change
  /** `undefined` where it is not certain. */
  readonly next: (base: unknown) => unknown
}

function readStep(found: FieldRules, given: unknown, environment: Environment): Step | undefined {
  const { field, rule } = found
  const { name } = field
  const operation = operationOf(given)
  if (operation === null) return setStep(found, given, environment)
  // To Json fields it may be a value like any other, and to its lists it is said of one item or of several.
  if (field.type === 'Json' && !(field.isList && operation.op === 'set')) return undefined
  const { op, operand } = operation
  if (isMisread(found) && (op !== 'push' || Array.isArray(operand))) return undefined
  if (op === 'set') return setStep(found, operand, environment)
  if (op === 'push') {
    const items = field.isList ? readItems(found, Array.isArray(operand) ? operand : [operand]) : undefined
    if (!items || (items.stored as readonly unknown[]).length === 0) return undefined
    const value = items.stored as readonly unknown[]
    const added = items.returned as readonly unknown[]
    const next = (base: unknown) => (Array.isArray(base) ? [...base, ...added] : undefined)
    return { name, change: { op: 'push', value }, next }
  }
  const { compute } = rule ?? {}
  const taken = field.isList ? undefined : rule?.take(operand)
  if (!compute || !taken) return undefined
  const next = (base: unknown) => (base === null ? null : compute(op, base, taken.returned))
  return { name, change: { op, value: taken.stored }, next }
}

function setStep(found: FieldRules, given: unknown, environment: Environment): Step | undefined {
  const taken = readValue(found, given, environment)
  return taken && { name: found.field.name, change: { op: 'set', value: taken.stored }, next: () => taken.returned }
}

const operations: ReadonlySet<string> = new Set(['set', 'push', 'increment', 'decrement', 'multiply', 'divide'])

/** `{ increment: 1 }`; `null` for what is no object with the name of an operation. */
function operationOf(given: unknown): { readonly op: 'set' | 'push' | Arithmetic; readonly operand: unknown } | null {
  if (!isNode(given)) return null
  const [op, ...more] = Object.keys(given)
  if (op === undefined || more.length > 0 || !operations.has(op)) return null
  return { op: op as 'set' | 'push' | Arithmetic, operand: given[op] }
}

function apply(rules: ModelRules, steps: readonly Step[], before: Row, now: Date): ResolvedWrite | string {
  // Prisma sends no statement then, and leaves `@updatedAt` as it is.
  if (steps.length === 0) return 'nothing changes'
  const changes: Record<string, Change> = {}
  const after: Record<string, unknown> = { ...before }
  for (const { name, change, next } of steps) {
    const value = next(before[name])
    if (value === undefined) return `the new value of ${name} is not certain`
    changes[name] = change
    after[name] = value
  }
  for (const { field, rule } of rules.updatedAt) {
    if (Object.hasOwn(changes, field.name)) continue
    const taken = rule?.take(now)
    if (!taken) return `the value of ${field.name} is not certain`
    changes[field.name] = { op: 'set', value: taken.stored }
    after[field.name] = taken.returned
  }
  const id = idOf(rules, before)
  return id ? { write: { kind: 'update', id, changes }, before, after } : 'the row lacks its id'
}

/** `null` if the row does not hold all of it. */
export function idOf({ model }: ModelRules, row: Row): Row | null {
  const id: Record<string, unknown> = {}
  for (const name of model.idFields) {
    if (row[name] === undefined || row[name] === null) return null
    id[name] = row[name]
  }
  return id
}
