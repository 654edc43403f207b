import {
  type Dependency,
  makeShape,
  type Pin,
  partsOfField,
  prefixField,
  type Shape,
  type ShapeUse,
} from '../../core/tags.ts'
import { columnOf, type DataModel, type Model } from '../data-model.ts'
import type { LateUse, Slot } from './late-use.ts'
import type { ReadAnalysis, ReadListener, ReadOptions } from './read-analysis.ts'
import { anyRow, type LateLink, type Pins, pinsNothing, type Reading, type Rows, shapeFields } from './rows.ts'
import { presenceOf, type Widening } from './widening.ts'

/** Gathers what the parts of the analysis find; only at the end is it known which fields of the rows matter. */
export interface Collected {
  readonly reading: Reading
  /** @param coarsest what to depend on when something was not understood. */
  finish(coarsest: readonly Dependency[]): ReadAnalysis
}

export function collect(dataModel: DataModel, options: ReadOptions): Collected {
  const { client, unpacked, listener } = options
  const note = listener ? listener.coarser.bind(listener) : null
  const known: Rows[] = []
  const listed = new Set<Rows>()
  const late: { readonly rows: Rows; readonly link: LateLink }[] = []
  const widenings = new Map<string, Widening>()
  let givenUp = false

  const reading: Reading = {
    dataModel,
    client,
    unpacked,
    emit: (rows) => known.push(rows),
    emitListed(rows) {
      known.push(rows)
      const { idFields } = rows.model
      if (idFields.length === 0 || !rows.branches.some((branch) => pinsBeginning(branch.keys()))) return
      if (!reading.shows(rows, idFields)) return
      listed.add(rows)
      const pairs = idFields.map((name) => ({ from: name, to: name }))
      late.push({ rows: { ...rows, branches: anyRow }, link: { parents: rows, pairs } })
    },
    emitLate: (rows, link) => late.push({ rows, link }),
    shows(rows, names) {
      const missing = missingFields(reading, rows, names)
      if (missing === undefined) note?.(rows.place, 'its keys are not in the result')
      if (missing === undefined || missing.length === 0) return missing !== undefined
      const { place, path } = rows.shown!
      const asked = widenings.get(place.join('.'))?.names ?? []
      widenings.set(place.join('.'), { place, path, names: [...new Set([...asked, ...missing])] })
      return true
    },
    giveUp(reason) {
      givenUp = true
      note?.([], reason)
    },
    note,
  }

  return {
    reading,
    finish(coarsest) {
      if (givenUp) return { kind: 'known', dependencies: coarsest, late: [], widenings: [] }
      const uses = new Uses(listener)
      for (const rows of known) addUses(uses, rows, listed.has(rows))
      const lateUses = late.flatMap(({ rows, link }) => lateUsesOf(uses, rows, link))
      return { kind: 'known', dependencies: uses.dependencies(), late: lateUses, widenings: [...widenings.values()] }
    },
  }
}

/** Those of the fields that the result lacks and could have; `undefined` when some cannot be had. */
function missingFields(
  { client }: Reading,
  { model, shown }: Rows,
  names: readonly string[],
): readonly string[] | undefined {
  if (!shown) return undefined
  const presences = names.map((name) => presenceOf(client, model, shown.node, name))
  return presences.includes('impossible') ? undefined : names.filter((_, i) => presences[i] === 'absent')
}

/** Shapes and values by model; equal ones once. */
class Uses {
  readonly #models = new Map<
    string,
    Map<string, { readonly shape: Shape; readonly values: Map<string, readonly Pin[]> }>
  >()

  readonly #listener: ReadListener | undefined

  constructor(listener: ReadListener | undefined) {
    this.#listener = listener
  }

  /** Nothing of the model, beside everything: no row can be among those that are asked for. */
  addModel({ name }: Model): void {
    this.#shapesOf(name)
  }

  add({ model: { name: model }, place }: Pick<Rows, 'model' | 'place'>, shape: Shape, values: readonly Pin[]): void {
    this.#listener?.depends(model, shape, place)
    const shapes = this.#shapesOf(model)
    const use = shapes.get(shape.id) ?? { shape, values: new Map<string, readonly Pin[]>() }
    shapes.set(shape.id, use)
    if (values.length > 0) use.values.set(JSON.stringify(values), values)
  }

  #shapesOf(model: string) {
    const shapes = this.#models.get(model) ?? new Map()
    this.#models.set(model, shapes)
    return shapes
  }

  dependencies(): Dependency[] {
    return [...this.#models].map(([model, shapes]) => ({
      model,
      uses: [...shapes.values()].map(({ shape, values }): ShapeUse => ({ shape, values: [...values.values()] })),
    }))
  }
}

/** Whether text is told by how it begins: it is edited freely, and who edits it rarely says what it was. */
function pinsBeginning(names: Iterable<string>): boolean {
  return [...names].some((name) => partsOfField(name).length !== null)
}

/** @param isListed whether rows that leave are told by their keys. */
function addUses(uses: Uses, rows: Rows, isListed = false): void {
  const { model, branches, fields } = rows
  const columns = fields.columns()
  if (pinsNothing(branches)) {
    uses.add(rows, makeShape([], columns), [])
    return
  }
  uses.addModel(model)
  for (const branch of branches) {
    const names = shapeFields(model, new Set(branch.keys()))
    uses.add(
      rows,
      shapeOf(model, names, columns, { isEntering: isListed && pinsBeginning(names) }),
      names.map((name) => branch.get(name)!),
    )
  }
}

function lateUsesOf(uses: Uses, rows: Rows, { parents, pairs }: LateLink): LateUse[] {
  const { model, branches } = rows
  const columns = rows.fields.columns()
  const found = new Map<string, { readonly shape: Shape; readonly pins: Slot[][] }>()
  for (const branch of branches) {
    const names = shapeFields(model, new Set([...pairs.map(({ to }) => to), ...branch.keys()]))
    if (names.every((name) => branch.has(name))) {
      addUses(uses, { ...rows, branches: [branch] })
      continue
    }
    const shape = shapeOf(model, names, columns)
    const use = found.get(shape.id) ?? { shape, pins: [] }
    found.set(shape.id, use)
    use.pins.push(names.map((name) => slotOf(parents.model, pairs, branch, name)))
  }
  return [...found.values()].map(({ shape, pins }): LateUse => {
    uses.add(rows, shape, [])
    const own = shape.fields.map((field) => partsOfField(field).column)
    const coarser = makeShape([], columns === 'all' ? columns : [...columns, ...own])
    return { model: model.name, shape, coarser, path: parents.shown!.path, pins }
  })
}

function slotOf(parent: Model, pairs: LateLink['pairs'], branch: Pins, name: string): Slot {
  const pair = pairs.find(({ to }) => to === name)
  return pair ? { field: parent.fields.get(pair.from)! } : { pin: branch.get(name)! }
}

function shapeOf(
  model: Model,
  names: readonly string[],
  columns: Shape['columns'],
  kind?: Pick<Shape, 'isEntering'>,
): Shape {
  const fields = names.map((name) => {
    const { column: field, length } = partsOfField(name)
    return length === null ? columnOf(model, field) : prefixField(columnOf(model, field), length)
  })
  return makeShape(fields, columns, kind)
}
