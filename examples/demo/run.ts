import { availableParallelism, cpus } from 'node:os'
import { PrismaClient } from '../../prisma/generated/client.ts'
import { withCleanup } from '../shared/cleanup.ts'
import { countedAdapter } from '../shared/counted-adapter.ts'
import { openDatabase } from '../shared/database.ts'
import { newNamespace, unlinkNamespace } from '../shared/namespace.ts'
import { loadWorld } from '../shared/world/load.ts'
import { readWorld } from '../shared/world/world.ts'
import { createChecker } from './check.ts'
import { cachedClient } from './clients.ts'
import type { Options } from './options.ts'
import { type Run, report } from './report.ts'
import { serve, type Until } from './serve.ts'
import { cachedSite, plainSite, type Site } from './site.ts'
import { createTraffic, type Read } from './traffic.ts'
import { createWriteGate } from './write-gate.ts'

/** One in this many reads is followed by a check. */
const checkEvery = 50
/** After the traffic, so many different reads are checked once more. */
const lastChecks = 500

/** Loads the world, serves it twice, checks, and prints the table. Resolves to the number of stale answers. */
export async function runDemo(options: Options): Promise<{ readonly stale: number }> {
  let stale = 0
  await withCleanup(async (later) => {
    const database = await openDatabase()
    later(database.close)
    const redis = process.env.REDIS_URL || undefined
    const namespace = newNamespace()
    later(() => unlinkNamespace(redis, namespace))

    // Three clients: the two that are compared, each counted, and one that only checks.
    const counted = countedAdapter(database.adapter)
    const plain = new PrismaClient({ adapter: counted.adapter })
    const cached = cachedClient({ adapter: counted.adapter, redis, namespace })
    const checking = new PrismaClient({ adapter: database.adapter })
    for (const client of [plain, cached, checking]) later(() => client.$disconnect())

    const world = readWorld(options.cities)
    describe(options, { database: database.description, store: redis ? 'Redis' : 'in this process' })
    await loadWorld(plain, world)

    const gate = createWriteGate()
    const measure = async (site: Site, afterRead?: (read: Read, index: number) => Promise<void>): Promise<Run> => {
      const traffic = { cities: world.cities, writeShare: options.writeShare }
      const deps = { site, gate, concurrency: options.concurrency }
      const sequence = createTraffic({ ...traffic, seed: options.seed })
      // Does not count: code is still being compiled, and the cache, where there is one, is empty.
      await serve({ ...deps, traffic: sequence, until: options.warmUp })
      const before = { queries: counted.count(), hits: cached.$cache.stats().hits }
      const served = await serve({
        ...deps,
        traffic: sequence,
        until: options.measured,
        ...(afterRead && { afterRead }),
      })
      return {
        served,
        queries: counted.count() - before.queries,
        hits: cached.$cache.stats().hits - before.hits,
      }
    }

    const duration = `${lengthOf(options.measured)}, after ${lengthOf(options.warmUp)} that do not count`
    console.log(`Serving without the plugin for ${duration} ...`)
    const plainRun = await measure(plainSite(plain))

    console.log(`Serving with the plugin for ${duration} ...`)
    const site = cachedSite(cached)
    const checker = createChecker({ cached: site, plain: plainSite(checking), gate })
    const seen = new Map<string, Read>()
    const served = options.sabotage ? { ...site, update: plainSite(plain).update } : site
    const cachedRun = await measure(served, async (read, index) => {
      seen.set(JSON.stringify(read), read)
      if (index % checkEvery === 0) await checker.check(read)
    })

    console.log('Checking what is left in the cache ...\n')
    for (const read of [...seen.values()].slice(-lastChecks)) await checker.check(read)
    console.log(report({ plain: plainRun, cached: cachedRun, checker }))
    stale = checker.stale
  })
  return { stale }
}

function lengthOf(until: Until): string {
  return 'seconds' in until ? `${until.seconds} s` : `${until.requests} requests`
}

function describe({ concurrency, writeShare, seed }: Options, where: { database: string; store: string }): void {
  console.log(`Database: ${where.database}`)
  console.log(`Store:    ${where.store}`)
  console.log(`Machine:  ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}`)
  console.log(`Traffic:  ${concurrency} at a time, ${(writeShare * 100).toFixed(1)} % updates, seed ${seed}\n`)
}
