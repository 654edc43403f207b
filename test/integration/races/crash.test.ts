import { beforeEach, expect, inject, it } from 'vitest'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { type CachedClient, cachedClient } from '../cached-client.ts'
import { countOf, lookAt, newNote, textOf } from './notes.ts'
import { startWorker, stopped, thaw } from './worker.ts'

const leaseMs = 1_000
/** For machines that are busy: the sweeper's timer may be late, and so may our look. */
const marginMs = 1_000
const lease = `${leaseMs}ms`

let reader: CachedClient

beforeEach(() => {
  reader = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl'), config: { lease } })
})

/** Everything is dropped once, one lease after a namespace came into being; from then on only what crashes leave is. */
async function bornAndSwept(): Promise<void> {
  await textOf(reader.prisma, 0)
  await waitUntil(() => countOf(reader, 'swept') === 1, { what: 'the sweep after the birth' })
}

interface Answer {
  readonly text: string | undefined
  readonly askedMs: number
}

/** What readers see, from now until they have seen `last`. */
async function watch(id: number, last: string): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  await waitUntil(
    async () => {
      const askedMs = performance.now()
      const text = await textOf(reader.prisma, id)
      answers.push({ text, askedMs })
      return text === last
    },
    { what: `the text ${last}`, deadlineMs: 2 * (leaseMs + marginMs), pollMs: 5 },
  )
  return answers
}

const deaths = [
  { death: 'after its only statement', write: 'write', at: 'UPDATE', when: 'after' },
  { death: 'after its COMMIT', write: 'writeInTransaction', at: 'COMMIT', when: 'after' },
] as const
const strategies = ['cache-aside', 'write-through'] as const

it.each(deaths.flatMap((death) => strategies.map((strategy) => ({ ...death, strategy }))))(
  'R3: a writer killed right $death leaves nothing stale for longer than the lease ($strategy)',
  async (scenario) => {
    const config = { lease, models: { Note: { strategy: scenario.strategy } } } as const
    reader = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl'), config })
    const worker = await startWorker({ namespace: reader.namespace, config, after: bornAndSwept() })
    const { id } = await newNote(reader)
    await textOf(reader.prisma, id)
    await worker.call('dieAt', scenario.at, scenario.when)
    const dying = worker.call(scenario.write, id, 'v2').catch(() => undefined)
    await worker.exited
    const diedMs = performance.now()
    await dying
    expect(await textOf(reader.base, id)).toBe('v2')
    const answers = await watch(id, 'v2')
    const stale = answers.filter(({ text }) => text === 'v1')
    // Nobody told the reader: it was the sweeper.
    expect(stale.length).toBeGreaterThan(0)
    expect(stale.at(-1)!.askedMs - diedMs).toBeLessThan(leaseMs + marginMs)
    expect(countOf(reader, 'swept')).toBe(2)
  },
)

it('R3: a writer whose first act is its last leaves nothing stale for longer than the lease', async () => {
  const { namespace } = reader
  const worker = await startWorker({ namespace, config: { lease }, warm: false, after: bornAndSwept() })
  const { id } = await newNote(reader)
  await textOf(reader.prisma, id)
  // Its way to the database is open, the one to Redis is not.
  await worker.call('readUncached', id)
  await worker.call('dieAt', 'UPDATE', 'after')
  const dying = worker.call('write', id, 'v2').catch(() => undefined)
  await worker.exited
  await dying
  expect(await textOf(reader.base, id)).toBe('v2')
  await watch(id, 'v2')
})

it('R3: a writer that sends no intent, for it has just written, and is killed leaves nothing stale for longer than the lease', async () => {
  const { namespace } = reader
  const worker = await startWorker({ namespace, config: { lease }, after: bornAndSwept() })
  const { id } = await newNote(reader)
  await worker.call('write', id, 'v2')
  expect(await textOf(reader.prisma, id)).toBe('v2')
  await worker.call('dieAt', 'UPDATE', 'after')
  const dying = worker.call('write', id, 'v3').catch(() => undefined)
  await worker.exited
  await dying
  expect(await textOf(reader.base, id)).toBe('v3')
  expect((await watch(id, 'v3'))[0]?.text).toBe('v2')
  expect(countOf(reader, 'swept')).toBe(2)
})

it('R3: a writer that is stopped for longer than the lease, then writes and is killed, leaves nothing stale for longer than the lease', async () => {
  const { namespace } = reader
  const worker = await startWorker({ namespace, config: { lease }, after: bornAndSwept() })
  const { id } = await newNote(reader)
  const done = worker.call('writeAndStop', id, 'v2')
  await stopped(worker)
  // Its intent is taken for that of a dead one.
  await waitUntil(() => countOf(reader, 'swept') === 2, { what: 'the sweep', deadlineMs: leaseMs + marginMs })
  expect(await textOf(reader.prisma, id)).toBe('v2')
  thaw(worker)
  await done
  await worker.call('dieAt', 'UPDATE', 'after')
  const dying = worker.call('write', id, 'v3').catch(() => undefined)
  await worker.exited
  await dying
  await watch(id, 'v3')
  expect(countOf(reader, 'swept')).toBe(3)
})

