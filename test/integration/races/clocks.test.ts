import { expect, inject, it } from 'vitest'
import { cachedClient } from '../cached-client.ts'
import { lookAt, newNote, setText, textOf } from './notes.ts'
import { startWorker } from './worker.ts'

it.each([
  { clock: 'an hour ahead', clockMs: 3_600_000 },
  { clock: 'an hour behind', clockMs: -3_600_000 },
])('R32: a process whose clock is $clock shares entries and invalidations with the others', async ({ clockMs }) => {
  const config = { defaults: { ttl: '10m' }, lease: '1h' } as const
  const here = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl'), config })
  const other = await startWorker({ namespace: here.namespace, config, clockMs })
  const [ours, theirs] = [await newNote(here), await newNote(here)]
  await other.call('queries')
  expect(await textOf(here.prisma, ours.id)).toBe('v1')
  expect(await other.call('read', ours.id)).toBe('v1')
  expect(await other.call('queries')).toBe(0)
  expect(await other.call('read', theirs.id)).toBe('v1')
  expect(await lookAt(here, theirs.id)).toEqual({ text: 'v1', status: 'hit' })

  await other.call('write', ours.id, 'v2')
  expect(await lookAt(here, ours.id)).toEqual({ text: 'v2', status: 'miss' })
  await setText(here.prisma, theirs.id, 'v2')
  expect(await other.call('read', theirs.id)).toBe('v2')
  for (const { id } of [ours, theirs]) expect(await lookAt(here, id)).toEqual({ text: 'v2', status: 'hit' })
})
