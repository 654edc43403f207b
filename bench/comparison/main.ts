// What a hit, a miss, a write and an invalidation take, beside no cache, beside what Prisma and Redis take by themselves, and beside
// other caches. `npm run bench`, or `npm run bench -- --help`.
import { withCleanup } from '../../examples/shared/cleanup.ts'
import { loadPlugin } from '../shared/load-plugin.ts'
import { describeDatabase, describeRedis } from '../shared/servers.ts'
import { describeMachine } from '../shared/site.ts'
import { casesOf, slowCallsFactor } from './cases.ts'
import { worseThan } from './check.ts'
import { compare } from './compare.ts'
import { measureMemory } from './memory.ts'
import { tagCase } from './names.ts'
import { openWays } from './open-ways.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { loadPeers, peerVersions } from './peers.ts'
import { profileHits } from './profile-hits.ts'
import { writeReadme } from './readme.ts'
import { reportAnswers, reportFigures, reportMemory, reportPeers, reportTargets, reportWorse } from './report.ts'
import { describeProcessor, type Results, readResults, versionsOf, writeResults } from './results.ts'
import { openSite, type Site } from './site.ts'
import { measureTags } from './tag.ts'
import { againstPeers, boundsOf, otherRatiosOf, targetsOf } from './targets.ts'
import { ownWays } from './ways.ts'

/** Rows that one way may miss in one slice. */
const unreadPerSlice = 400

const options = parseOptions(process.argv.slice(2))
if (options === 'help') console.log(usage)
else await run(options)

async function run(options: Options): Promise<void> {
  const database = process.env.DATABASE_URL || 'postgresql://postgres@127.0.0.1:5432/postgres'
  const redisUrl = process.env.REDIS_URL || 'redis://127.0.0.1:6379'
  const committed = options.mode === 'check' ? readResults() : null
  const { cachePlugin } = await loadPlugin(options.sources)
  const [redisIs, databaseIs] = [await describeRedis(redisUrl), await describeDatabase(database)]
  console.log(`${describeMachine(redisIs, databaseIs)}\n`)
  await withCleanup(async (later) => {
    const unreadBooks = 2 * unreadPerSlice * (options.rounds + slowCallsFactor * options.warmUpRounds)
    const site = await openSite({ database, redisUrl, cachePlugin, unreadBooks, later })
    if (options.mode === 'profile') return profileHits(site)
    const results = await measure(options, site, [databaseIs, redisIs])
    print(results)
    if (committed !== null) check(committed, results, options.tolerance)
    const faults = faultsOf(results)
    if (faults.length > 0) {
      console.log(`\nNot measured:\n${faults.join('\n')}`)
      process.exitCode = 1
    } else if (options.mode === 'write') {
      writeResults(results)
      writeReadme(results)
    }
  })
}

async function measure(options: Options, site: Site, servers: readonly string[]): Promise<Results> {
  const has = (name: string) => options.cases.some((one) => one === name)
  const kinds = [...ownWays, ...(options.peers ? await loadPeers() : [])]
  const memory = has('memory') ? await measureMemory(kinds, site) : {}
  const ways = await openWays(kinds, site)
  const cases = casesOf(unreadPerSlice).filter(({ name }) => has(name))
  const { figures: compared, keysInRedis } = await compare(cases, ways, site, options)
  const figures = has(tagCase) ? { ...compared, [tagCase]: await measureTags(site, options) } : compared
  const { rounds, warmUpRounds, sliceMs, dependents, readDependents } = options
  return {
    date: new Date().toISOString(),
    machine: describeProcessor(),
    servers,
    versions: {
      ...versionsOf(['@prisma/client', '@prisma/adapter-pg', 'ioredis']),
      ...(options.peers ? peerVersions() : {}),
    },
    method: { rounds, warmUpRounds, sliceMs, dependents, readDependents },
    keysInRedis,
    ways: ways.map(({ kind, answers }) => ({ name: kind.name, isPeer: kind.isPeer, note: kind.note, answers })),
    figures,
    memory,
  }
}

function print({ figures, memory, ways, keysInRedis }: Results): void {
  const peers = peersOf(ways)
  const parts = [
    reportFigures(figures, keysInRedis),
    ...(Object.keys(memory).length > 0 ? [reportMemory(memory)] : []),
    reportAnswers(ways),
    reportTargets(targetsOf(figures), boundsOf(figures)),
    ...(peers.length > 0 ? [reportPeers(againstPeers(figures, peers))] : []),
  ]
  console.log(`\n${parts.join('\n\n')}`)
}

function check(committed: Results, now: Results, tolerance: number): void {
  const ratiosOf = ({ figures, ways }: Results) => [...targetsOf(figures), ...otherRatiosOf(figures, peersOf(ways))]
  const worse = worseThan(ratiosOf(committed), ratiosOf(now), tolerance)
  console.log(`\n${reportWorse(worse)}`)
  if (worse.length > 0) process.exitCode = 1
}

function peersOf(ways: Results['ways']): readonly string[] {
  return ways.filter(({ isPeer }) => isPeer).map(({ name }) => name)
}

/** Whether a way of ours was measured as something that it is not. */
function faultsOf({ figures, ways }: Results): readonly string[] {
  const ours = ways.filter(({ isPeer }) => !isPeer).map(({ name }) => name)
  return Object.entries(figures).flatMap(([caseName, byWay]) =>
    Object.entries(byWay).flatMap(([way, { fault }]) =>
      fault !== null && (ours.includes(way) || caseName === tagCase) ? [`${caseName}, ${way}: ${fault}`] : [],
    ),
  )
}
