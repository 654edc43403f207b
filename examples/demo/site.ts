import type { PrismaClient } from '../../prisma/generated/client.ts'
import type { ReadInfo } from '../../src/index.ts'
import type { CachedClient } from './clients.ts'
import type { Read, Update } from './traffic.ts'

/** The imagined site, on one client: it answers reads and takes updates. */
export interface Site {
  answer(read: Read): Promise<unknown>
  update(update: Update): Promise<void>
}

/** A site that can also say where an answer came from. */
export interface CachedSite extends Site {
  explain(read: Read): Promise<{ readonly data: unknown; readonly info: ReadInfo }>
}

export function plainSite(prisma: PrismaClient): Site {
  return { answer: (read) => query(prisma, read), update: (update) => write(prisma, update) }
}

export function cachedSite(prisma: CachedClient): CachedSite {
  return {
    answer: (read) => query(prisma, read),
    explain: (read) => prisma.$cache.withInfo(() => query(prisma, read)),
    update: (update) => write(prisma, update),
  }
}

/** The queries are written once: the plugin changes nothing about them. */
async function query(prisma: PrismaClient | CachedClient, read: Read): Promise<unknown> {
  // Either client has these methods; the compiler cannot call a union of generic ones.
  const { city } = prisma as PrismaClient
  switch (read.kind) {
    case 'city page':
      return city.findUnique({ where: { id: read.id }, include: { country: true } })
    case 'largest cities':
      return city.findMany({ where: { countryCode: read.countryCode }, orderBy: { population: 'desc' }, take: 10 })
    case 'country numbers':
      return city.aggregate({ where: { countryCode: read.countryCode }, _count: true, _sum: { population: true } })
    case 'search':
      return city.findMany({ where: { name: { startsWith: read.prefix } }, orderBy: { population: 'desc' }, take: 10 })
  }
}

async function write(prisma: PrismaClient | CachedClient, { id, population }: Update): Promise<void> {
  await (prisma as PrismaClient).city.update({ where: { id }, data: { population } })
}
