import type { Columns, Pin, Shape } from '../../core/tags.ts'
import { type ParameterPins, parameterNumber } from '../equality/parameter.ts'
import type { Known, RowEvent } from './row-event.ts'
import type { Touch } from './touched.ts'

/** What all writes of a kind do alike: an event with parameters in the place of values. */
export interface EventPattern {
  readonly event: RowEvent
  readonly touches: Touches
}

/** So many are kept, of some 600 bytes each: kinds of writes, times the shapes of their models. */
const touchesMax = 20_000

/** What patterns touch in the shapes that they have met, of one schema. */
export class Touches {
  readonly #byPattern = new Map<EventPattern, Map<Shape, Touch | null>>()
  #kept = 0

  of(pattern: EventPattern, shape: Shape, find: () => Touch | null): Touch | null {
    let ofPattern = this.#byPattern.get(pattern)
    const known = ofPattern?.get(shape)
    if (known !== undefined) return known
    if (this.#kept >= touchesMax) {
      this.#byPattern.clear()
      this.#kept = 0
      ofPattern = undefined
    }
    if (!ofPattern) {
      ofPattern = new Map()
      this.#byPattern.set(pattern, ofPattern)
    }
    const found = find()
    ofPattern.set(shape, found)
    this.#kept += 1
    return found
  }
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
