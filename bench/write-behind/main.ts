// What write-behind is worth: how many increments of counters are accepted in Redis and applied in batches, against one statement for
// each, and against a hand-written loop. `npm run bench:write-behind`, or `npm run bench:write-behind -- --help`.
import { withCleanup } from '../../examples/shared/cleanup.ts'
import { seededRandom } from '../../examples/shared/random.ts'
import { drawByWeight } from '../../examples/shared/weighted.ts'
import { readWorld } from '../../examples/shared/world/world.ts'
import { loadPlugin } from '../shared/load-plugin.ts'
import { describeDatabase, describeRedis } from '../shared/servers.ts'
import { describeMachine } from '../shared/site.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { report } from './report.ts'
import { measureRounds } from './rounds.ts'
import { batchSize } from './write-behind.ts'

const options = parseOptions(process.argv.slice(2))
if (options === 'help') console.log(usage)
else await run(options)

async function run({
  seconds,
  rounds,
  warmUpRounds,
  rows,
  writers,
  backlog,
  seed,
  errorFormat,
  sources,
}: Options): Promise<void> {
  const database = process.env.DATABASE_URL || 'postgresql://postgres@127.0.0.1:5432/postgres'
  const redis = process.env.REDIS_URL || 'redis://127.0.0.1:6379'
  const world = readWorld(rows)
  const { cachePlugin } = await loadPlugin(sources)
  console.log(describeMachine(await describeRedis(redis), await describeDatabase(database)))
  console.log(
    `Writes:   increments by ${writers} writers, ${seconds} s long, or ${backlog} of them; batches of ${batchSize}\n` +
      `Counters: ${world.cities.length}, by Zipf's law, seed ${seed}; ${rounds} rounds; error format ${errorFormat}\n`,
  )
  await withCleanup(async (later) => {
    const ids = world.cities.map(({ id }) => id)
    // Zipf's law with s = 1: the first comes n times as often as the nth.
    const draw = drawByWeight(ids, (_, at) => 1 / (at + 1), seededRandom(seed))
    const size = { seconds, writers, backlog }
    const measured = await measureRounds({ size, rounds, warmUpRounds }, draw, {
      world,
      database,
      redis,
      later,
      errorFormat,
      cachePlugin,
    })
    console.log(`\n${report(measured)}`)
    const checked = [measured.first.accepted, ...measured.rounds.flatMap((round) => Object.values(round))]
    if (checked.some(({ check }) => check.wrong > 0)) process.exitCode = 1
  })
}
