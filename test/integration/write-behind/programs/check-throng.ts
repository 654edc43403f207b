import { expect } from 'vitest'
import type { Random } from '../../behaviour/random.ts'
import { outcomeOf, type Step } from './steps.ts'
import type { Done, Throng } from './throng.ts'
import type { World } from './world.ts'

const shared = [1, 2, 3, 4]

/**
 * All processes at once, each with several writers. In the end the database has every acknowledged addition once, each row of one writer as
 * its writes leave it one after the other, and no cache says otherwise.
 */
export async function checkThrong(world: World, random: Random, size: Pick<Throng, 'writers' | 'operations'>) {
  const drawn = await world.reset(random)
  const about = (what: string) => `${what} (seed ${random.seed}, ${drawn})`
  const { workers, plain } = world
  const done = await Promise.all(
    workers.map((worker, i) =>
      worker.call<Done>('throng', { ...size, shared, seed: random.seed + i, firstId: 100 * (i + 1) } satisfies Throng),
    ),
  )
  expect(
    done.flatMap(({ wrong }) => wrong),
    about('what differed on the way'),
  ).toEqual([])
  await workers[random.integer(workers.length)]!.call('flush')
  expect(await workers[0]!.call('deadLetters'), about('the dead letters')).toEqual([])

  const rows = new Map((await plain.city.findMany()).map((row) => [row.id, row]))
  const sums = shared.map((id) => done.reduce((sum, { added }) => sum + added[id]!, 0))
  expect(
    shared.map((id) => rows.get(id)?.views),
    about('the sums'),
  ).toEqual(sums)
  const own = done.flatMap((one) => one.own)
  const stored = own.map(({ id }) => ({ id, population: rows.get(id)?.population ?? null }))
  expect(stored, about('the rows of one writer each')).toEqual(own)

  const reads: readonly object[] = [
    ...[...shared, ...own.map(({ id }) => id)].map((id) => ({ operation: 'findUnique', args: { where: { id } } })),
    { operation: 'findMany', args: { orderBy: { id: 'asc' } } },
    { operation: 'count', args: {} },
  ]
  for (const worker of workers) {
    for (const read of reads) {
      const step = { kind: 'call', call: { model: 'city', ...read } } as Step
      expect(await worker.call('run', step), about('what a cache says')).toBe(await outcomeOf(plain, step))
    }
  }
}
