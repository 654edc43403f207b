import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { serveWorker } from '../../../services/process.ts'
import { type CachedClientOptions, cachedClient } from '../../cached-client.ts'
import { outcomeOf, type Step } from '../programs/steps.ts'
import { runThrong, type Throng } from '../programs/throng.ts'

/** A process that writes behind, for programs. */
let client: ReturnType<typeof cachedClient> | undefined

const prisma = () => client!.prisma as unknown as PrismaClient

serveWorker({
  async open(options: CachedClientOptions) {
    client = cachedClient(options)
    await client.prisma.city.count()
  },
  async close() {
    await client?.prisma.$disconnect()
    client = undefined
  },
  run: (step: Step) => outcomeOf(prisma(), step),
  throng: (throng: Throng) => runThrong(prisma(), throng),
  flush: () => client!.prisma.$cache.flush(),
  deadLetters: () => client!.prisma.$cache.deadLetters.list(),
  async stats() {
    const { accepted, synchronous, hits, flushes } = client!.prisma.$cache.stats()
    return { accepted, synchronous, hits, flushes }
  },
})
