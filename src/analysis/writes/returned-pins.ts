import { isDate } from 'node:util/types'
import type { Pin } from '../../core/tags.ts'
import type { DataModel, Field } from '../data-model.ts'
import type { ParameterPins } from '../equality/parameter.ts'
import { pinOf } from '../equality/pin.ts'
import type { Node } from '../reads/node.ts'

/** The pins of a write that was given some values, and has returned others. Those are pinned when they are asked for: of most columns nobody does. */
export class ReturnedPins implements ParameterPins {
  readonly #dataModel: DataModel
  readonly #given: readonly string[]
  readonly #fields: readonly Field[]
  readonly #values: readonly unknown[]

  /** @param fields of the parameters that come after the given ones. */
  constructor(dataModel: DataModel, given: readonly string[], fields: readonly Field[], row: Node) {
    this.#dataModel = dataModel
    this.#given = given
    this.#fields = fields
    this.#values = fields.map((field) => kept(dataModel, field, row[field.name]))
  }

  at(number: number): Pin | undefined {
    const { length } = this.#given
    if (number < length) return this.#given[number]
    const value = this.#values[number - length]
    if (value instanceof Pinned) return value.pin
    const field = this.#fields[number - length]!
    return pinOf(this.#dataModel, field, value instanceof Moment ? new Date(value.ms) : value)
  }
}

/** A value such that nobody can change it: the row belongs to the caller, and a transaction ends later. */
function kept(dataModel: DataModel, field: Field, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return isDate(value) ? new Moment(value.getTime()) : new Pinned(pinOf(dataModel, field, value))
}

class Pinned {
  readonly pin: Pin | undefined
  constructor(pin: Pin | undefined) {
    this.pin = pin
  }
}

class Moment {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
}
