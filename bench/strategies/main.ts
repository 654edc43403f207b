// What the strategies are worth: one sequence of page views and votes without a cache, with cache-aside and with write-through.
// `npm run bench:strategies`, or `npm run bench:strategies -- --help`.
import { Redis } from 'ioredis'
import { withCleanup } from '../../examples/shared/cleanup.ts'
import { readWorld } from '../../examples/shared/world/world.ts'
import { type Options, parseOptions, usageOf } from '../shared/options.ts'
import { describeMachine } from '../shared/site.ts'
import { type Mode, modeNames, openMode } from './modes.ts'
import { replay } from './replay.ts'
import { median, report } from './report.ts'
import { makeWorkload, votesPercent } from './workload.ts'

const defaults = { requests: 5000, warmUp: 5000, cities: 2000 }
const options = parseOptions(process.argv.slice(2), defaults)
if (options === 'help') console.log(usageOf('bench:strategies', defaults))
else await run(options)

async function run({ requests, warmUp, cities, seed }: Options): Promise<void> {
  const world = readWorld(cities)
  const workload = makeWorkload(world.cities, warmUp + requests, seed)
  const redis = process.env.REDIS_URL || undefined
  const roundTripMs = redis ? await roundTrip(redis) : null
  console.log(describeMachine(redis ? `Redis, ${roundTripMs!.toFixed(2)} ms away` : 'in this process'))
  console.log(
    `Requests: ${requests} after ${warmUp} that do not count, ${votesPercent} % votes, ${world.cities.length} cities, seed ${seed}\n`,
  )
  await withCleanup(async (later) => {
    const modes: Mode[] = []
    for (const name of modeNames) modes.push(await openMode(name, { world, redis, later }))
    const all = await replay(modes, workload, warmUp)
    console.log(`\n${report(all, roundTripMs)}`)
    if (all.some(({ stale }) => stale > 0)) process.exitCode = 1
  })
}

/** Milliseconds, the median of many. */
async function roundTrip(url: string): Promise<number> {
  const redis = new Redis(url)
  const times: number[] = []
  for (let i = 0; i < 500; i += 1) {
    const startedMs = performance.now()
    await redis.ping()
    times.push(performance.now() - startedMs)
  }
  redis.disconnect()
  return median(times)
}
