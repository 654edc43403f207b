/**
 * All values, in the order in which every state has them. States that differ only in which nonces they hold are one: nonces are
 * named anew, in the order of their appearance.
 */
export function valuesText(state: object): string {
  const names = new Map<string, string>()
  let text = ''
  const add = (value: unknown) => {
    if (typeof value === 'string') {
      if (isNonce(value)) {
        const name = names.get(value) ?? `c${names.size}`
        names.set(value, name)
        text += name
      } else text += value
    } else if (value === null) text += '-'
    else if (typeof value === 'object') {
      for (const name in value) add(value[name as keyof typeof value])
      text += ';'
    } else text += value
    text += ','
  }
  add(state)
  return text
}

function isNonce(text: string): boolean {
  const second = text.charCodeAt(1)
  return text[0] === 'n' && second >= 48 && second <= 57
}
