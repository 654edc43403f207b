import type { ExplainedDependency } from '../core/client.ts'
import { type Pin, parseShape, type Shape } from '../core/tags.ts'
import type { KnownRead } from './reads/coarsened.ts'
import type { ReadListener } from './reads/read-analysis.ts'

/** Takes down how the analysis of a read comes to its result. */
export interface ReadNotes extends ReadListener {
  readonly coarse: readonly string[]
  /** The places of the arguments that lead to a shape. */
  because(model: string, shape: Shape): readonly string[]
}

export function takeNotes(): ReadNotes {
  const coarse = new Set<string>()
  const places = new Map<string, Set<string>>()
  return {
    depends(model, { id }, place) {
      const found = places.get(`${model} ${id}`) ?? new Set()
      places.set(`${model} ${id}`, found.add(place.join('.')))
    },
    coarser(place, reason) {
      coarse.add(place.length === 0 ? reason : `${place.join('.')}: ${reason}`)
    },
    get coarse() {
      return [...coarse]
    },
    because: (model, { id }) => [...(places.get(`${model} ${id}`) ?? [])],
  }
}

/** What a read depends on, for people. */
export function explainDependencies({ dependencies, late }: KnownRead, notes: ReadNotes): ExplainedDependency[] {
  return dependencies.flatMap(({ model, uses }) =>
    uses.map(({ shape, values }): ExplainedDependency => {
      const { fields, columns } = parseShape(shape.id)
      return {
        model,
        by: fields,
        values: values.map((pins) => valuesBy(fields, pins)),
        isLate: late.some((one) => one.model === model && one.shape.id === shape.id),
        columns,
        because: notes.because(model, shape),
      }
    }),
  )
}

/** The first of some columns with their values. */
export function valuesBy(columns: readonly string[], pins: readonly Pin[]): Readonly<Record<string, Pin>> {
  return Object.fromEntries(pins.map((pin, i) => [columns[i]!, pin]))
}
