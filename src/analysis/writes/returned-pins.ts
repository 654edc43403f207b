import { isDate } from 'node:util/types'
import type { Pin } from '../../core/tags.ts'
import type { DataModel, Field } from '../data-model.ts'
import type { ParameterPins } from '../equality/parameter.ts'
import { pinOf } from '../equality/pin.ts'
import type { Node } from '../reads/node.ts'

/** The pins of a write that was given some values, and has returned others. Those are pinned when they are asked for: of most columns nobody does. */
export class ReturnedPins implements ParameterPins {
  readonly #given: readonly string[]
  readonly #told: readonly (() => Pin | undefined)[]

  /** @param fields of the parameters that come after the given ones. */
  constructor(dataModel: DataModel, given: readonly string[], fields: readonly Field[], row: Node) {
    this.#given = given
    this.#told = fields.map((field) => pinLater(dataModel, field, row[field.name]))
  }

  at(number: number): Pin | undefined {
    const { length } = this.#given
    return number < length ? this.#given[number] : this.#told[number - length]!()
  }
}

/** Those of a write that has not returned. */
export class GivenPins implements ParameterPins {
  readonly #given: readonly string[]
  #isRowAsked = false

  constructor(given: readonly string[]) {
    this.#given = given
  }

  /** Whether one was asked for that the row will tell. */
  get isRowAsked(): boolean {
    return this.#isRowAsked
  }

  at(number: number): Pin | undefined {
    this.#isRowAsked ||= number >= this.#given.length
    return this.#given[number]
  }
}

/** The pin of a value as it is now: the row belongs to the caller, who may change it before a transaction ends. */
function pinLater(dataModel: DataModel, field: Field, value: unknown): () => Pin | undefined {
  if (isDate(value)) {
    const ms = value.getTime()
    return () => pinOf(dataModel, field, new Date(ms))
  }
  if (typeof value !== 'object' || value === null) return () => pinOf(dataModel, field, value)
  const pin = pinOf(dataModel, field, value)
  return () => pin
}
