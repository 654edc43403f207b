import { z } from 'zod'
import { CacheError } from '../errors.ts'
import { expected, section, tag } from './parts.ts'
import { expectedGot, problemLines, unknownName } from './problems.ts'

/** What an invalidation names. */
export interface ParsedTarget {
  readonly tags: readonly string[]
  readonly models: readonly string[]
  readonly soft: boolean
}

/**
 * Reads what `$cache.invalidate` is given, for a schema with these models.
 *
 * @throws CacheError `INVALIDATE.INVALID_TARGET` with every problem.
 */
export function targetParser(known: readonly string[]): (input: unknown) => ParsedTarget {
  const model = z.custom<string>((input) => typeof input === 'string' && known.includes(input), {
    error: ({ input }) =>
      typeof input === 'string' ? unknownName('model', input, known) : expectedGot('a name', input),
  })
  const schema = section({
    // Any number of them: nothing is stored with all of these.
    tags: z.array(tag, expected('a list of tags')).default([]),
    models: z.array(model, expected('a list of model names')).default([]),
    soft: z.boolean(expected('true or false')).default(false),
  })
  return (input) => {
    if (typeof input !== 'object' || input === null) {
      throw invalid([expectedGot('an object with tags or models', input)], known)
    }
    const parsed = schema.safeParse(input)
    if (!parsed.success) throw invalid(problemLines(parsed.error), known)
    return parsed.data
  }
}

function invalid(problems: readonly string[], known: readonly string[]): CacheError {
  return new CacheError('INVALIDATE.INVALID_TARGET', `Nothing was done: ${problems.join('; ')}.`, {
    fix: `The models are ${known.filter((name) => !name.startsWith('_')).join(', ')}.`,
    problems,
  })
}
