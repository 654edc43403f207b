import { expect, inject, it } from 'vitest'
import type { Worker } from '../../services/process.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { type CachedClient, cachedClient } from '../cached-client.ts'
import { leasesOf, processesWait } from './held-leases.ts'
import { isSelect, lookAt, newNote, setText, textOf } from './notes.ts'
import { freeze, startWorker, thaw } from './worker.ts'

const loadLeaseMs = 500
const marginMs = 2_000
// Who waits would rather wait for ever than load alone: whatever ends a wait is the lease. And no sweep after the birth of the
// namespace comes in between.
const config = { loadLease: `${loadLeaseMs}ms`, loadWait: '1m', lease: '1h' } as const

/** A client here, and a process that has read the row and waits for its answer to be released. */
async function withHolder() {
  const client = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl'), config })
  const holder = await startWorker({ namespace: client.namespace, config })
  const { id } = await newNote(client)
  await holder.call('hold', 'SELECT', 'after')
  const read = holder.call('read', id)
  // Killed, it gives no answer.
  read.catch(() => undefined)
  await holder.call('reached')
  const token = await leaseHolder(client)
  expect(token).not.toBeNull()
  client.queries()
  return { client, holder, id, read, token }
}

/** Who holds the one lease of a namespace. */
async function leaseHolder({ namespace }: CachedClient): Promise<unknown> {
  const [lease] = await leasesOf(namespace)
  return lease?.token ?? null
}

/** Resolves when the holder has stored what it loaded: what it asks for after that comes behind it. */
async function stored(client: CachedClient, holder: Worker): Promise<void> {
  const { id } = await newNote(client)
  for (const status of ['miss', 'hit']) expect(await lookAt(client, id)).toMatchObject({ status })
  await holder.call('read', id)
}

function readMany({ prisma }: CachedClient, id: number) {
  return Promise.all(Array.from({ length: 20 }, () => textOf(prisma, id)))
}

it('R13: another process takes over from a holder that was killed, within the lease', async () => {
  const { client, holder, id } = await withHolder()
  const { namespace } = client
  const other = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl'), namespace, config })
  const answers = Promise.all([readMany(client, id), readMany(other, id)])
  await processesWait(namespace, { waiting: 2 })
  await holder.kill()
  const killedMs = performance.now()
  expect(new Set((await answers).flat())).toEqual(new Set(['v1']))
  expect(performance.now() - killedMs).toBeLessThan(loadLeaseMs + marginMs)
  expect(client.queries() + other.queries()).toBe(1)
})

it('R13: a holder that is alive keeps its lease for as long as it loads', async () => {
  const { client, holder, id, read, token } = await withHolder()
  const answers = readMany(client, id)
  await processesWait(client.namespace, { waiting: 1 })
  const untilMs = performance.now() + 3 * loadLeaseMs
  await waitUntil(() => performance.now() > untilMs, { what: 'three leases to pass' })
  expect(await leaseHolder(client)).toBe(token)
  await holder.call('release')
  expect(await read).toBe('v1')
  expect(new Set(await answers)).toEqual(new Set(['v1']))
  expect(client.queries()).toBe(0)
})

it('R14: a holder that was frozen past its lease does not free the lease of the next one', async () => {
  const { client, holder, id, read, token } = await withHolder()
  await freeze(holder)
  await setText(client.prisma, id, 'v2')
  const load = client.adapter.holdNext(isSelect, { when: 'after' })
  const fresh = readMany(client, id)
  await load.reached
  const nextToken = await leaseHolder(client)
  expect([null, token]).not.toContain(nextToken)

  thaw(holder)
  await holder.call('release')
  expect(await read).toBe('v1')
  await stored(client, holder)
  expect(await leaseHolder(client)).toBe(nextToken)
  load.release()
  expect(new Set(await fresh)).toEqual(new Set(['v2']))
  expect(await lookAt(client, id)).toEqual({ text: 'v2', status: 'hit' })
  expect(await holder.call('read', id)).toBe('v2')
})

it('R14: a holder that was frozen past its lease does not make its rows valid, though it fills last', async () => {
  const { client, holder, id, read } = await withHolder()
  await freeze(holder)
  await setText(client.prisma, id, 'v2')
  expect(await textOf(client.prisma, id)).toBe('v2')
  expect(await lookAt(client, id)).toEqual({ text: 'v2', status: 'hit' })
  thaw(holder)
  await holder.call('release')
  expect(await read).toBe('v1')
  await stored(client, holder)
  // Its entry has replaced the good one, which costs a hit and nothing else.
  expect(await lookAt(client, id)).toEqual({ text: 'v2', status: 'miss' })
})
