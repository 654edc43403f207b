import type { Field } from '../data-model.ts'

/**
 * Stands in a `where` for the value of a field, so that what is found of one call is good for every call that differs in that value alone.
 *
 * Its pin is a name, which no value has. The analysis takes it for a scalar: it has no keys to be read.
 */
export class Parameter {
  readonly field: Field
  readonly pin: string

  /** @param number among those of a call, from 0. */
  constructor(field: Field, number: number) {
    this.field = field
    this.pin = `${mark}${number}`
  }

  toJSON(): string {
    return this.pin
  }
}

/** The number of the parameter whose pin this is; `undefined` for the pin of a value. */
export function parameterNumber(pin: string | null): number | undefined {
  return pin?.[0] === mark ? Number(pin.slice(1)) : undefined
}

/** No text with it is pinned. */
const mark = '\0'
