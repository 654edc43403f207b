import { LRUCache } from 'lru-cache'
import { parseShape, type Shape } from '../core/tags.ts'

/** Every write meets the same shapes again. */
const parsed = new LRUCache<string, Shape>({ max: 10_000 })

/** {@link parseShape}, once per text. */
export function parsedShape(id: string): Shape {
  let shape = parsed.get(id)
  if (!shape) {
    shape = parseShape(id)
    parsed.set(id, shape)
  }
  return shape
}
