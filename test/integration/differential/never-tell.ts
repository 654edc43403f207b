import { beforeAll, expect, it } from 'vitest'
import type { Strategy } from '../../../src/index.ts'
import type { StoreKind } from '../behaviour/bench.ts'
import { modelOfTable } from './change-log.ts'
import { checkProperty } from './check-programs.ts'
import { expectSameOutcome, outcomeOf, withoutTimes } from './compare.ts'
import type { Ground } from './ground.ts'
import { postgres } from './grounds.ts'
import { allLookups } from './lookups.ts'
import { type Program, programs, runRead, runStep, type Step, shownBy, textOf } from './programs.ts'
import { makeWorld, type Seat, type World } from './world.ts'

/**
 * Random programs of reads and writes through several clients that share a cache. Every answer is compared, type for type, with
 * that of a client that knows no cache; every write with the same write on a twin of the database; every error too.
 */
export function itNeverTellsCachedFromPlain(
  kind: StoreKind,
  { ground = postgres, strategy = 'cache-aside', programs: count, timeoutMs }: RandomRun,
): void {
  let world: World
  beforeAll(async () => {
    world = await makeWorld(ground, kind, strategy)
  })

  it('never tell a cached client from a plain one', { timeout: timeoutMs }, async () => {
    const counts: Counts = { reads: 0, lookups: 0, steps: 0, done: 0, tables: 0 }
    // Programs that change nothing would prove nothing: a few may happen to be all of that kind, and others are tried then.
    for (let times = 0; times < timesMax && counts.tables < tablesMin; times += 1) {
      await checkProperty(programs(ground, { seats: world.seats.length }), count, (program) =>
        runProgram(ground, world, program, counts, strategy),
      )
    }
    const hits = world.hits()
    console.info(
      `${ground.dataModel.provider}, ${strategy}, ${kind}: ${counts.steps} writes (${counts.done} done, ${counts.tables} tables), ${counts.reads} reads and ${counts.lookups} lookups compared, ${hits} hits`,
    )
    expect(counts.tables).toBeGreaterThanOrEqual(tablesMin)
    // Nor would those whose reads are never answered by the cache.
    expect(hits).toBeGreaterThan(counts.reads / 4)
  })
}

/** Tables that the writes of all programs change, at least. */
const tablesMin = 5
const timesMax = 6

export interface RandomRun {
  /** Default: {@link postgres}. */
  readonly ground?: Ground
  readonly strategy?: Strategy
  readonly programs: number
  readonly timeoutMs: number
}

interface Counts {
  reads: number
  lookups: number
  steps: number
  done: number
  /** That the driver saw written. */
  tables: number
}

async function runProgram(
  ground: Ground,
  world: World,
  { reads, steps }: Program,
  counts: Counts,
  strategy: Strategy,
): Promise<void> {
  await world.reset()
  const lookups = strategy === 'cache-aside' ? null : allLookups(ground.models)
  const sinceMs = Date.now() - 60_000
  const check = async (after: string) => {
    for (const seat of world.seats) {
      for (const read of reads) {
        const about = `${textOf(read)} of ${seat.name} ${after}`
        const truth = await outcomeOf(() => runRead(seat.plain, read))
        expectSameOutcome(await outcomeOf(() => runRead(seat.cached, read)), truth, {
          shown: shownBy(read, ground.dataModel),
          about,
        })
        counts.reads += 1
      }
    }
    await lookups?.check(world.seats, after)
  }
  // Twice, so that the cache holds their answers when the first write comes.
  await check('at first')
  await check('again')
  for (const step of steps) {
    const seat = world.seats[step.seat]!
    seat.events.splice(0)
    seat.adapter.clear()
    const outcome = withoutTimes(await outcomeOf(() => runStep(seat.cached, step, reads)), sinceMs)
    const expected = withoutTimes(await outcomeOf(() => runStep(seat.twin, step, reads)), sinceMs)
    const about = `the answer to ${textOf(step)}`
    expectSameOutcome(outcome, expected, {
      shown: step.kind === 'write' ? shownBy(step.write, ground.dataModel) : null,
      about,
    })
    if ('result' in outcome) {
      counts.tables += expectInvalidated(ground, seat, step)
      counts.done += 1
    }
    counts.steps += 1
    await check(`after ${textOf(step)}`)
  }
  counts.lookups += lookups?.count ?? 0
  const { first, twin } = await world.rows()
  expect(first, 'the rows at the end').toBe(twin)
}

/** Of every table that the driver saw written, the model was invalidated. Returns how many there were. */
function expectInvalidated({ dataModel }: Ground, { events, adapter }: Seat, step: Step): number {
  const models = new Set(events.flatMap((event) => (event.kind === 'invalidated' ? event.models : [])))
  const tables = adapter.writtenTables()
  for (const table of tables) {
    expect(models, `the models that ${textOf(step)} invalidated`).toContain(modelOfTable(dataModel, table).name)
  }
  return tables.size
}
