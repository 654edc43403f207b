import { expect, it } from 'vitest'
import { createVersions } from '../../../../src/strategies/adaptive/versions.ts'

const version = (
  loadedAtMs: number,
  payload: string,
  stamps: Readonly<Record<string, string>> = { 'r City': 'a' },
) => ({
  ...{ key: 'k', loadedAtMs, payload, stamps },
})

it('compares each version with the one before', () => {
  const versions = createVersions()
  expect(versions.loaded(version(100, 'x'))).toBeNull()
  expect(versions.loaded(version(110, 'x'))).toEqual({ sinceMs: 10, isChanged: false, hits: 0 })
  expect(versions.loaded(version(130, 'y'))).toEqual({ sinceMs: 20, isChanged: true, hits: 0 })
})

it('sees the versions that other processes load, by hits', () => {
  const versions = createVersions()
  versions.loaded(version(100, 'x'))
  // The time of the load is told by the age of the entry, which is not exact.
  for (const at of [100, 103, 98]) expect(versions.hit(version(at, 'x'), 10)).toBeNull()
  expect(versions.hit(version(110, 'y'), 10)).toEqual({ sinceMs: 10, isChanged: true, hits: 3 })
  expect(versions.loaded(version(130, 'y'))).toEqual({ sinceMs: 20, isChanged: false, hits: 1 })
})

it('cannot tell what others changed where a write has come between', () => {
  const versions = createVersions()
  versions.loaded(version(100, 'x'))
  expect(versions.hit(version(101, 'y', { 'r City': 'b' }), 10)).toEqual({ sinceMs: 1, isChanged: null, hits: 0 })
  // Other rows have other tags; those that are left tell.
  versions.loaded(version(110, 'z', { 'r City': 'b', 'v City id ["1"]': 'c' }))
  const next = version(120, 'w', { 'r City': 'b', 'v City id ["2"]': 'd' })
  expect(versions.loaded(next)).toEqual({ sinceMs: 10, isChanged: true, hits: 0 })
})
