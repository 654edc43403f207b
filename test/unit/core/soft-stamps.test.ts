import { describe, expect, it } from 'vitest'
import { softened, softeningOf } from '../../../src/core/soft-stamps.ts'

describe('a stamp that is softened', () => {
  const once = softened('a', 'b')
  const twice = softened(once, 'c')

  it('lets what carries the one before be served, and nothing older', () => {
    expect(softeningOf('a', once)).toBe('b')
    expect(softeningOf(once, twice)).toBe('c')
    expect(softeningOf('a', twice)).toBeNull()
  })

  it('names the invalidation alike, whether it is that of a root or not', () => {
    expect(softeningOf('server:a', softened('server:a', 'server:b'))).toBe('b')
  })

  it('is current for what carries itself, and unlike any other', () => {
    for (const held of [once, 'b', 'c', 'ab', undefined]) expect(softeningOf(held, once)).toBeNull()
  })

  it('lets nothing be served once it is gone, or was never softened', () => {
    expect(softeningOf('a', null)).toBeNull()
    expect(softeningOf('a', undefined)).toBeNull()
    expect(softeningOf('a', 'b')).toBeNull()
  })
})
