import { z } from 'zod'
import { parseDuration } from '../duration.ts'
import type { RefreshAhead, Ttl } from './cache-config.ts'
import { expectedGot, unknownName } from './problems.ts'

/** An object with these keys; every other key is a problem of its own, which names the nearest known one. */
export function section<Shape extends z.ZodRawShape>(shape: Shape, kind = 'option'): z.ZodObject<Shape> {
  const known = Object.keys(shape)
  const stranger = z.custom(() => false, {
    error: (issue) => unknownName(kind, String(issue.path?.at(-1)), known),
  })
  // Typed as if strangers were dropped: with one of them nothing is parsed at all.
  return z.object(shape, expected('an object')).catchall(stranger) as unknown as z.ZodObject<Shape>
}

/** A duration, as milliseconds. */
export function duration({ minMs = 0, min = '' }: { readonly minMs?: number; readonly min?: string } = {}) {
  return z.unknown().transform((input, context) => {
    const ms = parseDuration(input)
    if (ms !== undefined && ms >= minMs) return ms
    const message = ms === undefined ? `a duration such as '5m'` : `a duration of at least ${min}`
    context.addIssue({ code: 'custom', message: expectedGot(message, input) })
    return z.NEVER
  })
}

/** How long entries are fresh: always the same, or within a range. */
export function fixedOrAdaptiveTtl() {
  return z.unknown().transform((input, context): Exclude<Ttl, { kind: 'computed' }> => {
    const isRange = typeof input === 'object' && input !== null
    const parsed = isRange ? adaptiveTtl.safeParse(input) : duration().transform(fixed).safeParse(input)
    if (parsed.success) return parsed.data
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path: [...path], message })
    return z.NEVER
  })
}

function fixed(ms: number) {
  return Object.freeze({ kind: 'fixed', ms } as const)
}

/** Below this, what is seen cannot tell whether it is kept. */
const staleShareMin = 0.001
const staleShare = expected(`a number between ${staleShareMin} and 0.5`)

const adaptiveTtl = section({
  adaptive: section({
    min: duration({ minMs: 1, min: '1ms' }),
    max: duration({ minMs: 1, min: '1ms' }),
    staleShare: z.number(staleShare).min(staleShareMin, staleShare).max(0.5, staleShare).default(0.01),
  }).refine(({ min, max }) => min <= max, { error: 'expected min to be at most max' }),
}).transform(({ adaptive: { min, max, staleShare } }) =>
  Object.freeze({ kind: 'adaptive', minMs: min, maxMs: max, staleShare } as const),
)

/** When an entry is loaded again before its time; `null` for never. */
export function refreshAhead() {
  return z.unknown().transform((input, context): RefreshAhead | null => {
    if (input === false) return null
    if (typeof input === 'number' && input > 0 && input < 1) return { kind: 'threshold', part: input }
    const beta = typeof input === 'object' && input !== null && 'beta' in input ? input.beta : undefined
    if (typeof beta === 'number' && beta > 0 && Number.isFinite(beta) && Object.keys(input as object).length === 1) {
      return { kind: 'xfetch', beta }
    }
    const message = 'a number between 0 and 1, { beta: a number above 0 }, or false'
    context.addIssue({ code: 'custom', message: expectedGot(message, input) })
    return z.NEVER
  })
}

/** In milliseconds. */
export function loadTimeout() {
  const limit = duration({ minMs: 1, min: '1ms' }).optional()
  return section({ soft: limit, hard: limit }).refine(({ soft = 0, hard = Number.POSITIVE_INFINITY }) => soft <= hard, {
    error: 'expected soft to be at most hard',
  })
}

/** Names of entries: at most 64, without duplicates. */
export const tag = z
  .string(expected('a tag'))
  .min(1, expected('a tag of 1 to 128 characters'))
  .max(128, {
    error: (issue) => `expected a tag of 1 to 128 characters, got ${(issue.input as string).length} of them`,
  })

export const tagList = z
  .array(tag, expected('an array of tags'))
  .max(64, { error: (issue) => `expected at most 64 tags, got ${(issue.input as readonly string[]).length}` })
  .transform((tags): readonly string[] => Object.freeze([...new Set(tags)]))

/** The error option of a zod schema. */
export function expected(what: string) {
  return { error: (issue: { readonly input?: unknown }) => expectedGot(what, issue.input) }
}
