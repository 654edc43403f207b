import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Prisma } from '../../../prisma/generated/client.ts'
import { preciseShapesMax, shapesMax } from '../../../src/core/store.ts'
import { type CachedClient, describeStores } from '../cached-client.ts'
import { countOf, readerAndWriter } from './notes.ts'
import { asked, makeCrowd, type Read, statusOf } from './pages.ts'

describeStores('kinds of queries', (makeStoreConfig) => {
  it('past the limit are told apart less, and are no less right', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const row = await reader.base.sample.create({ data: sampleRow })
    const reads = combinations(Object.keys(sampleRow), 2).map((names): Read => {
      const select = Object.fromEntries(names.map((name) => [name, true])) as { int: true }
      return (client) => asked(client).sample.findUnique({ where: { id: row.id }, select })
    })
    expect(reads.length).toBeGreaterThan(preciseShapesMax)
    await expectCachedInTheEnd(reader, reads)
    // Their rows still are, so the write of another row is not felt.
    const stranger = await reader.base.sample.create({ data: sampleRow })
    await writer.prisma.sample.update({ where: { id: stranger.id }, data: { int: 3, colour: 'GREEN' } })
    for (const read of reads) expect(await statusOf(reader, read)).toBe('hit')
    // Of every read one column at least, and of those past the limit too.
    const maybe = { intMaybe: 2, bigIntMaybe: 2n, floatMaybe: 2, stringMaybe: 'new', colour: 'GREEN' } as const
    for (const data of [{ int: 2, string: 'new', boolean: false }, maybe]) {
      await writer.prisma.sample.update({ where: { id: row.id }, data })
      for (const read of reads) expect(await read(reader.prisma)).toEqual(await read(reader.base))
      for (const read of reads) expect(await read(writer.prisma)).toEqual(await read(reader.base))
    }
  })

  it('that differ in their filters are not told apart at all past the last limit, and are no less right', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const string = randomUUID()
    const row = await reader.base.sample.create({ data: { ...sampleRow, string } })
    const { int, bigInt, decimal, boolean, dateTime, date, intMaybe, bigIntMaybe, stringMaybe } = sampleRow
    const values = { int, bigInt, decimal, boolean, dateTime, date, intMaybe, bigIntMaybe, stringMaybe }
    const nulls = { decimalMaybe: null, booleanMaybe: null, dateTimeMaybe: null }
    const filters = Object.entries({ ...values, ...nulls })
    const reads = combinations(filters, 3).map((some): Read => {
      const where = { ...Object.fromEntries(some), string: { contains: string } } as Prisma.SampleWhereInput
      return (client) => asked(client).sample.findMany({ where })
    })
    const some = reads.slice(0, shapesMax + 10)
    expect(some.length).toBeGreaterThan(shapesMax)
    await expectCachedInTheEnd(reader, some)
    await writer.prisma.sample.update({ where: { id: row.id }, data: { float: 2 } })
    for (const read of some) expect(await read(reader.prisma)).toEqual(await read(reader.base))
    for (const read of some) expect(await read(writer.prisma)).toEqual(await read(reader.base))
  })

  it('that only a result asks for do without what there is no room for, from the next time on', async () => {
    const { reader, writer } = readerAndWriter(makeStoreConfig())
    const columns = ['slug', 'title', 'body', 'published', 'views', 'createdAt', 'authorId']
    // There is room for one kind more: for posts by their author, and not for what a page of too many authors depends on.
    for (let kind = 1; kind < preciseShapesMax; kind += 1) {
      const select = Object.fromEntries(columns.map((name, i) => [name, (kind & (1 << i)) !== 0])) as { slug: true }
      await reader.prisma.post.findUnique({ where: { id: 0 }, select })
    }
    const { post, read, addUser } = await makeCrowd(reader, 130)
    const { id: authorId } = await addUser()
    const writes = [
      () => writer.prisma.post.create({ data: { slug: randomUUID(), title: 'new', authorId } }),
      () => writer.prisma.post.updateMany({ where: { id: post.id, authorId: post.authorId }, data: { title: 'v2' } }),
    ]
    const filled = () => [...new Set([reader, writer])].reduce((sum, client) => sum + countOf(client, 'filled'), 0)
    const fills = filled()
    expect(await statusOf(reader, read)).toBe('miss')
    for (const write of writes) {
      await write()
      // A process that has not learned of it looks for the entry where the first read would have left it.
      expect(await read(writer.prisma)).toEqual(await read(writer.base))
      expect(await read(reader.prisma)).toEqual(await read(reader.base))
      expect(await statusOf(reader, read)).toBe('hit')
    }
    // What they read first was not stored.
    expect(filled()).toBe(fills + writes.length)
  })
})

/** The first read of a kind for which there is no room learns of it, the second is stored. */
async function expectCachedInTheEnd(client: CachedClient, reads: readonly Read[]): Promise<void> {
  for (const read of reads) {
    await read(client.prisma)
    await read(client.prisma)
    expect(await statusOf(client, read)).toBe('hit')
  }
}

function combinations<T>(all: readonly T[], count: number): T[][] {
  if (count === 0) return [[]]
  return all.flatMap((one, i) => combinations(all.slice(i + 1), count - 1).map((others) => [one, ...others]))
}

const sampleRow = {
  int: 1,
  bigInt: 1n,
  float: 1,
  decimal: '1',
  boolean: true,
  string: 'x',
  dateTime: new Date(0),
  date: new Date(0),
  bytes: new Uint8Array([1]),
  json: {},
  colour: 'RED',
  intMaybe: 1,
  bigIntMaybe: 1n,
  floatMaybe: 1,
  stringMaybe: 'x',
} satisfies Prisma.SampleCreateInput
