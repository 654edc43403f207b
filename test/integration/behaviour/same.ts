import { expect } from 'vitest'

/** Equal type for type: `toStrictEqual`, and the very same class at every place, which it does not look at everywhere. */
export function expectSame(actual: unknown, expected: unknown, what = 'the answer'): void {
  expect(actual, what).toStrictEqual(expected)
  expect(otherClasses(actual, expected), `places in ${what} that have another class`).toEqual([])
}

/** Paths at which two equal values differ in class; by identity, not by name. */
function otherClasses(actual: unknown, expected: unknown, path = '$'): readonly string[] {
  if (!isObject(actual) || !isObject(expected)) return typeof actual === typeof expected ? [] : [path]
  const prototype: unknown = Object.getPrototypeOf(actual)
  if (prototype !== Object.getPrototypeOf(expected)) return [path]
  if (!Array.isArray(actual) && prototype !== Object.prototype) return []
  return Object.keys(actual).flatMap((key) => otherClasses(actual[key], expected[key], `${path}.${key}`))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
