import { describe, expect, it, onTestFinished } from 'vitest'
import { cachePlugin } from '../../../src/index.ts'
import { originalOf } from '../../../src/prisma/internals.ts'
import { watchedClient } from '../../services/client.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { type Cached, patient, statusOf, useBench } from './bench.ts'
import { expectSame } from './same.ts'

type Plain = ReturnType<typeof watchedClient>['client']
type Extend = (client: Plain) => object

const asItIs: Extend = (client) => client
const withHook: Extend = (client) => client.$extends({ query: { $allOperations: ({ args, query }) => query(args) } })

/** How Prisma goes on with an operation: by whom it was asked for, and whether with hooks. */
interface Performed {
  readonly _request: (asked: unknown) => unknown
}

describe('operations on their way to the cache', () => {
  const bench = useBench('memory')

  /** A client with the cache, and how often Prisma performed something for it. */
  function open(extend: Extend = asItIs) {
    const { client, adapter } = watchedClient(bench.databaseUrl)
    const original = originalOf(client) as unknown as Performed
    const perform = original._request
    const counts = { performed: 0 }
    Object.defineProperty(original, '_request', {
      configurable: true,
      value(this: unknown, asked: unknown) {
        counts.performed += 1
        return perform.call(this, asked)
      },
    })
    const plugin = cachePlugin({ namespace: freshNamespace(), ...patient, models: { City: {}, Sample: {} } })
    const cached = (extend(client) as Plain).$extends(plugin) as unknown as Cached
    onTestFinished(() => cached.$disconnect())
    const performed = async (work: () => PromiseLike<unknown>): Promise<number> => {
      counts.performed = 0
      await work()
      return counts.performed
    }
    return { cached, adapter, performed }
  }

  const paris = { where: { id: 1 } } as const

  it('are answered before Prisma performs them: a hit not at all, a miss and a write once', async () => {
    const { cached, performed } = open()
    const read = () => cached.city.findUnique(paris)
    expect(await performed(read)).toBe(1)
    expect(await performed(read)).toBe(0)
    expect(await performed(() => cached.city.update({ ...paris, data: { name: 'Lutetia' } }))).toBe(1)
    expect(await performed(read)).toBe(1)
    expect(await read()).toMatchObject({ name: 'Lutetia' })
  })

  it('of a model that is not cached are performed once, as without the cache', async () => {
    const { cached, performed } = open()
    const read = () => cached.country.findMany({ orderBy: { code: 'asc' } })
    expect(await performed(read)).toBe(1)
    expectSame(await read(), await bench.plain.country.findMany({ orderBy: { code: 'asc' } }))
  })

  it('go through query hooks where another extension has one, and only there', async () => {
    const { cached, performed } = open((client) =>
      client.$extends({ query: { city: { findMany: ({ args, query }) => query(args) } } }),
    )
    const [many, one] = [() => cached.city.findMany(), () => cached.city.findUnique(paris)]
    for (const read of [many, one]) await read()
    expect(await performed(many)).toBe(1)
    expect(await performed(one)).toBe(0)
  })

  it('go through query hooks where one is added later', async () => {
    const { cached, performed } = open()
    const [seen, later] = [[] as string[], withHookThat(cached)]
    function withHookThat(client: Cached): Cached {
      const query = {
        $allOperations({
          args,
          query,
          operation,
        }: {
          args: unknown
          query: (args: unknown) => unknown
          operation: string
        }) {
          seen.push(operation)
          return query(args)
        },
      }
      return client.$extends({ query } as object) as unknown as Cached
    }
    await later.city.findUnique(paris)
    expect(await performed(() => later.city.findUnique(paris))).toBe(1)
    expect(await performed(() => cached.city.findUnique(paris))).toBe(0)
    expect(seen).toEqual(['findUnique', 'findUnique'])
  })

  it('go through query hooks where an extension computes fields', async () => {
    const { cached, performed } = open((client) =>
      client.$extends({ result: { country: { label: { needs: { name: true }, compute: ({ name }) => `${name}!` } } } }),
    )
    const read = () => cached.city.findUnique({ ...paris, include: { country: true } })
    await read()
    expect(await performed(read)).toBe(1)
    expect((await read())?.country).toHaveProperty('label', 'France!')
    expect(await statusOf(cached, () => read())).toBe('hit')
  })

  it('are traced where a program traces, from then on', async () => {
    const { cached, performed } = open()
    const read = () => cached.city.findUnique(paris)
    await read()
    const spans = traceInto(globalThis)
    expect(await performed(read)).toBe(1)
    expect(spans).toEqual(['operation findUnique'])
  })

  it('mean what was said when they were asked for', async () => {
    const { cached, adapter } = open()
    const args = { where: { id: { in: [1, 2] } }, orderBy: { id: 'asc' } as const, select: { name: true, id: true } }
    const truth = await bench.plain.city.findMany(args)
    const held = adapter.holdNext((sql) => sql.startsWith('SELECT'), { when: 'before' })
    const asked = cached.city.findMany(args).then((cities) => cities)
    args.where.id.in.push(3)
    await held.reached
    held.release()
    expectSame(await asked, truth)
    args.where.id.in.pop()
    const again = cached.city.findMany(args).then((cities) => cities)
    Object.assign(args, { select: { id: true } })
    expectSame(await again, truth)
  })

  it.each([
    ['at once', asItIs],
    ['through hooks', withHook],
  ])('are not stored under what was asked for if the caller changes that: %s', async (_, extend) => {
    const { cached } = open(extend)
    const [one, other] = [Buffer.from('aa'), Buffer.from('bb')]
    for (const bytes of [one, other]) await bench.plain.sample.create({ data: sampleOf(bytes) })
    // Each kind of read on its own, changed one turn later than the one before: one of them on its way from the key to the database.
    for (let turns = 0; turns < 16; turns += 1) {
      const read = (bytes: Uint8Array<ArrayBuffer>) =>
        cached.sample.findMany({ where: { bytes }, select: { bytes: true }, take: turns + 1 })
      const bytes = Buffer.from('aa')
      const reading = read(bytes).then((samples) => samples)
      for (let turn = 0; turn < turns; turn += 1) await null
      bytes.fill('b')
      await reading
      for (const asked of [one, other]) expectSame(await read(asked), [{ bytes: Uint8Array.from(asked) }])
    }
  })

  it('with arguments that only Prisma understands are what Prisma makes of them', async () => {
    class Where {
      id = 1
    }
    const { cached, performed } = open()
    const read = (client: Plain) => client.city.findUnique({ where: new Where() })
    const truth = await read(bench.plain)
    for (const client of [cached, cached]) expectSame(await read(client), truth)
    expect(await performed(() => read(cached))).toBe(1)
    expect(await statusOf(cached, read)).toBe('hit')
  })

  it('fail with the words of Prisma, which tell the place', async () => {
    const { cached } = open()
    const fails: readonly ((client: Plain) => PromiseLike<unknown>)[] = [
      (client) => client.city.findUnique({ where: {} as { id: number } }),
      (client) => client.city.findMany({ where: { nobody: 1 } as object }),
      (client) => client.city.count({ where: { nobody: 1 } as object }),
      (client) => client.country.findMany({ where: { nobody: 1 } as object }),
      (client) => client.city.findUniqueOrThrow({ where: { id: 99 } }),
      (client) => client.city.update({ where: { id: 99 }, data: { name: 'x' } }),
      (client) => client.city.create({ data: { id: 9 } as never }),
      (client) => client.city.findUnique({ where: { id: 'x' as never } }).country(),
      (client) => client.$transaction([client.city.update({ where: { id: 99 }, data: { name: 'x' } })]),
    ]
    for (const fail of fails) {
      const [expected, actual] = await Promise.all([bench.plain, cached].map((client) => errorOf(() => fail(client))))
      expect(actual).toEqual(expected)
      expect(expected?.message).toContain('Invalid `')
    }
    const messages = []
    for (const prisma of [bench.plain, cached]) {
      const { message } = await errorOf(async () => {
        await prisma.city.update({ where: { id: 99 }, data: { name: 'x' } })
      })
      messages.push(message)
    }
    expect(messages[0]).toContain('requests.test.ts')
    expect(messages[1]).toBe(messages[0])
  })

  it('run in transactions as they do there', async () => {
    const { cached, performed } = open()
    const read = (client: Pick<Plain, 'city'>) => client.city.findUnique(paris)
    await read(cached)
    expect(await performed(() => cached.$transaction([read(cached) as never]))).toBe(1)
    const within = await performed(() =>
      cached.$transaction(async (tx) => {
        await tx.city.update({ ...paris, data: { name: 'Lutetia' } })
        expect(await read(tx)).toMatchObject({ name: 'Lutetia' })
      }),
    )
    expect(within).toBe(2)
    expect(await read(cached)).toMatchObject({ name: 'Lutetia' })
  })
})

