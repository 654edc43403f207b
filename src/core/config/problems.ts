import type { z } from 'zod'
import { nearest } from './nearest.ts'

/** One line per issue, each as `models.City.ttl: expected a duration such as '5m', got 'soon'`. */
export function problemLines(error: z.ZodError, root: readonly string[] = []): readonly string[] {
  return error.issues.map((issue) => `${pathText([...root, ...issue.path]) || 'configuration'}: ${issue.message}`)
}

/** What was expected and what came, for a problem line. */
export function expectedGot(expected: string, got: unknown): string {
  return `expected ${expected}, got ${shown(got)}`
}

/** A name that nothing is known by, with the one that was most likely meant, or all of them. */
export function unknownName(kind: string, typed: string, known: readonly string[]): string {
  const meant = nearest(typed, known)
  if (meant !== undefined) return `unknown ${kind}, did you mean '${meant}'?`
  return known.length === 0 ? `unknown ${kind}, there are none` : `unknown ${kind}, known are ${known.join(', ')}`
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}

function shown(value: unknown): string {
  if (typeof value === 'string') {
    const line = value.replaceAll(/\s+/g, ' ')
    return line.length > 40 ? `'${line.slice(0, 40)}…'` : `'${line}'`
  }
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'symbol') return 'a symbol'
  if (typeof value === 'bigint') return `${value}n`
  return String(value)
}
