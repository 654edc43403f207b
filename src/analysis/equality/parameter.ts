import type { Pin } from '../../core/tags.ts'
import type { Field } from '../data-model.ts'

/**
 * Stands in the arguments of a call for the value of a field, so that what is found of one call is good for every call that differs in that
 * value alone.
 *
 * Its pin is a name, which no value has. The analysis takes it for a scalar: it has no keys to be read.
 */
export class Parameter {
  /** `null`: for a value that is not pinned. */
  readonly field: Field | null
  readonly pin: string

  constructor(field: Field | null, pin: string) {
    this.field = field
    this.pin = pin
  }

  /** @param number among those of a call, from 0. */
  static of(field: Field, number: number): Parameter {
    return new Parameter(field, `${mark}${number}`)
  }

  toJSON(): string {
    return this.pin
  }
}

/** The pins that parameters have in one call. */
export interface ParameterPins {
  /** `undefined` for a value that is not pinned. */
  at(number: number): Pin | undefined
}

/** The number of the parameter whose pin this is; `undefined` for the pin of a value. */
export function parameterNumber(pin: Pin): number | undefined {
  if (pin?.[0] !== mark) return undefined
  const number = Number(pin.slice(1))
  return Number.isNaN(number) ? undefined : number
}

/** No text with it is pinned. */
const mark = '\0'
