import { beforeAll, expect, inject, it } from 'vitest'
import { createDatabase } from '../../services/database.ts'
import { migrate } from '../../services/migrate.ts'
import { startPostgres } from '../../services/postgres.ts'
import type { PrivateServer } from '../../services/private-server.ts'
import type { Worker } from '../../services/process.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { type CachedClient, cachedClient, describeStores } from '../cached-client.ts'
import { processesWait, remainingLeases } from './held-leases.ts'
import { lockNotes } from './locks.ts'
import { countOf, isSelect, newNote } from './notes.ts'
import { startWorkers } from './worker.ts'

const processes = 4
const readersPerProcess = 1_000
const keys = 100
const loadLeaseMs = 5_000
// Who waits would rather wait for ever than load alone; and no sweep after the birth of the namespace comes in between.
const config = { loadLease: `${loadLeaseMs}ms`, loadWait: '1m', lease: '1h' } as const

/** Of its own: it is locked, and dies. */
let server: PrivateServer
let databaseUrl: string
let here: CachedClient
let workers: readonly Worker[]

beforeAll(async () => {
  server = await startPostgres()
  databaseUrl = await createDatabase(server.url, 'stampede')
  await migrate(databaseUrl)
  here = cachedClient({ databaseUrl, redis: inject('redisUrl'), config })
  workers = await startWorkers(processes, { namespace: here.namespace, databaseUrl, config })
})

interface Lists {
  readonly answers: readonly string[]
  readonly failed: number
}

const askAll = <T>(workers: readonly Worker[], what: string, ...args: readonly unknown[]) =>
  Promise.all(workers.map((worker) => worker.call<T>(what, ...args)))

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

/** How many queries processes have sent since they were last counted; they begin to count anew. */
const countQueries = (workers: readonly Worker[]) => askAll<number>(workers, 'queries')

/** As many lists as there are keys, which nobody has read. */
async function makeLists(count: number) {
  const notes = await Promise.all(Array.from({ length: count }, () => newNote(here)))
  const expected = notes.map((note) => JSON.stringify([note])).sort()
  return { ids: notes.map(({ tenantId }) => tenantId), expected }
}

/** Lets each process read the lists at once. */
function readAll(workers: readonly Worker[], ids: readonly string[]): readonly Promise<Lists>[] {
  return workers.map((worker) => {
    const answer = worker.call<Lists>('readLists', ids, readersPerProcess)
    // Killed, it gives no answer.
    answer.catch(() => undefined)
    return answer
  })
}

async function expectAnswered(reads: readonly Promise<Lists>[], expected: readonly string[]) {
  for (const { answers, failed } of await Promise.all(reads)) {
    expect({ answers: [...answers].sort(), failed }).toEqual({ answers: expected, failed: 0 })
  }
}

/** Resolves when processes have sent so many queries, of which none has come back. */
async function loadsBegin(workers: readonly Worker[], count: number) {
  const haveBegun = async () => sum(await askAll<number>(workers, 'sent')) >= count
  await waitUntil(haveBegun, { what: `${count} loads to begin` })
}

/** Lets every process read the lists at once. Resolves when the loads wait in the database, and all other processes for them. */
async function stampede(ids: readonly string[]) {
  await countQueries(workers)
  const unlock = await lockNotes(databaseUrl)
  const reads = readAll(workers, ids)
  await processesWait(here.namespace, { waiting: processes - 1, leases: ids.length })
  await loadsBegin(workers, ids.length)
  return { reads, unlock }
}

it.each([1, keys])('R13: 4,000 reads at once in four processes send one query per key (keys: %s)', async (count) => {
  const { ids, expected } = await makeLists(count)
  const { reads, unlock } = await stampede(ids)
  await unlock()
  await expectAnswered(reads, expected)
  expect(sum(await countQueries(workers))).toBe(count)
})

it('R15: 4,000 reads at once in four processes send one query per key and process while the database fails', async () => {
  const { ids, expected } = await makeLists(keys)
  const { reads, unlock } = await stampede(ids)
  const each = workers.map(() => keys)
  const allFailed = workers.map(() => ({ answers: [], failed: readersPerProcess }))
  try {
    await server.kill()
    await unlock().catch(() => {}) // its connection is lost
    expect(await Promise.all(reads)).toEqual(allFailed)
    expect(await countQueries(workers)).toEqual(each)
    // Who asks again is no worse.
    expect(await Promise.all(readAll(workers, ids))).toEqual(allFailed)
    expect(await countQueries(workers)).toEqual(each)
  } finally {
    await server.restart()
  }
  await expectAnswered(readAll(workers, ids), expected)
  expect(sum(await countQueries(workers))).toBe(keys)
})

// The last of them: it leaves three processes.
it('R13: one query more per key is sent when the process that loads them all is killed, once its leases have run out', async () => {
  const { ids, expected } = await makeLists(keys)
  const [holder, ...survivors] = workers as [Worker, ...Worker[]]
  await countQueries(workers)
  const unlock = await lockNotes(databaseUrl)
  readAll([holder], ids)
  await processesWait(here.namespace, { waiting: 0, leases: keys })
  await loadsBegin([holder], keys)
  const reads = readAll(survivors, ids)
  await processesWait(here.namespace, { waiting: survivors.length, leases: keys })
  await holder.kill()
  // What its death adds to the wait: nobody prolongs them any more.
  expect(Math.max(...(await remainingLeases(here.namespace)))).toBeLessThanOrEqual(loadLeaseMs)

  // The others wait for the one that took over.
  await loadsBegin(survivors, keys)
  await processesWait(here.namespace, { waiting: survivors.length - 1, leases: keys })
  await unlock()
  await expectAnswered(reads, expected)
  expect(sum(await countQueries(survivors))).toBe(keys)
})

describeStores('a stampede in one process', (makeStoreConfig) => {
  it('R13: 1,000 reads at once of each of two keys send two queries', async () => {
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
