import { describe, expect, it } from 'vitest'
import { isSoftlyOutdated, softened } from '../../../src/core/soft-stamps.ts'

describe('a stamp that is softened', () => {
  const once = softened('a', 'b')
  const twice = softened(once, 'c')

  it('lets what carries the one before be served, and nothing older', () => {
    expect(isSoftlyOutdated('a', once)).toBe(true)
    expect(isSoftlyOutdated(once, twice)).toBe(true)
    expect(isSoftlyOutdated('a', twice)).toBe(false)
  })

  it('is current for what carries itself, and unlike any other', () => {
    for (const held of [once, 'b', 'c', 'ab', undefined]) expect(isSoftlyOutdated(held, once)).toBe(false)
  })

  it('lets nothing be served once it is gone, or was never softened', () => {
    expect(isSoftlyOutdated('a', null)).toBe(false)
    expect(isSoftlyOutdated('a', undefined)).toBe(false)
    expect(isSoftlyOutdated('a', 'b')).toBe(false)
  })
})
