import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { expect, inject, it } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { SteppedStatement } from '../../services/statement-gates.ts'
import { type CachedClient, cachedClient, describeStores, type StoreConfig } from '../cached-client.ts'

const models = { User: { strategy: 'write-through' } } as const

/** A user that the writers of one order share. */
interface Row {
  readonly id: number
  readonly email: string
}
type Write = (client: PrismaClient, row: Row) => PromiseLike<unknown>

const byId: Write = (client, { id }) => client.user.update({ where: { id }, data: { name: randomUUID() } })
const byEmail: Write = (client, { email }) =>
  client.user.update({ where: { email }, data: { name: randomUUID() }, select: { id: true } })
const moved: Write = (client, { id, email }) => client.user.update({ where: { id }, data: { email: `moved ${email}` } })
const movedByEmail: Write = (client, { email }) =>
  client.user.update({ where: { email }, data: { email: `moved ${email}`, name: randomUUID() } })
const many: Write = (client, { id }) => client.user.updateMany({ where: { id }, data: { name: randomUUID() } })
const role: Write = (client, { id }) =>
  client.user.updateManyAndReturn({ where: { id }, data: { role: 'EDITOR' }, select: { id: true } })
const upserted: Write = (client, { email }) =>
  client.user.upsert({ where: { email }, create: { email, name: 'made' }, update: { name: randomUUID() } })
const removed: Write = (client, { email }) => client.user.delete({ where: { email } })
const made: Write = (client, { email }) => client.user.create({ data: { email, name: 'made again' } })
const raw: Write = (client, { id }) => client.$executeRaw`UPDATE "User" SET name = 'raw' WHERE id = ${id}`

const pairs: Readonly<Record<string, readonly Write[]>> = {
  'two updates': [byId, byEmail],
  'an update and a move': [byId, moved],
  'a move and a new row in its place': [moved, made],
  'an update and a delete': [byId, removed],
  'a delete and a new row in its place': [removed, made],
  'an upsert and a delete': [upserted, removed],
  'two upserts': [upserted, upserted],
  'an update and one that returns nothing': [byId, many],
  'an update and raw SQL': [byId, raw],
  'an update and one of many': [byId, role],
  'a move and one that returns nothing': [moved, many],
  'a move and raw SQL': [moved, raw],
  'two moves': [moved, movedByEmail],
}
const triples: Readonly<Record<string, readonly Write[]>> = {
  'three updates': [byId, byId, byEmail],
  'an update, a delete and a new row': [byId, removed, made],
  'an upsert, a move and an update': [upserted, moved, byId],
}

/**
 * A write in three steps: it begins (whatever it must hold is held), its statement runs, and it ends. Every order of the steps of
 * several writes is tried; what each of them says of the row is the row's state after its statement.
 */
type Step = 'begin' | 'run' | 'end'
const steps: readonly Step[] = ['begin', 'run', 'end']

function orders(writers: number): readonly (readonly number[])[] {
  const left = Array.from({ length: writers }, () => steps.length)
  const all: number[][] = []
  const go = (order: readonly number[]) => {
    if (order.length === writers * steps.length) all.push([...order])
    for (const [writer, count] of left.entries()) {
      if (count === 0) continue
      left[writer] = count - 1
      go([...order, writer])
      left[writer] = count
    }
  }
  go([])
  return all
}

/**
 * One of all orders that differ only in steps which know nothing of each other: of 1,680 orders of three writers, 102. What begins
 * or ends meets in the store, what runs in the database; two that begin find the same.
 */
function distinct(all: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return [...new Map(all.map((order) => [meetings(order), order])).values()]
}

function meetings(order: readonly number[]): string {
  const writers = [...new Set(order)].sort()
  const places = writers.map((writer) => order.flatMap((one, at) => (one === writer ? [at] : [])))
  const isBefore = places.flatMap(([begin, run, end], i) =>
    places.flatMap(([, otherRun, otherEnd], j) =>
      i === j ? [] : [run! < otherRun!, end! < otherEnd!, begin! < otherEnd!],
    ),
  )
  return isBefore.map(Number).join('')
}