it.each([
  { clock: 'an hour ahead', clockMs: 3_600_000 },
  { clock: 'an hour behind', clockMs: -3_600_000 },
])(
  'R32: a writer that is killed leaves nothing stale for longer than the lease, though its clock is $clock',
  async ({ clockMs }) => {
    const { namespace } = reader
    const worker = await startWorker({ namespace, config: { lease }, clockMs, after: bornAndSwept() })
    const { id } = await newNote(reader)
    await textOf(reader.prisma, id)
    await worker.call('dieAt', 'UPDATE', 'after')
    const dying = worker.call('write', id, 'v2').catch(() => undefined)
    await worker.exited
    await dying
    const answers = await watch(id, 'v2')
    // Nobody told the reader: it was the sweeper.
    expect(answers[0]?.text).toBe('v1')
    expect(countOf(reader, 'swept')).toBe(2)
  },
)

it.each([
  { death: 'before its COMMIT', at: 'COMMIT', when: 'before' },
  { death: 'in the middle of its transaction', at: 'UPDATE', when: 'after' },
] as const)('R3: a writer killed $death changes nothing, and its intents are removed', async ({ at, when }) => {
  const worker = await startWorker({ namespace: reader.namespace, config: { lease }, after: bornAndSwept() })
  const { id } = await newNote(reader)
  await textOf(reader.prisma, id)
  await worker.call('dieAt', at, when)
  const dying = worker.call('writeInTransaction', id, 'v2').catch(() => undefined)
  await worker.exited
  await dying
  await waitUntil(() => countOf(reader, 'swept') === 2, { what: 'the sweep', deadlineMs: leaseMs + marginMs })
  expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'miss' })
  expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
  expect(await textOf(reader.base, id)).toBe('v1')
})

it('R4: a process that is frozen when it has acknowledged a write owes nothing to anyone', async () => {
  // The default lease: the sweeper would come much too late.
  reader = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl') })
  const worker = await startWorker({ namespace: reader.namespace })
  const { id } = await newNote(reader)
  for (const text of ['v2', 'v3', 'v4']) {
    const before = await textOf(reader.prisma, id)
    expect(await lookAt(reader, id)).toEqual({ text: before, status: 'hit' })
    const done = worker.call('writeAndStop', id, text)
    await stopped(worker)
    expect(await lookAt(reader, id)).toEqual({ text, status: 'miss' })
    thaw(worker)
    await done
  }
})

it('R4: a process that is frozen when it has been answered has left what it loaded to the others', async () => {
  reader = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl') })
  const worker = await startWorker({ namespace: reader.namespace })
  for (let round = 0; round < 3; round += 1) {
    const { id } = await newNote(reader)
    const done = worker.call('readAndStop', id)
    await stopped(worker)
    reader.queries()
    expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
    expect(reader.queries()).toBe(0)
    thaw(worker)
    await done
  }
})

it.each([
  { death: 'with its rows and no entry', dieOn: 'loaded' },
  { death: 'with an entry and the lease', dieOn: 'filled' },
] as const)('R12: a reader killed in the middle of a fill, $death, leaves nothing wrong', async ({ dieOn }) => {
  const config = { loadLease: '300ms' } as const
  reader = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl'), config })
  const worker = await startWorker({ namespace: reader.namespace, config })
  const { id } = await newNote(reader)
  await worker.call('dieOn', dieOn)
  const dying = worker.call('read', id).catch(() => undefined)
  await worker.exited
  await dying
  expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: dieOn === 'loaded' ? 'miss' : 'hit' })
  await reader.prisma.note.update({ where: { id }, data: { text: 'v2' } })
  expect(await textOf(reader.prisma, id)).toBe('v2')
})

it.each([
  { lost: 'its root and shape stamps', pattern: ':{Note}' },
  { lost: 'its value stamps', pattern: ':{Note}:v:*' },
  { lost: 'the entry itself', pattern: ':{Note}:e:*' },
])('R12: an entry that is only half there, without $lost, is a miss', async ({ pattern }) => {
  reader = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl') })
  const redis = (...command: readonly [string, ...string[]]) => redisCommand(inject('redisUrl'), command)
  const { id } = await newNote(reader)
  await textOf(reader.prisma, id)
  expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
  const keys = (await redis('KEYS', `${reader.namespace}${pattern}`)) as string[]
  expect(keys).toHaveLength(1)
  await redis('DEL', keys[0]!)
  expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'miss' })
  expect(await lookAt(reader, id)).toEqual({ text: 'v1', status: 'hit' })
})
