import type { Model } from '../analysis/data-model.ts'
import { isNode, type Node } from '../analysis/reads/node.ts'
import { type ClientView, isOmitted } from '../analysis/reads/rows.ts'
import { lookupOfWhere, tagsOfLookup } from '../analysis/unique-lookup.ts'
import type { EntryKey, StampTag } from '../core/store.ts'
import type { ReadCall } from './read-call.ts'
import type { Runtime } from './runtime.ts'

/** A read that one stored row answers. */
export interface RowRead {
  readonly key: EntryKey
  readonly tags: readonly StampTag[]
  /** The arguments that load the row as it is stored. */
  readonly args: unknown
  /** What the caller asked for, of a stored row. */
  readonly shown: (row: unknown) => unknown
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
  const lookup = lookupOfWhere(dataModel, model, where)
  const names = lookup && shownFields(model, { select, omit }, clientView)
  if (!lookup || !names || limits.isRefused(name, lookup.shape.id)) return null
  const absent = names.find((one) => !stored.fields.includes(one))
  if (absent !== undefined) return { reason: `${name}.${absent} is not stored` }
  return {
    key: stored.entryKey(lookup),
    tags: [{ kind: 'root', model: name }, ...tagsOfLookup(lookup)],
    args: { where, select: Object.fromEntries(stored.fields.map((one) => [one, true])) },
    shown: (row) => (isNode(row) ? Object.fromEntries(names.map((one) => [one, row[one]])) : row),
  }
}

function isByKey(operation: string): boolean {
  return operation === 'findUnique' || operation === 'findUniqueOrThrow'
}

/** The fields that Prisma would return, in its order; `null` where that is not plain. */
function shownFields(
  model: Model,
  { select, omit }: { readonly select: unknown; readonly omit: unknown },
  client: ClientView,
): readonly string[] | null {
  const computed = client.computed.get(model.name)
  const isColumn = (name: string) =>
    model.fields.get(name)?.kind !== 'relation' && model.scalars.some((one) => one.name === name && !one.isHidden)
  const isPlain = (node: Node) =>
    Object.entries(node).every(([name, value]) => isColumn(name) && (value === undefined || typeof value === 'boolean'))
  if (model.scalars.some(({ name }) => computed?.has(name))) return null
  let names: readonly string[]
  if (select !== undefined) {
    if (omit !== undefined || !isNode(select) || !isPlain(select)) return null
    names = Object.keys(select).filter((name) => select[name] === true)
  } else {
    if (omit !== undefined && !(isNode(omit) && isPlain(omit))) return null
    names = model.scalars.flatMap((field) =>
      field.isHidden || isOmitted(client, model, omit, field.name) ? [] : [field.name],
    )
  }
  return names.length > 0 ? names : null
}

function hasUndefined(value: unknown): boolean {
  return isNode(value) && Object.values(value).some((inner) => inner === undefined || hasUndefined(inner))
}
