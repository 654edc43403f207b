import type { Pin } from '../../core/tags.ts'
import type { DataModel, Field, Model } from '../data-model.ts'
import { Parameter, parameterNumber } from '../equality/parameter.ts'
import { isPinnable, pinOf } from '../equality/pin.ts'
import { isNode, type Node } from '../reads/node.ts'
import type { Operation } from '../reads/read-analysis.ts'
import { presenceOf, widen } from '../reads/widening.ts'
import { analyseWrite, type WriteAnalysis, type WriteOptions } from './analyse-write.ts'
import { BoundEvent, type EventPattern, type ParameterPins } from './bound-event.ts'
import type { ParametrizedWrite } from './parametrized-write.ts'
import { ReturnedPins } from './returned-pins.ts'
import { lookupsBefore, returnedRows } from './returned-rows.ts'
import { nothingKnown, type RowEvent } from './row-event.ts'

/** A kind of writes, analysed once. */
export interface CompiledWrite {
  /** What {@link analyseWrite} says of a write of this kind, or more, from the pins of its parameters. */
  readonly of: (args: Node, pins: readonly string[]) => WriteAnalysis
}

/**
 * Analyses a write with parameters in the place of its values. The analysis passes pins on; only where it compares a value that was given with
 * the one that was returned it tells two writes of a kind apart. So the pattern is made for writes that return what they were given, and a
 * write that does not is analysed by itself.
 */
export function compileWrite(
  dataModel: DataModel,
  { model: name, operation }: Pick<Operation, 'model' | 'operation'>,
  parametrized: ParametrizedWrite,
  options: WriteOptions,
): CompiledWrite {
  const model = dataModel.models.get(name)!
  const args = parametrized.args()
  const analysed = analyseWrite(dataModel, { model: name, operation, args }, options)
  const { models, widenings, storing } = analysed
  const bare = analysed.expected()
  const shown = options.isUnpacked ? [] : shownFields(dataModel, model, { args: widen(args, widenings), options })
  const row = patternOfRow(shown, bare[0], parametrized.pins.length)
  const without = bare.map(patternOf)
  const withRow = analysed.outcome(row.cells).events.map(patternOf)

  return {
    of: (args, pins) => {
      const write = { model, operation, args }
      return {
        models,
        widenings,
        storing: storing && { model: name, lookups: lookupsBefore(dataModel, model, write) },
        expected: () => bound(without, pins),
        outcome(result) {
          if (result === undefined || options.isUnpacked) {
            return { events: bound(without, pins), rows: [] }
          }
          if (!isNode(result) || !fits(result, row, { dataModel, pins, isFollowed: bare.length > 1 })) {
            return analyseWrite(dataModel, { ...write, model: name }, options).outcome(result)
          }
          const events = bound(withRow, new ReturnedPins(dataModel, pins, row.told, result))
          if (storing === null) return { events, rows: [] }
          const own = events.slice(0, Math.min(1, bare.length))
          return { events, rows: returnedRows(dataModel, { ...write, stored: options.stored! }, { result, own }) }
        },
      }
    },
  }
}

/** The fields that are returned, and may be pinned. */
function shownFields(
  dataModel: DataModel,
  model: Model,
  { args, options: { client } }: { readonly args: unknown; readonly options: WriteOptions },
): readonly Field[] {
  const node: Node = isNode(args) ? args : {}
  const mayBePinned = (field: Field) => isPinnable(dataModel, field) || !field.isRequired
  return model.scalars.filter(
    (field) => mayBePinned(field) && presenceOf(client, model, node, field.name) === 'present',
  )
}

/** The row that writes of a kind return. */
interface RowPattern {
  /** With parameters in the place of values. */
  readonly cells: Node
  /** Fields that were set, or by which the row was found, and the pins of that. */
  readonly given: readonly { readonly field: Field; readonly pin: Pin; readonly number: number | undefined }[]
  /** The others, in the order of their parameters. */
  readonly told: readonly Field[]
}

/** @param first the number of the first parameter that stands for what the row alone tells. */
function patternOfRow(fields: readonly Field[], own: RowEvent | undefined, first: number): RowPattern {
  const known = own?.kind === 'delete' ? own.before : (own?.after ?? nothingKnown)
  const isGiven = ({ column }: Field) => known.has(column)
  const given = fields.filter(isGiven).map((field) => ({ field, pin: known.get(field.column)! }))
  const told = fields.filter((field) => !isGiven(field))
  return {
    cells: Object.fromEntries([
      ...given.map(({ field, pin }) => [field.name, pin === null ? null : new Parameter(field, pin)]),
      ...told.map((field, i) => [field.name, Parameter.of(field, first + i)]),
    ]),
    given: given.map(({ field, pin }) => ({ field, pin, number: parameterNumber(pin) })),
    told,
  }
}

interface Fitting {
  readonly dataModel: DataModel
  readonly pins: readonly string[]
  /** Whether other events follow from that of the row. */
  readonly isFollowed: boolean
}

/** Whether a row is as the pattern has it: all is there, and what was given has come back. */
function fits(row: Node, { given, told }: RowPattern, { dataModel, pins, isFollowed }: Fitting): boolean {
  for (const { field, pin, number } of given) {
    const expected = number === undefined ? pin : pins[number]
    if (pinOf(dataModel, field, row[field.name]) !== expected) return false
  }
  for (const { name } of told) {
    const value = row[name]
    // What follows from a key does not follow from NULL.
    if (value === undefined || (value === null && isFollowed)) return false
  }
  return true
}

function patternOf(event: RowEvent): EventPattern {
  return { event, touches: new Map() }
}

function bound(patterns: readonly EventPattern[], pins: ParameterPins): readonly RowEvent[] {
  return patterns.map((pattern) => new BoundEvent(pattern, pins))
}
