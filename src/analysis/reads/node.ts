import { isDate } from 'node:util/types'
import { isPlainObject } from '../../core/plain-object.ts'

/** A part of the arguments whose keys are read. */
export type Node = Readonly<Record<string, unknown>>

/**
 * Whether a value is a node: an object, and no list or scalar. One that writes itself as something else (`toJSON`) is none:
 * its keys are not what the client reads.
 */
export function isNode(value: unknown): value is Node {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !isDate(value) && !ArrayBuffer.isView(value) && typeof (value as Node).toJSON !== 'function'
}

/** Whether a value is a node that no class has made. */
export function isPlainNode(value: unknown): value is Node {
  return isNode(value) && isPlainObject(value)
}

/** The same value with all keys sorted: what is equal for two calls whatever the order in which they name things. It holds no cycle. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (!isPlainNode(value)) return value
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key])]))
}

/** A list, or one item in place of it. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

/** Whether only known keys are used; keys without a value do not count. */
export function unknownKey(node: Node, known: ReadonlySet<string>): string | undefined {
  for (const key in node) if (node[key] !== undefined && !known.has(key)) return key
  return undefined
}
