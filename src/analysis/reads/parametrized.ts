import type { Pin, ShapeUse } from '../../core/tags.ts'
import type { DataModel, Model } from '../data-model.ts'
import { Parameter, parameterNumber } from '../equality/parameter.ts'
import { pinOf } from '../equality/pin.ts'
import type { KnownRead } from './coarsened.ts'
import type { LateUse } from './late-use.ts'
import { isNode, isPlainNode, type Node } from './node.ts'

/**
 * The arguments of a read without the values that it asks for: all calls with equal ones are analysed alike.
 *
 * The analysis never looks into a pin, nor compares two; it only passes them on. So it may be done with names in the place of values, and
 * {@link bound} puts those of a call in.
 */
export interface Parametrized {
  readonly args: unknown
  /** Of the parameters, by number. */
  readonly pins: readonly string[]
}

/**
 * Puts parameters in the place of what fields are compared with: in a `where` or a `cursor`, of the query or of a relation that it selects, but
 * not below an operator, an alternative, a NOT, or a filter on related rows. Objects that are not plain are left as they are.
 */
export function parametrized(dataModel: DataModel, model: Model, args: unknown): Parametrized {
  const pins: string[] = []

  function ofQuery(model: Model, node: Node): Node {
    return replaced(node, (key, value) => {
      if (!isPlainNode(value)) return value
      if (key === 'where' || key === 'cursor') return ofWhere(model, value)
      return key === 'select' || key === 'include' ? ofSelection(model, value) : value
    })
  }

  function ofSelection(model: Model, selected: Node): Node {
    return replaced(selected, (name, value) => {
      const related = dataModel.models.get(model.fields.get(name)?.relation?.model ?? '')
      return related && isPlainNode(value) ? ofQuery(related, value) : value
    })
  }

  function ofWhere(model: Model, where: Node): Node {
    return replaced(where, (key, value) => {
      const field = model.fields.get(key)
      if (field) {
        const pin = isNode(value) ? undefined : pinOf(dataModel, field, value)
        return typeof pin === 'string' ? Parameter.of(field, pins.push(pin) - 1) : value
      }
      if (key === 'AND' && Array.isArray(value)) {
        return value.map((part: unknown) => (isPlainNode(part) ? ofWhere(model, part) : part))
      }
      const isOfOwnFields = key === 'AND' || model.uniques.some(({ name }) => name === key)
      return isOfOwnFields && isPlainNode(value) ? ofWhere(model, value) : value
    })
  }

  return { args: isPlainNode(args) ? ofQuery(model, args) : args, pins }
}

/** What such a read depends on when its parameters have these pins. */
export function bound<Read extends KnownRead>(read: Read, pins: readonly string[]): Read {
  if (pins.length === 0) return read
  const pinned = (pin: Pin): Pin => {
    const number = parameterNumber(pin)
    return number === undefined ? pin : pins[number]!
  }
  const use = ({ shape, values }: ShapeUse): ShapeUse => ({
    shape,
    values: distinct(values.map((list) => list.map(pinned))),
  })
  const late = (one: LateUse): LateUse => ({
    ...one,
    pins: one.pins.map((slots) => slots.map((slot) => ('pin' in slot ? { pin: pinned(slot.pin) } : slot))),
  })
  return {
    ...read,
    dependencies: read.dependencies.map(({ model, uses }) => ({ model, uses: uses.map(use) })),
    late: read.late.map(late),
  }
}

/** Two parameters may have the same value. */
function distinct(lists: readonly (readonly Pin[])[]): readonly (readonly Pin[])[] {
  return lists.length < 2 ? lists : [...new Map(lists.map((list) => [JSON.stringify(list), list])).values()]
}

/**
 * The node with other values; itself where all stay. They are made in the order of the names: parameters are numbered alike wherever the
 * arguments mean the same.
 */
function replaced(node: Node, replace: (key: string, value: unknown) => unknown): Node {
  const keys = Object.keys(node)
  if (keys.length > 1) keys.sort()
  let copy: Record<string, unknown> | undefined
  for (const key of keys) {
    const value = node[key]
    const other = replace(key, value)
    if (other === value) continue
    copy ??= { ...node }
    copy[key] = other
  }
  return copy ?? node
}
