import { beforeAll, expect, inject, it } from 'vitest'
import type { Worker } from '../../services/process.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { type CachedClient, cachedClient, describeStores } from '../cached-client.ts'
import { processesWait } from './held-leases.ts'
import { countOf, isSelect, newNote } from './notes.ts'
import { startWorkers } from './worker.ts'

const readersPerProcess = 500
const loadLeaseMs = 3_000
// Who waits would rather wait for ever than load alone; and no sweep after the birth of the namespace comes in between.
const config = { loadLease: `${loadLeaseMs}ms`, loadWait: '1m', lease: '1h' } as const

let here: CachedClient
let workers: readonly Worker[]

beforeAll(async () => {
  here = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl'), config })
  workers = await startWorkers(4, { namespace: here.namespace, config })
})

const askAll = <T>(workers: readonly Worker[], what: string, ...args: readonly unknown[]) =>
  Promise.all(workers.map((worker) => worker.call<T>(what, ...args)))

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

/** Lets every process read the lists at once, and holds the loads. Resolves when they have begun and all other processes wait. */
async function stampede(lists: readonly string[]) {
  for (const _ of lists) await askAll(workers, 'hold', 'SELECT', 'after')
  await askAll(workers, 'queries')
  const answers = workers.map((worker) => {
    const answer = worker.call<readonly string[]>('readLists', lists, readersPerProcess)
    // Killed, it gives no answer.
    answer.catch(() => undefined)
    return answer
  })
  await processesWait(here.namespace, { waiting: workers.length - 1, leases: lists.length })
  await waitUntil(async () => sum(await askAll<number>(workers, 'sent')) >= lists.length, {
    what: 'the loads to begin',
  })
  return answers
}

it('sends one query to the database for 2,000 reads at once of one key in four processes', async () => {
  const note = await newNote(here)
  const answers = await stampede([note.tenantId])
  await askAll(workers, 'release')
  for (const different of await Promise.all(answers)) expect(different).toEqual([JSON.stringify([note])])
  expect(sum(await askAll<number>(workers, 'queries'))).toBe(1)
})

it('sends one query per key for 2,000 reads at once of two keys in four processes', async () => {
  const notes = [await newNote(here), await newNote(here)]
  const lists = notes.map(({ tenantId }) => tenantId)
  const answers = await stampede(lists)
  await askAll(workers, 'release')
  const expected = notes.map((note) => JSON.stringify([note]))
  for (const different of await Promise.all(answers)) expect([...different].sort()).toEqual([...expected].sort())
  expect(sum(await askAll<number>(workers, 'queries'))).toBe(2)
})

// The last of them: it leaves three processes.
it('sends one more query when the process that loads is killed, within its lease', async () => {
  const note = await newNote(here)
  const answers = await stampede([note.tenantId])
  const counts = await askAll<number>(workers, 'queries')
  expect(sum(counts)).toBe(1)
  const holder = counts.indexOf(1)
  const survivors = workers.filter((_, i) => i !== holder)
  await askAll(survivors, 'release')
  await workers[holder]!.kill()
  const killedMs = performance.now()
  const answered = await Promise.all(answers.filter((_, i) => i !== holder))
  expect(performance.now() - killedMs).toBeLessThan(loadLeaseMs + 2_000)
  for (const different of answered) expect(different).toEqual([JSON.stringify([note])])
  expect(sum(await askAll<number>(survivors, 'queries'))).toBe(1)
})

describeStores('a stampede in one process', (makeStoreConfig) => {
  it('sends one query to the database for 500 reads at once of each key', async () => {
    const client = cachedClient({ databaseUrl: inject('databaseUrl'), ...makeStoreConfig(), config })
    const notes = [await newNote(client), await newNote(client)]
    const loads = notes.map(() => client.adapter.holdNext(isSelect))
    client.queries()
    const answers = Promise.all(
      notes.flatMap(({ tenantId }) =>
        Array.from({ length: readersPerProcess }, () => client.prisma.note.findMany({ where: { tenantId } })),
      ),
    )
    await Promise.all(loads.map(({ reached }) => reached))
    for (const { release } of loads) release()
    expect(await answers).toEqual(notes.flatMap((note) => Array.from({ length: readersPerProcess }, () => [note])))
    expect(client.queries()).toBe(2)
    expect(countOf(client, 'miss')).toBe(2 * readersPerProcess)
  })
})
