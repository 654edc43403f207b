import { CacheError } from '../errors.ts'
import { duration, section, tagList } from './parts.ts'
import { expectedGot, problemLines } from './problems.ts'

/** What one query says about its caching. An `undefined` TTL is that of its model. */
export type ParsedStrategy =
  | { readonly kind: 'bypass' }
  | {
      readonly kind: 'cache'
      readonly ttlMs: number | undefined
      readonly swrMs: number | undefined
      readonly tags: readonly string[]
    }

const bypass: ParsedStrategy = Object.freeze({ kind: 'bypass' })
const noTags: readonly string[] = Object.freeze([])

const schema = section({ ttl: duration().optional(), swr: duration().optional(), tags: tagList.optional() })

/**
 * The `cacheStrategy` argument of a query: `{ ttl: 60, swr: '30s', tags: ['home'] }`, all optional, or `false`.
 *
 * @throws CacheError `QUERY.INVALID_STRATEGY` with every problem.
 */
export function parseCacheStrategy(input: unknown): ParsedStrategy {
  if (input === false) return bypass
  if (typeof input !== 'object' || input === null) {
    throw invalid([`cacheStrategy: ${expectedGot('an object or false', input)}`])
  }
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw invalid(problemLines(parsed.error, ['cacheStrategy']))
  const { ttl, swr, tags = noTags } = parsed.data
  return Object.freeze({ kind: 'cache', ttlMs: ttl, swrMs: swr, tags })
}

function invalid(problems: readonly string[]): CacheError {
  return new CacheError('QUERY.INVALID_STRATEGY', `The cacheStrategy of a query is invalid:\n${problems.join('\n')}`, {
    problems,
  })
}
