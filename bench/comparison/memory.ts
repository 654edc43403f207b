import { wayNames } from './names.ts'
import { findUnique, list, type Query } from './query.ts'
import { keysOf, memoryOf } from './redis-keys.ts'
import type { Site } from './site.ts'
import type { Way, WayKind } from './way.ts'

/** What the entries of one query take in Redis. */
export interface MemoryFigure {
  readonly rows: number
  /** Of the results as JSON. */
  readonly payloadBytes: number
  /** Of all keys under the prefix of the way, with their names. */
  readonly bytes: number
  /** The same by kind of key; `null` for a peer. */
  readonly parts: Readonly<Record<string, MemoryPart>> | null
}

export interface MemoryPart {
  readonly keys: number
  readonly bytes: number
}

/** By query, and within it by way. A way that cannot do it is left out. */
export type Memory = Readonly<Record<string, Readonly<Record<string, MemoryFigure>>>>

const own: readonly string[] = [wayNames.redis, wayNames.compressed]

/** Fills fresh caches with one query each, and asks Redis for the size of every key. */
export async function measureMemory(kinds: readonly WayKind[], site: Site): Promise<Memory> {
  const measured: Record<string, Record<string, MemoryFigure>> = {}
  for (const query of [findUnique, list]) {
    console.log(`Measuring the memory of ${query.name} ...`)
    const results = await Promise.all(Array.from({ length: query.size }, (_, n) => query.ask(site.plain, n, {})))
    const payload = {
      rows: results.flat().length,
      payloadBytes: results.reduce((sum: number, result) => sum + Buffer.byteLength(JSON.stringify(result)), 0),
    }
    const ways: Record<string, MemoryFigure> = {}
    for (const kind of kinds.filter(({ name, isPeer }) => isPeer || own.includes(name))) {
      const prefix = site.newPrefix()
      const way = await kind.open(site, prefix).catch(() => null)
      if (way !== null) ways[kind.name] = { ...payload, ...(await bytesOf(way, query, site, prefix)) }
    }
    measured[query.name] = ways
  }
  return measured
}

async function bytesOf(way: Way, query: Query, { redis }: Site, prefix: string) {
  await way.prepare(query)
  const keys = await settledKeys(() => keysOf(redis, prefix))
  const sizes = await memoryOf(redis, keys)
  const parts: Record<string, MemoryPart> = {}
  for (const [at, key] of keys.entries()) {
    const kind = kindOf(key.slice(prefix.length + 1))
    const { keys: count, bytes } = parts[kind] ?? { keys: 0, bytes: 0 }
    parts[kind] = { keys: count + 1, bytes: bytes + sizes[at]! }
  }
  return { bytes: sizes.reduce((sum, bytes) => sum + bytes, 0), parts: way.isPeer ? null : parts }
}

/** Some store after they have answered. */
async function settledKeys(find: () => Promise<readonly string[]>): Promise<readonly string[]> {
  for (let before = await find(); ; ) {
    await new Promise((done) => setTimeout(done, 100))
    const after = await find()
    if (after.length === before.length) return after
    before = after
  }
}

export const entriesPart = 'entries'

/** By the names that the plugin gives to its keys, without their prefix: see src/stores/redis/keys.ts. */
function kindOf(name: string): string {
  const [, letter] = name.match(/^\{[^}]*\}:([a-z]):/) ?? []
  if (letter === 'e') return entriesPart
  if (letter === 'v') return 'stamps of rows'
  if (letter === 'l') return 'leases'
  return /^\{[^}]*\}$/.test(name) ? 'registries of models' : 'of the namespace'
}
