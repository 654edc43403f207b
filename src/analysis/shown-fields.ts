import type { Model } from './data-model.ts'
import { isNode, type Node } from './reads/node.ts'
import { type ClientView, isOmitted } from './reads/rows.ts'

/** The fields that Prisma would return, in its order; `null` where that is not plain. */
export function shownFields(
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
