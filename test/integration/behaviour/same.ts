import { expect } from 'vitest'

/** Equal type for type: `toStrictEqual`, and what that does not look at: the very same class, and order of keys, at every place. */
export function expectSame(actual: unknown, expected: unknown, what = 'the answer'): void {
  expect(actual, what).toStrictEqual(expected)
  expect(differences(actual, expected), `places in ${what} that have another class or order`).toEqual([])
}

/** Paths at which two equal values differ in class (by identity, not by name), or in the order of their keys. */
function differences(actual: unknown, expected: unknown, path = '$'): readonly string[] {
  if (!isObject(actual) || !isObject(expected)) return typeof actual === typeof expected ? [] : [path]
  const prototype: unknown = Object.getPrototypeOf(actual)
  if (prototype !== Object.getPrototypeOf(expected)) return [path]
  if (!Array.isArray(actual) && prototype !== Object.prototype) return []
  const keys = Object.keys(actual)
  const order = keys.join() === Object.keys(expected).join() ? [] : [`the keys of ${path}: ${keys}`]
  return [...order, ...keys.flatMap((key) => differences(actual[key], expected[key], `${path}.${key}`))]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
