import { expect, inject, it } from 'vitest'
import { Prisma } from '../../../prisma/generated/client.ts'
import { type CachedClient, cachedClient, describeStores } from '../cached-client.ts'
import { countOf, isSelect } from './notes.ts'

/** A row with everything in it that a caller can change. */
function newSample({ base }: CachedClient) {
  const date = new Date('2020-02-02T00:00:00.000Z')
  const decimal = new Prisma.Decimal('12345678901234567890.123456789')
  return base.sample.create({
    data: {
      ...{ int: 1, bigInt: 2n, float: 1.5, decimal, boolean: true, string: 's', dateTime: date, date, colour: 'RED' },
      ...{ bytes: new Uint8Array([1, 2, 3]), json: { nested: [{ deep: [1, 2] }] } },
      ...{ decimalList: [decimal, decimal], dateTimeList: [date, date], jsonList: [{ a: [1] }, { a: [1] }] },
      ...{ bytesList: [new Uint8Array([4]), new Uint8Array([4])] },
    },
  })
}

/** A person with posts, and each post with its author again. */
function newAuthor({ base }: CachedClient) {
  const email = `${crypto.randomUUID()}@example.org`
  const create = [1, 2].map((i) => ({ slug: `${email}-${i}`, title: `Post ${i}` }))
  return base.user.create({ data: { email, posts: { create } } })
}

/** Every object within, the value itself included. */
function objectsIn(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found
  found.add(value)
  // Bytes hold no objects; two of them share memory if they share a buffer.
  if (value instanceof Uint8Array) return found.add(value.buffer)
  for (const inner of Object.values(value)) objectsIn(inner, found)
  return found
}

/** Changes everything within that can be changed. */
function spoil(value: unknown): void {
  for (const object of objectsIn(value)) {
    if (object instanceof Date) object.setTime(0)
    else if (object instanceof Uint8Array) object.fill(9)
    else if (Array.isArray(object)) object.reverse().push('spoilt')
    else if (!(object instanceof ArrayBuffer)) Object.assign(object, { spoilt: true })
  }
}

const samples = async (client: CachedClient) => {
  const { id } = await newSample(client)
  const read = ({ sample }: Pick<CachedClient['base'], 'sample'>) => sample.findMany({ where: { id } })
  return { plain: () => read(client.base), cached: () => read(client.prisma as unknown as CachedClient['base']) }
}

const authors = async (client: CachedClient) => {
  const { id } = await newAuthor(client)
  const include = { posts: { include: { author: true }, orderBy: { id: 'asc' } } } as const
  const read = ({ user }: Pick<CachedClient['base'], 'user'>) => user.findMany({ where: { id }, include })
  return { plain: () => read(client.base), cached: () => read(client.prisma as unknown as CachedClient['base']) }
}

describeStores('objects', (makeStoreConfig) => {
  it.each([
    { kind: 'every kind of value', make: samples },
    { kind: 'related rows', make: authors },
  ])('R17: each caller gets objects of its own, of $kind', async ({ make }) => {
    const client = cachedClient({ databaseUrl: inject('databaseUrl'), ...makeStoreConfig() })
    const { plain, cached } = await make(client)
    const expected = await plain()
    const load = client.adapter.holdNext(isSelect)
    const first = cached().then((rows) => rows)
    const joined = [cached(), cached()].map((promise) => promise.then((rows) => rows))
    await load.reached
    load.release()
    const loaded = await Promise.all([first, ...joined])
    const hits = [await cached(), await cached()]
    expect(countOf(client, 'loaded')).toBe(1)
    expect([countOf(client, 'miss'), countOf(client, 'hit')]).toEqual([3, 2])

    const all = [...loaded, ...hits]
    for (const rows of all) expect(rows).toEqual(expected)
    const objects = all.map((rows) => objectsIn(rows))
    const total = objects.reduce((sum, { size }) => sum + size, 0)
    expect(new Set(objects.flatMap((set) => [...set])).size).toBe(total)
  })

  it.each([
    { kind: 'every kind of value', make: samples },
    { kind: 'related rows', make: authors },
  ])('R17: what a caller does to its result nobody else sees, of $kind', async ({ make }) => {
    const client = cachedClient({ databaseUrl: inject('databaseUrl'), ...makeStoreConfig() })
    const { plain, cached } = await make(client)
    const expected = await plain()
    // In the very turn in which the first caller gets its rows, before those who joined get theirs.
    const first = cached().then((rows) => spoil(rows))
    const joined = [cached(), cached()].map((promise) => promise.then((rows) => rows))
    await first
    for (const rows of await Promise.all(joined)) {
      expect(rows).toEqual(expected)
      spoil(rows)
    }
    const hit = await cached()
    expect(hit).toEqual(expected)
    spoil(hit)
    expect(await cached()).toEqual(expected)
    expect(countOf(client, 'loaded')).toBe(1)
  })

  it('R17: what a caller does to its result no function of the configuration sees', async () => {
    const seen: unknown[] = []
    const told =
      <T>(answer: T) =>
      (call: { readonly result: unknown }) => {
        seen.push(structuredClone(call.result))
        return answer
      }
    const user = { ttl: told('1h' as const), validate: told(true), tags: told(['users']) }
    const config = { models: { User: user, Post: {} } }
    const client = cachedClient({ databaseUrl: inject('databaseUrl'), ...makeStoreConfig(), config })
    const { plain, cached } = await authors(client)
    const expected = await plain()
    await cached().then((rows) => spoil(rows))
    await expect.poll(() => countOf(client, 'filled')).toBe(1)
    expect(seen).toEqual([expected, expected, expected])
  })
})
