import type { DataModel, Model } from '../data-model.ts'
import { isNode, type Node } from '../reads/node.ts'
import type { ClientView } from '../reads/rows.ts'
import { shownFields } from '../shown-fields.ts'
import { lookupOfWhere, shapeOfPendingRow } from '../unique-lookup.ts'
import type { Environment } from './field-rules.ts'
import { type ModelRules, modelRules } from './model-rules.ts'
import type { Acceptable, Resolved, ResolvedWrite, Row } from './pending-write.ts'
import { buildAll, type NewRow, readCreate } from './read-create.ts'
import { idOf, type RowUpdate, readUpdate } from './read-update.ts'
import { showRow } from './show-row.ts'

export interface WriteCall {
  readonly operation: string
  readonly args: unknown
}

export interface PlanOptions extends Environment {
  /** That of the client that was called. */
  readonly client: ClientView
}

/** Why the call is left to the database, in a line without values. */
export interface Synchronous {
  readonly synchronous: string
}

/**
 * Whether a write can be accepted before the database has seen it, and what becomes of the row.
 *
 * Only what is surely valid is accepted, and only where the row is surely the one that Prisma would return: everything else, errors
 * above all, is left to Prisma itself. Not looked at is what only the database can tell: whether unique keys are free and foreign
 * keys exist, and what checks and triggers do that the schema does not name. A `timestamptz` is taken for what it is where the time
 * zone of the connections is UTC.
 */
export function planPendingWrite(
  dataModel: DataModel,
  model: Model,
  { operation, args }: WriteCall,
  options: PlanOptions,
): Acceptable | Synchronous {
  const known = argumentsOf.get(operation)
  if (!known) return { synchronous: `${operation} is not accepted` }
  const rules = modelRules(dataModel, model, options)
  if (rules.refusal !== null) return { synchronous: rules.refusal }
  if (!isNode(args)) return { synchronous: 'the arguments are no object' }
  if (dataModel.strictUndefinedChecks && hasUndefined(args)) return { synchronous: 'undefined is an error' }
  for (const name in args) {
    if (args[name] !== undefined && !known.has(name)) return { synchronous: `the argument ${name} is not accepted` }
  }
  const planned = plan({ dataModel, rules, operation, args, options })
  return typeof planned === 'string' ? { synchronous: planned } : planned
}

const argumentsOf: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    create: ['data', 'select', 'omit'],
    createMany: ['data', 'skipDuplicates'],
    createManyAndReturn: ['data', 'skipDuplicates', 'select', 'omit'],
    update: ['where', 'data', 'select', 'omit'],
    upsert: ['where', 'create', 'update', 'select', 'omit'],
    delete: ['where', 'select', 'omit'],
  }).map(([operation, names]) => [operation, new Set(names)]),
)

interface Planning {
  readonly dataModel: DataModel
  readonly rules: ModelRules
  readonly operation: string
  readonly args: Node
  readonly options: PlanOptions
}

function plan(planning: Planning): Acceptable | string {
  const { dataModel, rules, operation, args, options } = planning
  if (operation === 'createMany') return planCreateMany(planning, (writes) => ({ count: writes.length }))
  const names = namesShown(rules.model, args, options.client)
  if (!names) return 'what it selects is more than columns'
  const show = ({ after, before }: ResolvedWrite) => showRow(rules, after ?? before ?? {}, names)
  if (operation === 'createManyAndReturn') return planCreateMany(planning, (writes) => writes.map(show))

  const result = ([write]: readonly ResolvedWrite[]) => (write ? show(write) : null)
  if (operation === 'create') {
    const row = readCreate(rules, args.data, options)
    return typeof row === 'string' ? row : { ...creation([row]), result }
  }
  const lookup = lookupOfWhere(dataModel, rules.model, args.where, shapeOfPendingRow)
  if (!lookup) return 'where is not plainly one unique key'
  if (operation === 'delete') {
    if (rules.refusalOfDelete !== null) return rules.refusalOfDelete
    return { lookup, isWhole: false, idsNeeded: 0, resolve: (base) => (base ? deletion(rules, base) : noRow), result }
  }
  const update = readUpdate(rules, operation === 'upsert' ? args.update : args.data, options)
  if (typeof update === 'string') return update
  if (operation === 'update') {
    const resolve: Acceptable['resolve'] = (base, { now }) => (base ? updating(update, base, now) : noRow)
    return { lookup, isWhole: false, idsNeeded: 0, resolve, result }
  }
  const row = readCreate(rules, args.create, options)
  if (typeof row === 'string') return row
  const { resolve, ...created } = creation([row])
  return {
    ...created,
    lookup,
    resolve: (base, generated) => (base ? updating(update, base, generated.now) : resolve(null, generated)),
    result,
  }
}

function planCreateMany({ rules, args, options }: Planning, result: Acceptable['result']): Acceptable | string {
  const { data, skipDuplicates } = args
  if (skipDuplicates !== undefined && skipDuplicates !== false) return 'only the database finds duplicates'
  const rows: NewRow[] = []
  for (const one of Array.isArray(data) ? data : [data]) {
    const row = readCreate(rules, one, options)
    if (typeof row === 'string') return row
    rows.push(row)
  }
  return rows.length === 0 ? 'there are no rows' : { ...creation(rows), result }
}

const noRow: Resolved = { kind: 'synchronous', reason: 'there is no such row' }

function creation(rows: readonly NewRow[]): Omit<Acceptable, 'result'> {
  return {
    lookup: null,
    isWhole: rows.length > 1,
    idsNeeded: rows.reduce((sum, { idsNeeded }) => sum + idsNeeded, 0),
    resolve(_base, generated) {
      const writes = buildAll(rows, generated)
      return typeof writes === 'string' ? { kind: 'synchronous', reason: writes } : { kind: 'accepted', writes }
    },
  }
}

function updating(update: RowUpdate, base: Row, now: Date): Resolved {
  return resolved(update.apply(base, now))
}

function deletion(rules: ModelRules, before: Row): Resolved {
  const id = idOf(rules, before)
  return resolved(id ? { write: { kind: 'delete', id }, before, after: null } : 'the row lacks its id')
}

function resolved(write: ResolvedWrite | string): Resolved {
  return typeof write === 'string' ? { kind: 'synchronous', reason: write } : { kind: 'accepted', writes: [write] }
}

/** By client and model, where the call does not select: the same for every call. */
const shownByDefault = new WeakMap<ClientView, WeakMap<Model, readonly string[] | null>>()

function namesShown(model: Model, { select, omit }: Node, client: ClientView): readonly string[] | null {
  if (select !== undefined || omit !== undefined) return shownFields(model, { select, omit }, client)
  const byModel = shownByDefault.get(client) ?? new WeakMap<Model, readonly string[] | null>()
  shownByDefault.set(client, byModel)
  const found = byModel.get(model)
  if (found !== undefined) return found
  const names = shownFields(model, { select, omit }, client)
  byModel.set(model, names)
  return names
}

function hasUndefined(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUndefined)
  return isNode(value) && Object.values(value).some((inner) => inner === undefined || hasUndefined(inner))
}
