import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { cachePlugin } from '../../../src/index.ts'
import { watchedClient } from '../../services/client.ts'
import { freshNamespace } from '../../services/fresh.ts'
import { type Cached, patient, statusOf, useBench } from './bench.ts'
import { expectSame } from './same.ts'

type Plain = ReturnType<typeof watchedClient>['client']

/** What `$transaction([...])` takes: all of it that a program can tell. */
interface PrismaPromise extends Promise<unknown> {
  readonly spec: unknown
}

/** They are short either way. */
const cachedOrNot = [
  ['of models that are cached', { City: {}, Country: {} }],
  ['of models that are not cached', { Note: {} }],
] as const

describe.each(cachedOrNot)('calls of a client with the cache, %s', (_, models) => {
  const bench = useBench('memory')

  function open(extend: (client: Plain) => object = (client) => client) {
    const { client, adapter } = watchedClient(bench.databaseUrl)
    const plugin = cachePlugin({ namespace: freshNamespace(), ...patient, models })
    const cached = (extend(client) as Plain).$extends(plugin) as unknown as Cached
    onTestFinished(() => cached.$disconnect())
    return { cached, adapter }
  }

  const paris = { where: { id: 1 } } as const

  it('are made shorter, which is what all of this is about', () => {
    const { cached } = open()
    expect(Object.getPrototypeOf(cached.city.findUnique(paris))).not.toBe(Object.prototype)
    expect(Object.getPrototypeOf(bench.plain.city.findUnique(paris))).toBe(Object.prototype)
  })

  it('ask for nothing until they are awaited, and then once', async () => {
    const { cached, adapter } = open()
    const statements = () => adapter.count(() => true)
    const call = cached.city.update({ ...paris, data: { population: { increment: 1 } } })
    await cached.country.findMany()
    const before = statements()
    const [first, second] = [await call, await call.then((city) => city)]
    expect(second).toBe(first)
    expect(first).toMatchObject({ population: 2101 })
    expect(await call.catch(() => null)).toBe(first)
    expect(await call.finally(() => {})).toBe(first)
    expect(statements()).toBe(before + 1)
  })

  it('are performed once more by a batch, awaited or not', async () => {
    const { cached } = open()
    const call = cached.city.update({ ...paris, data: { population: { increment: 1 } } })
    await call
    const [city, country] = await cached.$transaction([call, cached.country.findUnique({ where: { code: 'FR' } })])
    expect([city.population, country?.name]).toEqual([2102, 'France'])
    expect(await cached.city.findUnique(paris)).toMatchObject({ population: 2102 })
  })

  it.each<[string, (call: object) => PromiseLike<unknown>]>([
    ['copied', (call) => ({ ...call }) as PromiseLike<unknown>],
    ['extended', (call) => Object.create(call)],
    ['watched', (call) => new Proxy(call, {}) as PromiseLike<unknown>],
    ['taken apart', ({ then }: { then?: unknown }) => ({ then }) as PromiseLike<unknown>],
  ])('may be %s', async (_, change) => {
    const { cached } = open()
    const write = () => cached.city.update({ ...paris, data: { population: { increment: 1 } } })
    expect(await change(cached.city.findMany({ where: { id: 1 } }))).toMatchObject([{ name: 'Paris' }])
    expect(await change(write())).toMatchObject({ population: 2101 })
    const call = write()
    expect(await Promise.all([change(call), call])).toMatchObject([{ population: 2102 }, { population: 2102 }])
  })

  it('may be copied, extended and watched in a batch', async () => {
    const { cached } = open()
    const call = () => cached.city.findMany({ where: { id: 1 } })
    const calls = [{ ...call() }, Object.create(call()) as ReturnType<typeof call>, new Proxy(call(), {})]
    for (const cities of await cached.$transaction(calls)) expect(cities).toMatchObject([{ name: 'Paris' }])
  })

  it('may be watched by their parts', async () => {
    const { cached } = open()
    for (const call of [cached.city.findUnique(paris), cached.city.findMany({ where: { id: 1 } })]) {
      const copy = { ...call } as typeof call
      const { catch: rescued, finally: finished } = cached.city.findUniqueOrThrow({ where: { id: 0 } })
      expect(await copy.catch(() => null)).toBe(await call)
      expect(await copy.finally(() => {})).toBe(await call)
      expect(await rescued(() => 'rescued')).toBe('rescued')
      await expect(finished(() => {})).rejects.toThrow('No record was found')
    }
  })

  it('show no more of their client than those of Prisma', () => {
    const { cached } = open()
    const read = (client: Plain) => client.city.findUnique(paris)
    const write = (client: Plain) => client.city.create({ data: {} as never })
    for (const call of [read, write]) {
      const [own, prismas] = [cached, bench.plain].map((client) => inspect(call(client), { depth: 9 })) as [
        string,
        string,
      ]
      expect(own).not.toContain('Client')
      expect(own.length).toBeLessThan(2 * prismas.length)
    }
  })

  it('are not equal to those that ask for something else', () => {
    const { cached } = open()
    expect(cached.city.update({ ...paris, data: { name: 'Lutetia' } })).not.toEqual(
      cached.city.update({ ...paris, data: { name: 'Lyon' } }),
    )
  })

  it('fail as they do where stack traces are formatted by somebody who expects errors', async () => {
    const { cached } = open()
    const { prepareStackTrace } = Error
    onTestFinished(() => {
      Object.assign(Error, { prepareStackTrace })
    })
    Error.prepareStackTrace = ({ name, message }, frames) => `${name}: ${message.trim()} ${frames.join(' ')}`
    await expect(cached.city.create({ data: { id: 1 } as never })).rejects.toThrow('Argument `name` is missing')
  })

  it('look as those of Prisma', () => {
    const { cached } = open()
    const [own, prismas] = [cached, bench.plain].map(
      (client) => client.city.findUnique(paris) as unknown as PrismaPromise,
    )
    expect(Object.prototype.toString.call(own)).toBe(Object.prototype.toString.call(prismas))
    expect(own?.spec).toEqual(prismas?.spec)
    expect('country' in own!).toBe('country' in prismas!)
    expect('country' in cached.city.findMany()).toBe('country' in bench.plain.city.findMany())
    expect(JSON.stringify(own)).toBe(JSON.stringify(prismas))
    expect(own?.constructor).toBe(prismas?.constructor)
    const names = (call: object) => Object.keys(call).filter((name) => name !== 'country')
    expect(names(own!)).toEqual(names(prismas!))
  })

  it('are those of a client and models that look as those of Prisma', () => {
    const { cached } = open()
    const [own, plain] = [cached, bench.plain.$extends({ name: 'another' })] as const
    expect(Object.keys(own.city)).toEqual(Object.keys(plain.city))
    expect(inspect(own.city, { depth: 0 })).toBe(inspect(plain.city, { depth: 0 }))
    expect(inspect(own)).toContain('city: {')
    expect(Object.keys({ ...own })).toEqual(expect.arrayContaining(Object.keys({ ...plain })))
    expect('city' in own && 'findMany' in own.city).toBe(true)
    expect(Object.getPrototypeOf(own)).toBe(Object.getPrototypeOf(plain))
    expect(Object.getOwnPropertyDescriptor(own, '_extensions')).toMatchObject({ enumerable: false })
  })

  it('go on to relations', async () => {
    const { cached } = open()
    const read = (client: Plain) => client.city.findUnique(paris).country()
    expectSame(await read(cached), await read(bench.plain))
    expect(await statusOf(cached, read)).toBe('City' in models ? 'hit' : 'bypass')
    const deep = (client: Plain) =>
      client.city
        .findUnique(paris)
        .country()
        .cities({ orderBy: { id: 'asc' } })
    expectSame(await deep(cached), await deep(bench.plain))
  })

  it('may be taken off the model', async () => {
    const { cached } = open()
    const { findUnique } = cached.city
    expect(await findUnique(paris)).toMatchObject({ name: 'Paris' })
  })

  it('are those that somebody puts in their place, for as long as they are there', async () => {
    const { cached } = open()
    const spy = vi.spyOn(cached.city, 'findUnique')
    spy.mockResolvedValueOnce(null as never)
    expect(await cached.city.findUnique(paris)).toBeNull()
    expect(await cached.city.findUnique(paris)).toMatchObject({ name: 'Paris' })
    expect(spy).toHaveBeenCalledTimes(2)
    spy.mockRestore()
    expect(await cached.city.findUnique(paris)).toMatchObject({ name: 'Paris' })
    expect(spy).toHaveBeenCalledTimes(0)
    Object.assign(cached.city, { findMany: () => 'mine' })
    expect(cached.city.findMany()).toBe('mine')
  })

  it('are those of an extension that has methods of the same name, which nobody calls before', async () => {
    const findUnique = vi.fn(() => 'theirs')
    const { cached } = open((client) => client.$extends({ model: { city: { findUnique } } }))
    expect(await cached.city.findMany({ take: 1 })).toHaveLength(1)
    expect(findUnique).not.toHaveBeenCalled()
    expect(await cached.city.findUnique(paris)).toBe('theirs')
  })

  it.each(['before', 'after'])(
    'are those of what an extension that is added %s has in the place of a model',
    async (when) => {
      const other = watchedClient(bench.databaseUrl)
      class Repository {
        readonly #name = 'theirs'
        findMany() {
          return this.#name
        }
      }
      const deleteMany = vi.fn(() => 'nothing deleted')
      const repository = new Repository()
      const change = { client: { city: repository, country: other.client.country, note: { deleteMany } } }
      const { cached: opened } = open((client) => (when === 'before' ? client.$extends(change) : client))
      const cached = when === 'after' ? opened.$extends(change) : opened
      expect(cached.city).toBe(repository)
      expect(cached.city.findMany()).toBe('theirs')
      for (const name of ['deleteMany', 'updateMany', 'findMany'] as const)
        expect(cached.country[name]).toBeTypeOf('function')
      expect(cached.note.deleteMany).toBe(deleteMany)
      expect(deleteMany).not.toHaveBeenCalled()
      expect(other.adapter.count(() => true)).toBe(0)
      expect(await cached.country.findUnique({ where: { code: 'FR' } })).toMatchObject({ name: 'France' })
      expect(other.adapter.count(() => true)).toBe(1)
    },
  )

  it('are those of a transaction within one', async () => {
    const { cached } = open()
    await cached.city.findUnique(paris)
    await cached.$transaction(async (tx) => {
      await tx.city.update({ ...paris, data: { name: 'Lutetia' } })
      expect(await tx.city.findUnique(paris)).toMatchObject({ name: 'Lutetia' })
      expect(await cached.city.findUnique(paris)).toMatchObject({ name: 'Paris' })
    })
    expect(await cached.city.findUnique(paris)).toMatchObject({ name: 'Lutetia' })
  })
})
