import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { cachePlugin } from '../../../src/index.ts'
import type { Prisma, PrismaClient } from '../../schemas/generated/elsewhere/client.ts'
import { stopLater } from '../../services/cleanup.ts'
import { elsewhereClient, elsewhereDatabase } from '../../services/elsewhere.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { patient } from '../behaviour/bench.ts'

let databaseUrl: string
let plain: PrismaClient
beforeAll(async () => {
  databaseUrl = await elsewhereDatabase()
  plain = elsewhereClient(databaseUrl)
})
afterEach(async () => {
  await Promise.all([
    plain.token.deleteMany(),
    plain.day.deleteMany(),
    plain.visit.deleteMany(),
    plain.switch.deleteMany(),
  ])
})

type Strategy = 'cache-aside' | 'read-through' | 'write-through' | 'write-behind'

function cachedBy(strategy: Strategy) {
  const model =
    strategy === 'write-behind' ? ({ strategy, acceptLoss: true, batch: { maxDelay: '1h' } } as const) : { strategy }
  const cached = elsewhereClient(databaseUrl).$extends(
    cachePlugin<Prisma.TypeMap>({
      ...{ ...patient, redis: inject('redisUrl'), namespace: freshNamespace() },
      models: { Token: model, Day: model, Visit: model, Switch: model, Nick: model },
    }),
  )
  stopLater(() => cached.$disconnect())
  return cached
}

const tokens = ['0190d0d0-aaaa-4bbb-8ccc-0123456789ab', 'ffffffff-ffff-4fff-8fff-ffffffffffff'] as const
const days = ['2024-01-02', '2024-01-03'] as const
const upper = (token: string) => token.toUpperCase()
const noon = (day: string) => new Date(`${day}T12:00:00Z`)
const midnight = (day: string) => new Date(day)
type Cached = ReturnType<typeof cachedBy>

/** Of two rows, what asks for them by their key, spelled otherwise and as they are. */
const keys: Readonly<
  Record<
    string,
    {
      make(): Promise<unknown>
      odd(one: Cached, i: number): PromiseLike<unknown>
      usual(one: Cached, i: number): PromiseLike<unknown>
    }
  >
> = {
  'a UUID': {
    make: () => plain.token.createMany({ data: tokens.map((id) => ({ id })) }),
    odd: (one, i) => one.token.findUnique({ where: { id: upper(tokens[i]!) } }),
    usual: (one, i) => one.token.findUnique({ where: { id: tokens[i]! } }),
  },
  'a day': {
    make: () => plain.day.createMany({ data: days.map((day) => ({ id: midnight(day) })) }),
    odd: (one, i) => one.day.findUnique({ where: { id: noon(days[i]!) } }),
    usual: (one, i) => one.day.findUnique({ where: { id: midnight(days[i]!) } }),
  },
  'both together': {
    make: () => plain.visit.createMany({ data: [0, 1].map((i) => ({ day: midnight(days[i]!), token: tokens[i]! })) }),
    odd: (one, i) => one.visit.findUnique({ where: { day_token: { day: noon(days[i]!), token: upper(tokens[i]!) } } }),
    usual: (one, i) => one.visit.findUnique({ where: { day_token: { day: midnight(days[i]!), token: tokens[i]! } } }),
  },
}

describe.each<Strategy>(['cache-aside', 'read-through', 'write-through', 'write-behind'])('%s', (strategy) => {
  it.each(Object.entries(keys))('finds rows by %s, however it is spelled, alone and with others', async (_, key) => {
    await key.make()
    const cached = cachedBy(strategy)
    const both = (ask: typeof key.odd) => Promise.all([0, 1].map((i) => ask(cached, i)))
    const rows = await both(key.usual)
    expect(rows).toMatchObject([{ n: 0 }, { n: 0 }])
    for (const one of [cachedBy(strategy), cached]) {
      expect(await Promise.all([0, 1].map((i) => key.odd(one, i)))).toEqual(rows)
      for (const i of [0, 1]) {
        expect(await key.odd(one, i)).toEqual(rows[i])
        expect(await key.usual(one, i)).toEqual(rows[i])
      }
    }
  })
})

it('does not keep that there is no row where that depends on who else asks', async () => {
  // `char(4)`: what comes back has blanks at its end.
  const names = ['ada', 'bob']
  await plain.nick.createMany({ data: names.map((id) => ({ id })) })
  const { nick } = cachedBy('cache-aside')
  expect(await Promise.all(names.map((id) => plain.nick.findUnique({ where: { id } })))).toEqual([null, null])
  expect(await Promise.all(names.map((id) => nick.findUnique({ where: { id } })))).toEqual([null, null])
  for (const id of names) expect(await nick.findUnique({ where: { id } })).toEqual({ id: `${id} `, n: 0 })
})

describe('write-behind', () => {
  it('knows the rows that several writes ask for by keys that are spelled otherwise', async () => {
    await keys['a UUID']!.make()
    await keys['a day']!.make()
    const cached = cachedBy('write-behind')
    const update = { n: { increment: 1 } }
    await Promise.all([
      ...tokens.map((id) => cached.token.upsert({ where: { id: upper(id) }, create: { id, n: -1 }, update })),
      ...days.map((day) => cached.day.upsert({ where: { id: noon(day) }, create: { id: noon(day), n: -1 }, update })),
    ])
    await cached.$cache.flush()
    expect(await cached.$cache.deadLetters.list()).toEqual([])
    expect(await plain.token.findMany()).toMatchObject([{ n: 1 }, { n: 1 }])
    expect(await plain.day.findMany()).toMatchObject([{ n: 1 }, { n: 1 }])
  })

  it('knows the rows that several writes ask for by true and false', async () => {
    await plain.switch.createMany({ data: [{ id: true }, { id: false }] })
    const cached = cachedBy('write-behind')
    const vote = (id: boolean) => cached.switch.update({ where: { id }, data: { n: { increment: 1 } } })
    expect(await Promise.all([vote(true), vote(false)])).toMatchObject([{ n: 1 }, { n: 1 }])
    await cached.$cache.flush()
    expect(await plain.switch.findMany()).toMatchObject([{ n: 1 }, { n: 1 }])
  })
})
