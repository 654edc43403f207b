// What precision is worth: one sequence of requests, replayed without a cache, with a cache that invalidates whole models,
// and with the plugin as it is. `npm run bench:precision`, or `npm run bench:precision -- --help`.
import { withCleanup } from '../../examples/shared/cleanup.ts'
import { readWorld } from '../../examples/shared/world/world.ts'
import { type Options, parseOptions, usageOf } from '../shared/options.ts'
import { describeMachine } from '../shared/site.ts'
import { measureAnalysis } from './analysis-cost.ts'
import { type ModeName, openMode } from './modes.ts'
import { type Replayed, replay } from './replay.ts'
import { reportAnalysis, reportFactor, reportReplays } from './report.ts'
import { makeWorkload } from './workload.ts'

/** What has an effect: without a cache nothing has, and one that every write empties is as warm as it gets after a few. */
const warmUpMax: Readonly<Record<ModeName, number>> = {
  'no cache': 0,
  'per model': 2000,
  precise: Number.POSITIVE_INFINITY,
}

const defaults = { requests: 50_000, warmUp: 300_000, cities: 10_000 }
const options = parseOptions(process.argv.slice(2), defaults)
if (options === 'help') console.log(usageOf('bench:precision', defaults))
else await run(options)

async function run({ requests, warmUp, cities, seed }: Options): Promise<void> {
  const world = readWorld(cities)
  const workload = makeWorkload({ cities: world.cities, requests: warmUp + requests, seed })
  const redis = process.env.REDIS_URL || undefined
  console.log(describeMachine(redis ? 'Redis' : 'in this process'))
  console.log(`Requests: ${requests} after ${warmUp} that do not count, ${world.cities.length} cities, seed ${seed}\n`)

  console.log(`${reportAnalysis(await measureAnalysis(world.cities[0]!))}\n`)

  const replays = new Map<ModeName, Replayed>()
  for (const name of ['no cache', 'per model', 'precise'] as const) {
    await withCleanup(async (later) => {
      const mode = await openMode(name, { world, redis, later })
      console.log(`Replaying: ${name} ...`)
      const uncounted = Math.min(warmUp, warmUpMax[name])
      replays.set(name, await replay(mode, workload.slice(warmUp - uncounted), uncounted))
    })
  }
  console.log(`\n${reportReplays(replays)}`)
  console.log(reportFactor(replays.get('per model')!, replays.get('precise')!))
  if ([...replays.values()].some(({ stale }) => stale > 0)) process.exitCode = 1
}
