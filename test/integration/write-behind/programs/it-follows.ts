import { beforeAll, expect, it } from 'vitest'
import { randomFrom } from '../../behaviour/random.ts'
import { type Counts, checkProgram } from './check-program.ts'
import { checkThrong } from './check-throng.ts'
import { makeWorld, type World } from './world.ts'

export interface ProgramsOptions {
  /** Of each kind; with `SOAK_MINUTES` as many as there is time for. */
  readonly programs: number
  readonly timeoutMs: number
}

/**
 * Random programs of several processes that write behind. A failure prints its seed; to repeat it:
 * `DIFFERENTIAL_SEED=... npx vitest run --project integration test/integration/write-behind/programs.test.ts`.
 */
export function itFollowsPrograms({ programs, timeoutMs }: ProgramsOptions): void {
  let world: World
  beforeAll(async () => {
    world = await makeWorld()
  })

  it('several processes show what one database shows that is written at once', { timeout: timeoutMs }, async () => {
    const counts: Counts = { writes: 0, reads: 0, accepted: 0, synchronous: 0, hits: 0 }
    await forSeeds(programs, (seed) => checkProgram(world, randomFrom(seed), { length: 100, counts }))
    console.info(`write-behind: ${JSON.stringify(counts)}`)
    // Programs of which nothing is accepted, or whose reads are never answered by the cache, would prove nothing.
    expect(counts.accepted).toBeGreaterThan(counts.writes / 4)
    expect(counts.hits).toBeGreaterThan(counts.reads / 4)
  })

  it('many writers at once lose nothing, and nothing is written twice', { timeout: timeoutMs }, async () => {
    await forSeeds(programs, (seed) => checkThrong(world, randomFrom(seed), { writers: 6, operations: 30 }))
  })
}

async function forSeeds(programs: number, run: (seed: number) => Promise<void>): Promise<void> {
  const { DIFFERENTIAL_SEED: given, SOAK_MINUTES: minutes } = process.env
  const first = Number(given ?? (minutes ? Date.now() % 1_000_000 : 1))
  // Half of the time for each kind.
  const untilMs = performance.now() + Number(minutes ?? 0) * 30_000
  for (let n = 0; minutes ? performance.now() < untilMs : n < programs; n += 1) await run(first + n)
}
