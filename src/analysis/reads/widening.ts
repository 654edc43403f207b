import type { Field, Model } from '../data-model.ts'
import { rowsAt } from './late-use.ts'
import { isNode, type Node } from './node.ts'
import { type ClientView, isOmitted } from './rows.ts'

/** Fields that a node is asked for although its arguments do not: to be told the keys of the rows, and taken away again. */
export interface Widening {
  /** The keys that lead through the arguments to the node. */
  readonly place: readonly string[]
  /** The keys that lead through the result to its rows. */
  readonly path: readonly string[]
  readonly names: readonly string[]
}

/** Those of the fields that the rows of a node lack and could have; fields that cannot be had are left out. */
export function absentFields(
  client: ClientView,
  model: Model,
  node: Node,
  names: readonly string[],
): readonly string[] {
  return names.filter((name) => presenceOf(client, model, node, name) === 'absent')
}

/** Whether the rows of a node have a field, could have it, or neither. */
export function presenceOf(
  client: ClientView,
  model: Model,
  node: Node,
  name: string,
): 'present' | 'absent' | 'impossible' {
  const field = model.fields.get(name)
  if (!field || field.isHidden) return 'impossible'
  const { select } = node
  if (isNode(select)) {
    if (select[name] === true) return 'present'
    return isSelectable(client, model, select) ? 'absent' : 'impossible'
  }
  const isLeftOut = (one: Field) => isOmitted(client, model, node.omit, one.name)
  if (!isLeftOut(field)) return 'present'
  // Prisma refuses a query that shows nothing, and so it must stay.
  return model.scalars.every((one) => one.isHidden || isLeftOut(one)) ? 'impossible' : 'absent'
}

/**
 * Whether a `select` may be added to. Not if it selects nothing: Prisma refuses that, and so it must stay. Nor if it selects a
 * computed field, which may need what would be taken away again.
 */
function isSelectable({ computed }: ClientView, model: Model, select: Node): boolean {
  const names = Object.keys(select).filter((name) => select[name] !== undefined && select[name] !== false)
  const isColumn = (name: string) => model.fields.has(name) && !computed.get(model.name)?.has(name)
  return names.length > 0 && names.every((name) => isColumn(name) || name === '_count')
}

/** The arguments with every widening; the given ones are not changed. */
export function widen(args: unknown, widenings: readonly Widening[]): unknown {
  return widenings.reduce((widened, { place, names }) => widenAt(widened, place, names), args)
}

function widenAt(value: unknown, place: readonly string[], names: readonly string[]): unknown {
  const node: Node = isNode(value) ? value : {}
  const [key, ...rest] = place
  if (key !== undefined) return { ...node, [key]: widenAt(node[key], rest, names) }
  const all = (isOn: boolean) => Object.fromEntries(names.map((name) => [name, isOn]))
  if (isNode(node.select)) return { ...node, select: { ...node.select, ...all(true) } }
  return { ...node, omit: { ...(isNode(node.omit) ? node.omit : {}), ...all(false) } }
}

/** Takes away from a result what {@link widen} added. Changes its rows: nobody else has them yet. */
export function narrow(result: unknown, widenings: readonly Widening[]): void {
  for (const { path, names } of widenings) {
    for (const row of rowsAt(result, path)) for (const name of names) delete (row as Record<string, unknown>)[name]
  }
}
