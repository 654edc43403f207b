import { isNode, type Node } from './node.ts'

/**
 * A result with its keys in the order in which these arguments name them.
 *
 * Queries that select the same in another order share an entry, and whoever filled it had an order of their own. The rows of
 * one list have one order, so the first tells of all. What is in order is returned as it is.
 *
 * Source: the client shows what a `select` names in its order, aggregates before that by which they are grouped, and what an
 * `include` adds after the rest.
 */
export function arranged(result: unknown, node: Node): unknown {
  const { select, include } = node
  const selected = isNode(select) ? select : isNode(include) ? include : node
  const names = Object.keys(selected).filter((name) => selected !== node || name.startsWith('_'))
  if (names.length === 0) return result
  const inner = names.filter((name) => isNode(selected[name]))
  return eachRow(result, (rows) => {
    for (const name of inner) {
      const child = selected[name] as Node
      // Of an aggregate, `_sum: { views: true }`, the keys stand there by themselves.
      const shown = name.startsWith('_') ? { select: child.select ?? child } : child
      // What is named and not there was left out by `Prisma.skip`.
      for (const row of rows) if (Object.hasOwn(row, name)) row[name] = arranged(row[name], shown)
    }
    const order = orderOf(Object.keys(rows[0]!), names, { isFirst: selected !== include })
    return order ? rows.map((row) => Object.fromEntries(order.map((name) => [name, row[name]]))) : rows
  })
}

type Row = Record<string, unknown>

/** Of a list all rows, of a single row that one; of anything else, such as a number, nothing. */
function eachRow(result: unknown, arrange: (rows: readonly Row[]) => readonly Row[]): unknown {
  if (Array.isArray(result)) return result.length > 0 && result.every(isNode) ? [...arrange(result as Row[])] : result
  return isNode(result) ? arrange([result as Row])[0] : result
}

/** The keys in their order; `null` when they are in it. */
function orderOf(
  keys: readonly string[],
  names: readonly string[],
  { isFirst }: { readonly isFirst: boolean },
): readonly string[] | null {
  const named = names.filter((name) => keys.includes(name))
  const others = keys.filter((key) => !named.includes(key))
  const order = isFirst ? [...named, ...others] : [...others, ...named]
  return order.every((name, i) => name === keys[i]) ? null : order
}
