import { describe, expect, it } from 'vitest'
import { parseCacheStrategy } from '../../../src/core/config.ts'
import { CacheError } from '../../../src/core/errors.ts'

function problemsOf(input: unknown): readonly string[] {
  try {
    parseCacheStrategy(input)
  } catch (error) {
    if (error instanceof CacheError && error.code === 'QUERY.INVALID_STRATEGY') return error.problems
    throw error
  }
  return []
}

describe('parseCacheStrategy', () => {
  it('reads what a query says', () => {
    expect(parseCacheStrategy({ ttl: 60, swr: '1.5s', tags: ['home', 'home', 'x'.repeat(128)] })).toEqual({
      kind: 'cache',
      ttlMs: 60_000,
      swrMs: 1500,
      tags: ['home', 'x'.repeat(128)],
    })
  })

  it('leaves to the model what a query does not say', () => {
    expect(parseCacheStrategy({ ttl: undefined })).toEqual({
      kind: 'cache',
      ttlMs: undefined,
      swrMs: undefined,
      tags: [],
    })
  })

  it('reads false as a bypass', () => {
    expect(parseCacheStrategy(false)).toEqual({ kind: 'bypass' })
  })

  it('is frozen', () => {
    const strategy = parseCacheStrategy({ tags: ['a'] })
    expect(Object.isFrozen(strategy)).toBe(true)
    expect(strategy.kind === 'cache' && Object.isFrozen(strategy.tags)).toBe(true)
  })

  it('reports every problem', () => {
    const input = { ttl: 'soon', swr: -1, tags: ['', 'y'.repeat(129), 7], tag: 'home' }
    expect([...problemsOf(input)].sort()).toEqual([
      `cacheStrategy.swr: expected a duration such as '5m', got -1`,
      `cacheStrategy.tag: unknown option, did you mean 'tags'?`,
      `cacheStrategy.tags[0]: expected a tag of 1 to 128 characters, got ''`,
      'cacheStrategy.tags[1]: expected a tag of 1 to 128 characters, got 129 of them',
      'cacheStrategy.tags[2]: expected a tag, got 7',
      `cacheStrategy.ttl: expected a duration such as '5m', got 'soon'`,
    ])
  })

  it.each([[true], [null], [undefined], [60], [['home']]])('refuses %j', (input) => {
    expect(problemsOf(input)).toHaveLength(1)
    expect(problemsOf(input)[0]).toMatch(/^cacheStrategy: expected an object/)
  })

  it('takes 64 tags and no more', () => {
    const tags = Array.from({ length: 65 }, (_, i) => `t${i}`)
    expect(problemsOf({ tags })).toEqual(['cacheStrategy.tags: expected at most 64 tags, got 65'])
    expect(problemsOf({ tags: tags.slice(1) })).toEqual([])
  })
})
