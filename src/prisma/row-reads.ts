import type { DataModel } from '../analysis/data-model.ts'
import { type AsReturned, asReturned } from '../analysis/reads/as-returned.ts'
import { isNode } from '../analysis/reads/node.ts'
import { shownFields } from '../analysis/shown-fields.ts'
import { lookupOfWhere, shapeOfPendingRow, shapeOfUnique, tagsOfLookup } from '../analysis/unique-lookup.ts'
import type { EntryKey, StampTag } from '../core/store.ts'
import type { ValuesTag } from '../core/tags.ts'
import type { MissStreak } from '../strategies/miss-streak.ts'
import type { ReadCall } from './read-call.ts'
import type { Runtime } from './runtime.ts'

/** A read that one stored row answers. */
export interface RowRead {
  readonly key: EntryKey
  readonly tags: readonly StampTag[]
  /** The arguments that load the row as it is stored, of those by which it was asked for. */
  readonly stored: (args: unknown) => unknown
  /** What the caller asked for, of a stored row. */
  readonly shown: (row: unknown) => unknown
  readonly misses: MissStreak
  /** Its guard, where it shows accepted writes. */
  readonly pendingRow: ValuesTag | null
}

/** Why a row does not answer it, though it is asked for by its key. */
export interface NotStored {
  readonly reason: string
}

/**
 * The read as one for a stored row; `null` where it is none: it asks for relations, for more than a unique key, or in a way that is
 * not plainly understood.
 */
export function rowRead(
  call: ReadCall,
  runtime: Pick<Runtime, 'dataModel' | 'limits' | 'storedRows'>,
): RowRead | NotStored | null {
  const { model: name, operation, args, dataPath, clientView } = call
  const { dataModel, limits } = runtime
  const stored = runtime.storedRows.get(name)
  const model = dataModel.models.get(name)
  if (!stored || !model || !call.mayLoadOtherwise || !isByKey(operation) || dataPath.length > 0) return null
  if (!isNode(args)) return null
  const { where, select, omit, ...others } = args
  if (Object.keys(others).length > 0 || (dataModel.strictUndefinedChecks && hasUndefined(args))) return null
  const lookup = lookupOfWhere(dataModel, model, where, stored.isPending ? shapeOfPendingRow : shapeOfUnique)
  const names = lookup && shownFields(model, { select, omit }, clientView)
  if (!lookup || !names || limits.isRefused(name, lookup.shape.id)) return null
  const absent = names.find((one) => !stored.fields.includes(one))
  if (absent !== undefined) return { reason: `${name}.${absent} is not stored` }
  const whole = Object.fromEntries(stored.fields.map((one) => [one, true]))
  return {
    key: stored.entryKey(lookup),
    tags: [{ kind: 'root', model: name }, ...tagsOfLookup(lookup)],
    stored: (args) => ({ where: keyAsReturned(dataModel, call, args)?.where, select: whole }),
    misses: stored.misses,
    pendingRow: stored.isPending ? lookup.values : null,
    shown: (row) => (isNode(row) ? Object.fromEntries(names.map((one) => [one, row[one]])) : row),
  }
}

function isByKey(operation: string): boolean {
  return operation === 'findUnique' || operation === 'findUniqueOrThrow'
}

/** The key that an operation asks for; `null` where it asks for none, or in a way that Prisma will refuse. */
export function keyAsReturned(
  dataModel: DataModel,
  { model: name, operation }: Pick<ReadCall, 'model' | 'operation'>,
  args: unknown,
): AsReturned | null {
  const model = dataModel.models.get(name)
  if (!model || !isByKey(operation) || !isNode(args) || !isNode(args.where)) return null
  return asReturned(dataModel, model, args.where)
}

function hasUndefined(value: unknown): boolean {
  return isNode(value) && Object.values(value).some((inner) => inner === undefined || hasUndefined(inner))
}
