import { type CaseFigures, figureOf } from './figures.ts'
import type { Slice } from './measure.ts'
import { allDependents, oneDependent } from './names.ts'
import { bookCount, bookOf } from './rows.ts'
import type { Site } from './site.ts'
import { copyEntries } from './tag-copies.ts'
import { extendWithPlugin } from './ways.ts'

/** Each entry carries so many tags, each of which is invalidated once: it is never invalidated when its entries already are. */
const tagCount = 8
const warmUps = 20
/** Entries that are loaded again, and looked at, around each invalidation. */
const samples = 20

type Cached = ReturnType<typeof extendWithPlugin>

/** See the options of the same names. */
export interface TagSizes {
  readonly dependents: number
  readonly readDependents: number
}

/** Invalidates tags that all entries carry, and tags that one carries, by turns. */
export async function measureTags(site: Site, { dependents, readDependents }: TagSizes): Promise<CaseFigures> {
  const prefix = site.newPrefix()
  const client = extendWithPlugin(site, prefix)
  const tags = Array.from({ length: tagCount }, (_, n) => `all-${n}`)
  const read = Math.min(dependents, readDependents)
  console.log(`Filling ${dependents} entries with ${tagCount} tags, ${read} of them by reads ...`)
  await copyEntries(site, prefix, {
    read: (from, to) => readAll(client, from, to, tags),
    readCount: read,
    count: dependents,
  })
  for (let n = 0; n < warmUps; n += 1) await invalidate(client, `warm-up-${n}`, [single(n)])
  const [one, all]: [Slice[], Slice[]] = [[], []]
  for (const [n, tag] of tags.entries()) {
    const turns = [
      async () => one.push(await invalidate(client, `one-${n}`, [single(warmUps + n)])),
      async () => all.push(await invalidate(client, tag, sampleOf(read), tags)),
    ]
    for (const turn of n % 2 === 0 ? turns : turns.reverse()) await turn()
  }
  const figure = (slices: readonly Slice[]) => figureOf({ slices, failure: undefined }, unexpected)
  return { [oneDependent]: figure(one), [allDependents]: figure(all) }
}

/** One invalidation, of entries that were hits before and are none after; otherwise the gauge tells how many were not. */
async function invalidate(
  client: Cached,
  tag: string,
  sample: readonly number[],
  tags: readonly string[] = [tag],
): Promise<Slice> {
  for (const n of sample) await ask(client, n, tags)
  const before = await hits(client, sample, tags)
  const startedMs = performance.now()
  await client.$cache.invalidate({ tags: [tag] })
  const tookMs = performance.now() - startedMs
  const after = await hits(client, sample, tags)
  return { latenciesMs: [tookMs], seconds: tookMs / 1000, gauged: sample.length - before + after }
}

function unexpected(slices: readonly Slice[]): string | null {
  const wrong = slices.reduce((sum, { gauged }) => sum + gauged, 0)
  return wrong === 0 ? null : `${wrong} entries were not there before, or still there after`
}

async function hits(client: Cached, sample: readonly number[], tags: readonly string[]): Promise<number> {
  let count = 0
  for (const n of sample) {
    const { info } = await client.$cache.withInfo(() => ask(client, n, tags))
    if (info.status === 'hit') count += 1
  }
  return count
}

async function readAll(client: Cached, from: number, to: number, tags: readonly string[]): Promise<void> {
  let next = from
  const work = async () => {
    while (next < to) await ask(client, next++, tags)
  }
  await Promise.all(Array.from({ length: 64 }, work))
}

/** Entry number `n`: each book, then each book with another limit, and so on. */
function ask(client: Cached, n: number, tags: readonly string[]) {
  return client.book.findMany({
    where: { isbn: bookOf(n % bookCount) },
    take: 1 + Math.floor(n / bookCount),
    cacheStrategy: { tags: [...tags] },
  })
}

/** The number of an entry that is none of those that are filled. */
const single = (n: number) => 1000 * bookCount + n

function sampleOf(count: number): readonly number[] {
  const length = Math.min(samples, count)
  return Array.from({ length }, (_, at) => Math.floor((at * count) / length))
}