describeStores('writers of one row at once', (makeStoreConfig) => {
  it.each(Object.entries(pairs))('R21: leave the latest behind, in every order: %s', async (_, writes) => {
    const all = orders(writes.length)
    await tryOrders(makeStoreConfig(), writes, { unread: distinct(all), read: all })
  })

  it.each(Object.entries(triples))(
    'R21: leave the latest behind, in every order that differs: %s',
    {
      timeout: 120_000,
    },
    async (_, writes) => {
      const unread = distinct(orders(writes.length))
      // Each of them takes dozens of reads. What a fill between two writers may do, the pairs show in every order.
      const read = unread.filter((_, i) => i % 4 === 0)
      await tryOrders(makeStoreConfig(), writes, { unread, read })
    },
  )
})

/** Of writers, by their places in the list; each comes three times. */
type Order = readonly number[]

interface Orders {
  /** Nobody reads before the end: those that differ only in what reads would tell are tried once. */
  readonly unread: readonly Order[]
  /** Somebody reads after every step. */
  readonly read: readonly Order[]
}

async function tryOrders(store: StoreConfig, writes: readonly Write[], { unread, read }: Orders) {
  const open = () => cachedClient({ databaseUrl: inject('databaseUrl'), ...store, config: { models } })
  const clients = [...writes.map(open), open()]
  const reader = clients.at(-1)!
  for (const [orders, isRead] of [
    [unread, false],
    [read, true],
  ] as const) {
    for (const order of orders) {
      const email = randomUUID()
      const { id } = await reader.base.user.create({ data: { email, name: 'first' } })
      await tryOrder({ id, email }, { order, isRead, clients, writes, reader })
    }
  }
}

interface Trial {
  readonly order: readonly number[]
  /** Whether somebody reads, and fills, after every step. */
  readonly isRead: boolean
  readonly clients: readonly CachedClient[]
  readonly writes: readonly Write[]
  readonly reader: CachedClient
}

async function tryOrder(row: Row, { order, isRead, clients, writes, reader }: Trial): Promise<void> {
  const look = (client: PrismaClient) =>
    Promise.all(
      [{ id: row.id }, { email: row.email }, { email: `moved ${row.email}` }].map((where) =>
        client.user.findUnique({ where }),
      ),
    )
  /** What the lookups answered after each statement. */
  const states: unknown[][] = [await look(reader.base)]
  const ranAt: number[] = []
  /** Per lookup, the latest state that a write made which was acknowledged: older answers may no longer be given. */
  const acknowledged = states[0]!.map(() => 0)
  const check = async (where: string) => {
    for (const client of isRead ? clients : [reader]) {
      const answers = await look(client.prisma as unknown as PrismaClient)
      for (const [i, answer] of answers.entries()) {
        const allowed = states.slice(acknowledged[i]).map((state) => state[i])
        expect(allowed, `lookup ${i} ${where}`).toContainEqual(answer)
      }
    }
  }

  const running: { readonly held: SteppedStatement; readonly done: Promise<unknown> }[] = []
  const taken = writes.map(() => 0)
  for (const [at, writer] of order.entries()) {
    const step = steps[taken[writer]!]!
    taken[writer] = taken[writer]! + 1
    const client = clients[writer]!
    if (step === 'begin') {
      const held = client.adapter.stepNext((sql) => /^(INSERT|UPDATE|DELETE)/.test(sql))
      const done = Promise.resolve(writes[writer]!(client.prisma as unknown as PrismaClient, row)).catch(
        (error: { code?: string }) => {
          // The row is not there, or another one has its place.
          if (error.code !== 'P2025' && error.code !== 'P2002') throw error
        },
      )
      running[writer] = { held, done }
      await held.reached
    } else if (step === 'run') {
      await running[writer]!.held.run()
      states.push(await look(reader.base))
      ranAt[writer] = states.length - 1
    } else {
      running[writer]!.held.release()
      await running[writer]!.done
      const ran = ranAt[writer]!
      for (const [i, answer] of states[ran]!.entries()) {
        if (!isDeepStrictEqual(answer, states[ran - 1]![i])) acknowledged[i] = Math.max(acknowledged[i]!, ran)
      }
    }
    if (isRead) await check(`after ${step} of ${writer} in ${order.slice(0, at + 1).join('')}`)
  }
  await check(`at the end of ${order.join('')}`)
}
