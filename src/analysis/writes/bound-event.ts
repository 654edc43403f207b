import type { Columns, Pin } from '../../core/tags.ts'
import { type ParameterPins, parameterNumber } from '../equality/parameter.ts'
import type { Known, RowEvent } from './row-event.ts'
import type { Touches } from './touch.ts'

/** What all writes of a kind do alike: an event with parameters in the place of values. */
export interface EventPattern {
  readonly event: RowEvent
  readonly touches: Touches
}

/** The event of one write of a kind that was analysed before. */
export class BoundEvent implements RowEvent {
  readonly model: string
  readonly kind: RowEvent['kind']
  readonly changed: Columns
  readonly cause: string | undefined
  readonly pattern: EventPattern
  readonly pins: ParameterPins

  constructor(pattern: EventPattern, pins: ParameterPins) {
    const { model, kind, changed, cause } = pattern.event
    this.model = model
    this.kind = kind
    this.changed = changed
    this.cause = cause
    this.pattern = pattern
    this.pins = pins
  }

  get before(): Known {
    return this.#known(this.pattern.event.before)
  }

  get after(): Known {
    return this.#known(this.pattern.event.after)
  }

  #known(ofPattern: Known): Known {
    const known = new Map<string, Pin>()
    for (const [column, pin] of ofPattern) {
      const number = parameterNumber(pin)
      const bound = number === undefined ? pin : this.pins.at(number)
      if (bound !== undefined) known.set(column, bound)
    }
    return known
  }
}
