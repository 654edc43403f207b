import { beforeEach, describe, expect, inject, it } from 'vitest'
import type { Store } from '../../../../src/core/store.ts'
import type { Tag } from '../../../../src/core/tags.ts'
import { freshNamespace } from '../../../services/fresh.ts'
import { redisCommand } from '../../../services/redis-command.ts'
import { fillEntry, key, retainMs, root, servedRow, shape, tags, touchRow, value } from './entries.ts'
import { openStore } from './open-store.ts'

let namespace: string
let registry: string
let store: Store

beforeEach(() => {
  namespace = freshNamespace()
  registry = `${namespace}:{City}`
  store = openStore(inject('redisUrl'), { namespace }).store
})

const redis = (...command: readonly [string, ...(string | number)[]]) => redisCommand(inject('redisUrl'), command)
const remainingMs = async (name: string) => Number(await redis('PTTL', name))
const other: Tag = { kind: 'shape', model: 'City', shape: 'name|*' }

describe('what Redis keeps of the shapes of a model', () => {
  it('lives at least as long as every entry that depends on it, and goes by itself', async () => {
    await fillEntry(store, 'row')
    const first = await remainingMs(registry)
    expect(first).toBeGreaterThan(retainMs - 10_000)
    const [entry] = (await redis('KEYS', `${namespace}:*:e:*`)) as string[]
    expect(await remainingMs(entry!)).toBeLessThanOrEqual(await remainingMs(registry))

    await store.obtainStamps([root, other], 10 * retainMs)
    const longer = await remainingMs(registry)
    expect(longer).toBeGreaterThanOrEqual(10 * retainMs - 10_000)
    await store.obtainStamps(tags, 1_000)
    expect(await remainingMs(registry)).toBeGreaterThan(longer - 10_000)
    await store.fill(key, 'text', 10 * retainMs)
    expect(await remainingMs(entry!)).toBeLessThanOrEqual(await remainingMs(registry))
  })

  it('is prolonged by whoever needs it for longer than it has left', async () => {
    const before = await store.obtainStamps(tags, retainMs)
    await redis('PEXPIRE', registry, retainMs - 1)
    expect(await store.obtainStamps(tags, retainMs)).toEqual(before)
    expect(await remainingMs(registry)).toBeGreaterThan(retainMs)
  })

  it('is forgotten as a whole: nothing that depended on it is served', async () => {
    await fillEntry(store, 'row')
    expect(await servedRow(store)).toBe('row')
    await redis('PEXPIRE', registry, 0)
    expect(await redis('EXISTS', registry)).toBe(0)
    expect(await servedRow(store)).toBeNull()
    await fillEntry(store, 'new')
    await touchRow(store)
    expect(await servedRow(store)).toBeNull()
  })

  it.each(['garbage', '', '-1', '1e999', 'nan'])(
    'may say %j instead of a time: reads, writes and new shapes go on',
    async (noise) => {
      await fillEntry(store, 'row')
      await redis('HSET', registry, 'shape x|*', noise, 'shape name|*', noise, `shape ${shape.shape}`, noise)
      expect(await servedRow(store)).toBe('row')
      await touchRow(store)
      expect(await servedRow(store)).toBeNull()

      const stamps = await store.obtainStamps([...tags, other], retainMs)
      expect(stamps).not.toContain(null)
      await fillEntry(store, 'new')
      expect(await servedRow(store)).toBe('new')
      await store.touch('City', (shapes) => {
        expect(shapes).toEqual(expect.arrayContaining([shape.shape, 'name|*']))
        return [value, other]
      })
      expect(await servedRow(store)).toBeNull()
      expect(await store.stamps([other])).toEqual([null])
    },
  )
})
