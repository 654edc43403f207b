import type { Pin } from '../../core/tags.ts'
import type { DataModel, Field, Model } from '../data-model.ts'
import { Parameter, type ParameterPins, parameterNumber } from '../equality/parameter.ts'
import { isPinnable, pinOf } from '../equality/pin.ts'
import { isNode, type Node } from '../reads/node.ts'
import type { Operation } from '../reads/read-analysis.ts'
import { presenceOf, widen } from '../reads/widening.ts'
import { boundLookup } from '../unique-lookup.ts'
import { analyseWrite, type Foreseen, type WriteAnalysis, type WriteOptions } from './analyse-write.ts'
import { BoundEvent, type EventPattern } from './bound-event.ts'
import { wroteNothing } from './own-rows.ts'
import type { ParametrizedWrite } from './parametrized-write.ts'
import { GivenPins, ReturnedPins } from './returned-pins.ts'
import { returnedRows } from './returned-rows.ts'
import { nothingKnown, type RowEvent } from './row-event.ts'
import type { Touches } from './touch.ts'

/** A kind of writes, analysed once. */
export interface CompiledWrite {
  /** What {@link analyseWrite} says of a write of this kind, or more, from the pins of its parameters. */
  readonly of: (args: Node, pins: readonly string[]) => WriteAnalysis
}

export interface CompileOptions extends WriteOptions {
  /** Of all kinds of a schema. */
  readonly touches: Touches
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
  { touches, ...options }: CompileOptions,
): CompiledWrite {
  const model = dataModel.models.get(name)!
  const patternOf = (event: RowEvent): EventPattern => ({ event, touches })
  const args = parametrized.args()
  const analysed = analyseWrite(dataModel, { model: name, operation, args }, options)
  const { models, widenings, storing, isReplaceable } = analysed
  const bare = analysed.expected()
  const ownEvents = bare.filter(isOwn)
  const without = bare.map(patternOf)
  const shown = shownFields(dataModel, model, { args: widen(args, widenings), options })
  // Of an upsert, what it may create is not compared with what it returns.
  const compared = operation === 'upsert' ? ownEvents.slice(1) : ownEvents
  const row = patternOfRow(shown, compared[0], parametrized.pins.length)
  const told = analysed.outcome(row.cells).events
  const withRow = told.map(patternOf)
  const followed = numbersIn(told.filter((event) => !isOwn(event)))
  const returnsCount = operation.endsWith('Many')
  // Rows that are to be stored tell more than what they touch.
  let isForeseeable = !options.isUnpacked && !returnsCount && storing === null

  function foreseen(given: readonly string[]): Foreseen | null {
    if (!isForeseeable) return null
    const pins = new GivenPins(given)
    return {
      events: bound(withRow, pins),
      isToldByArgs() {
        // Nor will it be by those of the next one: the shapes in use are the same, or more.
        isForeseeable &&= !pins.isRowAsked
        return !pins.isRowAsked
      },
    }
  }

  return {
    of: (args, pins) => {
      const write = { model, operation, args }
      return {
        foreseen: () => foreseen(pins),
        models,
        isReplaceable,
        widenings,
        storing: storing && { model: name, lookups: storing.lookups.map((one) => boundLookup(one, pins)) },
        expected: () => bound(without, pins),
        outcome(result) {
          if (result === undefined || options.isUnpacked) return { events: bound(without, pins), rows: [] }
          if (returnsCount && isNode(result)) {
            const isNothing = !isReplaceable && wroteNothing(dataModel, result)
            return { events: isNothing ? [] : bound(without, pins), rows: [] }
          }
          const isAlike = isNode(result) && fits(result, row, { dataModel, pins, followed })
          // Of an upsert whose row tells nothing, what it would have created is known.
          if (!isAlike || (operation === 'upsert' && tellsNothing(dataModel, result, row))) {
            return analyseWrite(dataModel, { ...write, model: name }, options).outcome(result)
          }
          const events = bound(withRow, new ReturnedPins(dataModel, pins, row.told, result))
          if (storing === null) return { events, rows: [], isAsForeseen: true }
          const own = events.slice(0, ownEvents.length)
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
  /** The numbers of parameters that are in what follows from its own events. */
  readonly followed: ReadonlySet<number>
}

/** Whether a row is as the pattern has it: all is there, and what was given has come back. */
function fits(row: Node, { given, told }: RowPattern, { dataModel, pins, followed }: Fitting): boolean {
  for (const { field, pin, number } of given) {
    const expected = number === undefined ? pin : pins[number]
    if (pinOf(dataModel, field, row[field.name]) !== expected) return false
  }
  for (const [i, { name }] of told.entries()) {
    const value = row[name]
    // What follows from a key does not follow from NULL.
    if (value === undefined || (value === null && followed.has(pins.length + i))) return false
  }
  return true
}

function tellsNothing(dataModel: DataModel, row: Node, { given, told }: RowPattern): boolean {
  return given.length === 0 && told.every((field) => pinOf(dataModel, field, row[field.name]) === undefined)
}

/** What follows from a write has a cause. */
function isOwn({ cause }: RowEvent): boolean {
  return cause === undefined
}

function numbersIn(events: readonly RowEvent[]): ReadonlySet<number> {
  const pins = events.flatMap(({ before, after }) => [...before.values(), ...after.values()])
  return new Set(pins.flatMap((pin) => parameterNumber(pin) ?? []))
}

function bound(patterns: readonly EventPattern[], pins: ParameterPins): readonly RowEvent[] {
  return patterns.map((pattern) => new BoundEvent(pattern, pins))
}
