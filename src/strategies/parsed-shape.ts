import { LRUCache } from 'lru-cache'
import { parseShape, type Shape } from '../core/tags.ts'

/** Every write meets the same shapes again. */
const parsed = new LRUCache<string, Shape>({ max: 10_000 })

/** {@link parseShape}, once per text. */
function parsedShape(id: string): Shape {
  let shape = parsed.get(id)
  if (!shape) {
    shape = parseShape(id)
    parsed.set(id, shape)
  }
  return shape
}

/** By the very list: a store names the shapes of a model by the same one until there are others. */
const parsedLists = new WeakMap<readonly string[], readonly Shape[]>()

/** {@link parsedShape} of each. */
export function parsedShapes(ids: readonly string[]): readonly Shape[] {
  let shapes = parsedLists.get(ids)
  if (!shapes) {
    shapes = ids.map(parsedShape)
    parsedLists.set(ids, shapes)
  }
  return shapes
}
