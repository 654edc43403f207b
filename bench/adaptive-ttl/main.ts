// What a TTL that adapts is worth where another program writes the rows: hits and stale answers, beside those of fixed TTLs.
// `npm run bench:adaptive-ttl`, or `npm run bench:adaptive-ttl -- --help`.
import { withCleanup } from '../../examples/shared/cleanup.ts'
import { readWorld } from '../../examples/shared/world/world.ts'
import { type Options, parseOptions, usageOf } from '../shared/options.ts'
import { describeMachine, openSite } from '../shared/site.ts'
import { openModes } from './modes.ts'
import { replay } from './replay.ts'
import { compare, describe, report } from './report.ts'
import { makeWorkload, writesPercent } from './workload.ts'

const defaults = { requests: 20_000, warmUp: 5000, cities: 60 }
const options = parseOptions(process.argv.slice(2), defaults)
if (options === 'help') console.log(usageOf('bench:adaptive-ttl', defaults))
else await run(options)

async function run({ requests, warmUp, cities, seed }: Options): Promise<void> {
  const world = readWorld(cities)
  const workload = makeWorkload(world.cities, warmUp + requests, seed)
  const redis = process.env.REDIS_URL || undefined
  const { view, census } = writesPercent
  console.log(describeMachine(redis ? 'Redis' : 'in this process'))
  console.log(
    `Requests: ${requests} after ${warmUp} that do not count, ${view} % count a view and ${census} % a population past the cache, ` +
      `${world.cities.length} cities, seed ${seed}`,
  )
  await withCleanup(async (later) => {
    const environment = { world, redis, later }
    const site = await openSite(environment)
    const startedMs = performance.now()
    const all = await replay(openModes(site, environment), site.checking, { requests: workload, warmUp })
    const perSecond = (workload.length * 1000) / (performance.now() - startedMs)
    console.log(`Served:   ${perSecond.toFixed(0)} requests a second, each in every way\n\n${report(all)}`)
    for (const one of compare(all)) console.log(describe(one))
  })
}
