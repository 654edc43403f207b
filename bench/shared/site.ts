import { availableParallelism, cpus } from 'node:os'
import type { Later } from '../../examples/shared/cleanup.ts'
import { countedAdapter } from '../../examples/shared/counted-adapter.ts'
import { openDatabase } from '../../examples/shared/database.ts'
import { newNamespace, unlinkNamespace } from '../../examples/shared/namespace.ts'
import { loadWorld } from '../../examples/shared/world/load.ts'
import type { World } from '../../examples/shared/world/world.ts'
import { PrismaClient } from '../../prisma/generated/client.ts'

export interface Environment {
  readonly world: World
  readonly redis: string | undefined
  readonly later: Later
}

/** A database of its own with the cities, and a client that counts what it asks of it. */
export interface Site {
  readonly plain: PrismaClient
  /** Asks for the truth; what it asks does not count. */
  readonly checking: PrismaClient
  /** Statements of `plain` that only read, so far. */
  databaseReads(): number
  /** That nobody else uses. */
  readonly namespace: string
}

export async function openSite({ world, redis, later }: Environment): Promise<Site> {
  const database = await openDatabase()
  later(database.close)
  const counted = countedAdapter(database.adapter)
  const plain = new PrismaClient({ adapter: counted.adapter })
  const checking = new PrismaClient({ adapter: database.adapter })
  for (const client of [plain, checking]) later(() => client.$disconnect())
  await loadWorld(checking, world)
  const namespace = newNamespace()
  later(() => unlinkNamespace(redis, namespace))
  return { plain, checking, databaseReads: counted.reads, namespace }
}

/** What the figures were measured on, in lines. `store` says more of Redis than its name, and so may `database`. */
export function describeMachine(
  store: string,
  database = process.env.DATABASE_URL ? 'PostgreSQL' : 'PGlite, in this process',
): string {
  return [
    `Database: ${database}`,
    `Store:    ${store}`,
    `Machine:  ${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.versions.node}`,
  ].join('\n')
}
