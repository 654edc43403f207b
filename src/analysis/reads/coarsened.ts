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
  // Asked once per shape, so that what a read depends on and what its rows will tell have the same.
  const answers = new Map<string, boolean>()
  const isTaken = (model: string, { id }: Shape) => {
    const name = `${model} ${id}`
    const answer = answers.get(name) ?? !isRefused(model, id)
    answers.set(name, answer)
    return answer
  }
  const isAsItIs = read.dependencies.every(({ model, uses }) => uses.every(({ shape }) => isTaken(model, shape)))
  if (isAsItIs && read.late.every(({ model, coarser }) => isTaken(model, coarser))) return read

  const taken = (model: string, shape: Shape) => {
    const all = makeShape(shape.fields, 'all', shape)
    return isTaken(model, shape) ? shape : isTaken(model, all) ? all : coarsest
  }
  return {
    ...read,
    dependencies: read.dependencies.map(({ model, uses }) => ({
      model,
      uses: together(uses.map(({ shape, values }) => ({ shape: taken(model, shape), values }))),
    })),
    late: read.late
      .map((one) => ({ ...one, shape: taken(one.model, one.shape), coarser: taken(one.model, one.coarser) }))
      .filter(({ shape }) => shape.fields.length > 0),
  }
}

/** What had different shapes may have one now. */
function together(uses: readonly ShapeUse[]): ShapeUse[] {
  const byShape = new Map<string, { shape: Shape; values: ShapeUse['values'][number][] }>()
  for (const { shape, values } of uses) {
    const use = byShape.get(shape.id) ?? { shape, values: [] }
    byShape.set(shape.id, use)
    if (shape.fields.length > 0) use.values.push(...values)
  }
  return [...byShape.values()]
}

const coarsest = makeShape([], 'all')
