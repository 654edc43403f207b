import ms from 'ms'

/**
 * A length of time as users write it: a number of seconds, or a string with a unit.
 *
 * @example 90, '250ms', '30s', '5m', '1.5h', '1d'
 */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** Stricter than `ms`, which also takes negative numbers, years, missing units and spaces. */
const pattern = /^\d+(\.\d+)?(ms|s|m|h|d)$/

/**
 * A {@link Duration} in whole milliseconds, or `undefined` when it is not one.
 *
 * Negative, infinite and not exactly representable lengths are not durations. A length above zero never becomes zero.
 */
export function parseDuration(input: unknown): number | undefined {
  const exact = exactMs(input)
  if (exact === undefined || !(exact >= 0)) return undefined
  const whole = exact > 0 ? Math.max(1, Math.round(exact)) : 0
  return Number.isSafeInteger(whole) ? whole : undefined
}

function exactMs(input: unknown): number | undefined {
  if (typeof input === 'number') return input * 1000
  // `ms` throws on strings longer than 100 characters.
  if (typeof input !== 'string' || input.length > 100 || !pattern.test(input)) return undefined
  return ms(input as ms.StringValue)
}
