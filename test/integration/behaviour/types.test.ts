import { beforeEach, describe, expect, it } from 'vitest'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { CachedClientOptions } from '../cached-client.ts'
import { expectCached, type Read, type StoreKind, useBench } from './bench.ts'
import { expectSame } from './same.ts'

const oddJson = JSON.parse(`{
  "date-like": "2024-01-01T00:00:00.000Z", "null": null, "list": [null, 1.5, "x", [], {}, [null]], "": "no key",
  "a.b": {"c.d": 1}, "a\\\\.b": 2, "__proto__": {"x": 1}, "constructor": "c", "prototype": null, "json": {}, "meta": {"values": 1},
  "big": 12345678901234567000, "small": 1e-300, "bigint-like": "9n", "decimal-like": "0.10", "bytes-like": "AAE=",
  "length": 3, "toJSON": "no function", "$type": "DateTime", "value": "x", "0": "zero", "unicode": "\\u2028 \\ud83d\\ude00 \\"quoted\\""
}`) as Prisma.InputJsonObject

const full: Prisma.SampleCreateInput = {
  ...{
    int: -(2 ** 31),
    bigInt: 2n ** 63n - 1n,
    float: 0.1 + 0.2,
    boolean: false,
    string: 'é 😀 \u2028 "quoted" \\ \n',
    colour: 'BLUE',
  },
  ...{ decimal: '-12345678901234567890.123456789012345678901234567891', dateTime: '0001-01-01T00:00:00.001Z' },
  ...{ date: new Date('9999-12-31'), bytes: new Uint8Array([0, 255, 128, 10]), json: oddJson },
  ...{
    intMaybe: 0,
    bigIntMaybe: -1n,
    floatMaybe: -1e308,
    decimalMaybe: '0.10',
    booleanMaybe: true,
    stringMaybe: '2024-01-01T00:00:00.000Z',
  },
  ...{
    dateTimeMaybe: new Date('2024-02-29T12:34:56.789Z'),
    dateMaybe: new Date('1970-01-01'),
    bytesMaybe: new Uint8Array(),
  },
  ...{ jsonMaybe: [oddJson, null, 'x'] as never, colourMaybe: 'RED' },
  ...{
    intList: [1, -1],
    bigIntList: [0n, 2n ** 62n],
    floatList: [0.5, 1e21],
    decimalList: ['1', '1.10'],
    booleanList: [true, false],
  },
  ...{ stringList: ['', 'null', '[]'], dateTimeList: [new Date(0)], dateList: [new Date('2000-01-01')] },
  ...{
    bytesList: [new Uint8Array([1]), new Uint8Array()],
    jsonList: [null, { a: null }, '2024-01-01', 3] as never,
    colourList: ['BLUE', 'GREEN'],
  },
}

const bare: Prisma.SampleCreateInput = {
  ...{ int: 0, bigInt: 0n, float: 0, decimal: 0, boolean: true, string: '', dateTime: new Date(0), date: new Date(0) },
  ...{ bytes: new Uint8Array(), json: Prisma.JsonNull, colour: 'GREEN', jsonMaybe: Prisma.JsonNull },
}

const reads: Readonly<Record<string, Read>> = {
  'a row': (client) => client.sample.findFirst({ where: { int: -(2 ** 31) } }),
  'a row of nulls': (client) => client.sample.findFirst({ where: { colour: 'GREEN' } }),
  rows: (client) => client.sample.findMany({ orderBy: { id: 'asc' } }),
  'JSON alone': (client) =>
    client.sample.findMany({ select: { json: true, jsonMaybe: true, jsonList: true }, orderBy: { id: 'asc' } }),
  'lists alone': (client) =>
    client.sample.findMany({ select: { bytesList: true, decimalList: true, dateList: true }, orderBy: { id: 'asc' } }),
  'sums and averages': (client) =>
    client.sample.aggregate({
      _sum: { decimal: true, bigInt: true, int: true, float: true },
      _avg: { decimal: true, bigInt: true, int: true },
      _count: { _all: true, decimalMaybe: true },
    }),
  'least and greatest': (client) =>
    client.sample.aggregate({
      _min: { decimal: true, bigInt: true, dateTime: true, date: true, string: true },
      _max: { decimal: true, bigInt: true, dateTime: true, colour: true },
    }),
  'least and greatest of nothing': (client) =>
    client.sample.aggregate({ where: { id: 0 }, _sum: { decimal: true, bigInt: true }, _min: { dateTime: true } }),
  groups: (client) =>
    client.sample.groupBy({
      by: ['decimal', 'bigInt', 'date', 'colour'],
      _sum: { bigInt: true, decimal: true },
      _max: { dateTime: true },
      orderBy: { bigInt: 'asc' },
    }),
  'relations with dates, enums and counts': (client) =>
    client.user.findMany({
      orderBy: { id: 'asc' },
      include: {
        profile: true,
        manager: { include: { manager: true } },
        memberships: true,
        posts: { include: { comments: true, tags: true, _count: true } },
        _count: { select: { posts: { where: { published: true } }, reports: true } },
      },
    }),
  'bigint ids and nullable JSON': (client) => client.event.findMany({ orderBy: { id: 'asc' } }),
  'a bigint id': (client) => client.event.findUnique({ where: { id: 1n }, select: { id: true } }),
}

const codecs: readonly (readonly [StoreKind, string, CachedClientOptions['config']])[] = [
  ['memory', 'by default', {}],
  ['redis', 'by default', {}],
  ['redis', 'superjson, compressed', { codec: 'superjson', compressMinBytes: 1 }],
]

describe.each(codecs)('types (%s, %s)', (kind, _, config) => {
  const bench = useBench(kind, config)
  beforeEach(async () => {
    await bench.plain.sample.create({ data: full })
    await bench.plain.sample.create({ data: bare })
  })

  it.each(Object.entries(reads))('R41: returns %s from the cache as the database returned it', async (what, read) => {
    await expectCached(bench, read, what)
  })

  it.each(Object.entries(reads))(
    'R41: returns %s to those who joined a load as to the one who loads',
    async (what, read) => {
      const truth = await read(bench.plain)
      const answers = await Promise.all(Array.from({ length: 3 }, () => read(bench.writer)))
      for (const [i, answer] of answers.entries()) expectSame(answer, truth, `${what}, answer ${i}`)
    },
  )

  it('R41: returns values that can be calculated with', async () => {
    const read = async () => bench.writer.sample.findFirstOrThrow({ where: { int: -(2 ** 31) } })
    await read()
    const { decimal, bigInt, dateTime, bytes, json } = await read()
    expect(decimal.toFixed()).toBe('-12345678901234567890.123456789012345678901234567891')
    expect(decimal.trunc().plus(1).toFixed()).toBe('-12345678901234567889')
    expect(Prisma.Decimal.isDecimal(decimal) && decimal instanceof Prisma.Decimal).toBe(true)
    expect(bigInt - 1n).toBe(2n ** 63n - 2n)
    expect(dateTime.getUTCMilliseconds()).toBe(1)
    expect(bytes.subarray(1, 2)[0]).toBe(255)
    expect(Object.keys(json as object)).toContain('__proto__')
  })
})
