/**
 * All values, in the order in which every state has them, each one character: texts that are short are compared fast. States that differ only
 * in which nonces they hold are one: nonces are named anew, in the order of their appearance.
 *
 * @throws RangeError for a number that is not whole, or too large to be one character.
 */
export function valuesText(state: object): string {
  const codes: number[] = []
  const nonces: string[] = []
  const add = (value: unknown): void => {
    if (value === null) codes.push(nothing)
    else if (typeof value === 'number') codes.push(codeOfNumber(value))
    else if (typeof value === 'string')
      codes.push(isNonce(value) ? firstNonce + placeIn(nonces, value) : codeOfWord(value))
    else if (typeof value === 'object') {
      for (const name in value) add(value[name as keyof typeof value])
      codes.push(endOfObject)
    } else codes.push(codeOfWord(String(value)))
  }
  add(state)
  return String.fromCharCode(...codes)
}

const nothing = 0
const endOfObject = 1
const firstNonce = 0x100
const zero = 0x1000
const numberMax = 0x7ff
const firstWord = 0x2000

const words = new Map<string, number>()

function codeOfWord(word: string): number {
  let code = words.get(word)
  if (code === undefined) {
    code = firstWord + words.size
    words.set(word, code)
  }
  return code
}

function codeOfNumber(number: number): number {
  if (!Number.isInteger(number) || Math.abs(number) > numberMax)
    throw new RangeError(`${number} is no number of a model.`)
  return zero + number
}

/** A few at most: faster than a map. */
function placeIn(nonces: string[], nonce: string): number {
  const place = nonces.indexOf(nonce)
  return place < 0 ? nonces.push(nonce) - 1 : place
}

function isNonce(text: string): boolean {
  const second = text.charCodeAt(1)
  return text[0] === 'n' && second >= 48 && second <= 57
}
