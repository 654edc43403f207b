export interface Range {
  readonly min: number
  readonly max: number
}

/** @throws when the text of an option is not a number in its range. */
export function numberOption(name: string, text: string, { min, max }: Range): number {
  const value = Number(text)
  if (text !== '' && value >= min && value <= max) return value
  throw new Error(`--${name}: expected a number from ${min} to ${max}, got '${text}'`)
}

/** @throws when the text of an option is not a whole number in its range. */
export function wholeOption(name: string, text: string, range: Range): number {
  const value = numberOption(name, text, range)
  if (Number.isInteger(value)) return value
  throw new Error(`--${name}: expected a whole number, got '${text}'`)
}
