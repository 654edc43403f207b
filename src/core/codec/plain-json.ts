/**
 * Whether JSON alone brings a value back as it was: strings, numbers that it knows, booleans, `null`, and plain objects and arrays of
 * them. `false` for what is too deep to be sure of.
 */
export function isPlainJson(value: unknown, depth = 0): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
    case 'object':
      return value === null || (depth < depthMax && isPlainObject(value, depth))
    default:
      return false
  }
}

const depthMax = 16

function isPlainObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) if (!isPlainJson(value[i], depth + 1)) return false
    return Object.keys(value).length === value.length
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const key of Object.keys(value)) {
    if (tricky.has(key) || !isPlainJson((value as Readonly<Record<string, unknown>>)[key], depth + 1)) return false
  }
  return true
}

/** Written otherwise, or read as something else: `toJSON` is asked for what it stands for. */
const tricky: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype', 'toJSON'])
