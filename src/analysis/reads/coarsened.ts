import { type Dependency, makeShape, type Shape, type ShapeUse } from '../../core/tags.ts'
import type { LateUse } from './late-use.ts'

/** What a read depends on, of an analysis that knows it. */
export interface KnownRead {
  readonly dependencies: readonly Dependency[]
  readonly late: readonly LateUse[]
}

/**
 * The same dependencies, without shapes that the store has no room for: first the columns are no longer told apart, then nothing
 * is.
 */
export function coarsened<Read extends KnownRead>(
  read: Read,
  isRefused: (model: string, shape: string) => boolean,
): Read {
  const isTaken = (model: string, { id }: Shape) => !isRefused(model, id)
  const isAsItIs = read.dependencies.every(({ model, uses }) => uses.every(({ shape }) => isTaken(model, shape)))
  if (isAsItIs && read.late.every(({ model, coarser }) => isTaken(model, coarser))) return read

  const taken = (model: string, shape: Shape) => {
    const all = makeShape(shape.fields, 'all', shape)
    return isTaken(model, shape) ? shape : isTaken(model, all) ? all : coarsest
  }
  const use = (model: string, { shape, values }: ShapeUse): ShapeUse => {
    const found = taken(model, shape)
    return { shape: found, values: found.fields.length === 0 ? [] : values }
  }
  return {
    ...read,
    dependencies: read.dependencies.map(({ model, uses }) => ({ model, uses: uses.map((one) => use(model, one)) })),
    late: read.late
      .map((one) => ({ ...one, shape: taken(one.model, one.shape), coarser: taken(one.model, one.coarser) }))
      .filter(({ shape }) => shape.fields.length > 0),
  }
}

const coarsest = makeShape([], 'all')