function sampleOf(bytes: Buffer<ArrayBuffer>) {
  const numbers = { int: 1, bigInt: 1n, float: 1, decimal: 1, boolean: true }
  return { ...numbers, string: 's', dateTime: new Date(0), date: new Date(0), bytes, json: {}, colour: 'RED' } as const
}

async function errorOf(work: () => PromiseLike<unknown>) {
  const error = await Promise.resolve(work()).catch((error: unknown) => error)
  const { name, message, code, meta, clientVersion } = error as Record<string, unknown>
  return { name, message, code, meta, clientVersion }
}

/** What `@prisma/instrumentation` puts there for Prisma; taken away at the end of the test. Returns the spans, as they begin. */
function traceInto(global: object): readonly string[] {
  const spans: string[] = []
  const helper = {
    isEnabled: () => true,
    getTraceParent: () => '00-10-10-00',
    dispatchEngineSpans() {},
    getActiveContext() {},
    runInChildSpan(span: { name?: string; attributes?: { method?: string } } | string, work: () => unknown) {
      const { name = '', attributes } = typeof span === 'string' ? { name: span } : span
      spans.push(`${name} ${attributes?.method ?? ''}`.trim())
      return work()
    },
  }
  Object.assign(global, { PRISMA_INSTRUMENTATION: { helper } })
  onTestFinished(() => {
    Reflect.deleteProperty(global, 'PRISMA_INSTRUMENTATION')
  })
  return spans
}
