import type { Random } from '../../behaviour/random.ts'
import { drawSample, sampleRow } from './draw-sample.ts'
import type { Call, ModelName, Step } from './steps.ts'

/** A model that is written behind, and how its rows are asked for and changed. */
interface Subject {
  readonly model: ModelName
  readonly table: string
  /** Of a row that may be there, by one of its keys. */
  readonly where: (random: Random) => object
  /** `withId`: the caller knows the id; else the database, or Prisma, makes it. */
  readonly row: (random: Random, withId: boolean) => object
  readonly changes: (random: Random) => object
  /** A counter, for statements on many rows; `null` where there is none. */
  readonly counter: string | null
}

export const ids = [1, 2, 3, 4, 5, 6]
export const slugs = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

export const deviceId = (id: number) => `00000000-0000-4000-8000-00000000000${id}`

const arithmetic = ({ some, integer }: Random) => ({
  [some(['increment', 'decrement', 'multiply', 'set'])]: integer(4) - 1,
})

const subjects: readonly Subject[] = [
  {
    model: 'city',
    table: 'City',
    where: ({ some }) => ({ id: some(ids) }),
    row: ({ some, integer }) => ({
      ...{ id: some(ids), name: some(slugs), countryCode: 'FR', population: integer(9) },
      ...{ latitude: integer(9) / 4, longitude: 0.1 },
    }),
    changes: (random) => ({
      [random.some(['views', 'population'])]: arithmetic(random),
      ...(random.integer(3) === 0 ? { name: random.some(slugs), latitude: { increment: 0.1 } } : {}),
    }),
    counter: 'views',
  },
  {
    model: 'post',
    table: 'posts',
    where: ({ some, integer }) => (integer(2) ? { id: some(ids) } : { slug: some(slugs) }),
    row: ({ some }, withId) => ({
      ...(withId ? { id: some(ids) } : {}),
      ...{ slug: some(slugs), title: some(slugs), authorId: some(ids), createdAt: new Date(1e12) },
    }),
    changes: (random) => ({
      ...(random.integer(2) ? { slug: random.some(slugs) } : { published: random.integer(2) === 0 }),
      views: arithmetic(random),
    }),
    counter: 'views',
  },
  {
    model: 'profile',
    table: 'Profile',
    where: ({ some, integer }) => (integer(2) ? { id: some(ids) } : { userId: some(ids) }),
    row: ({ some }, withId) => ({ ...(withId ? { id: some(ids) } : {}), bio: some(slugs), userId: some(ids) }),
    changes: ({ some, integer }) => (integer(3) ? { bio: some(slugs) } : { userId: some(ids) }),
    counter: null,
  },
  {
    model: 'device',
    table: 'Device',
    where: ({ some }) => ({ id: deviceId(some(ids)) }),
    row: ({ some }, withId) => ({
      ...(withId ? { id: deviceId(some(ids)) } : {}),
      label: some(slugs),
    }),
    changes: ({ some }) => ({ label: some(slugs) }),
    counter: null,
  },
  {
    model: 'sample',
    table: 'Sample',
    where: ({ some }) => ({ id: some(ids) }),
    row: (random, withId) => ({ ...(withId ? { id: random.some(ids) } : {}), ...sampleRow(random) }),
    changes: drawSample,
    counter: 'int',
  },
]

export const models = subjects.map(({ model }) => model)
export const tables = subjects.map(({ table }) => table)

/** A write of one row that may be accepted. */
function drawCall({ model, where, row, changes }: Subject, random: Random): Call {
  const { integer } = random
  const withId = integer(3) > 0
  const call = (operation: string, args: unknown): Call => ({ model, operation, args })
  switch (integer(12)) {
    case 0:
    case 1:
      return call('create', { data: row(random, withId) })
    case 2:
    case 3:
      return call('upsert', { where: where(random), create: row(random, true), update: changes(random) })
    case 4:
      return call('delete', { where: where(random) })
    case 5:
      return withId
        ? call('createMany', { data: [row(random, true), row(random, true)] })
        : call('createManyAndReturn', { data: [row(random, false), row(random, false)] })
    default:
      return call('update', { where: where(random), data: changes(random) })
  }
}

/** A write that goes to the database at once. */
function drawSynchronous(subject: Subject, random: Random): Step {
  const { integer, some } = random
  const { model, table, where, changes, counter } = subject
  const id = some(ids)
  switch (integer(6)) {
    case 0:
      if (counter === null) break
      return { kind: 'raw', sql: `UPDATE "${table}" SET "${counter}" = "${counter}" + 1 WHERE id > ${id}` }
    case 1:
      return { kind: 'callback', calls: [drawCall(subject, random), drawCall(some(subjects), random)] }
    case 2:
      return { kind: 'batch', calls: [drawCall(some(subjects), random), drawCall(subject, random)] }
    case 3: {
      const cities = some([
        { updateMany: { where: { population: { lt: 4 } }, data: { views: { increment: 1 } } } },
        { update: { where: { id }, data: { views: { multiply: 2 } } } },
        { create: { id, name: 'nested', population: 1, latitude: 0, longitude: 0 } },
        { deleteMany: { id } },
      ])
      return {
        kind: 'call',
        call: { model: 'country', operation: 'update', args: { where: { code: 'FR' }, data: { cities } } },
      }
    }
    case 4: {
      const posts = some([
        { update: { where: { slug: some(slugs) }, data: { slug: some(slugs) } } },
        { updateMany: { where: {}, data: { views: { decrement: 1 } } } },
        { deleteMany: {} },
      ])
      return {
        kind: 'call',
        call: { model: 'user', operation: 'update', args: { where: { id }, data: { posts }, select: { id: true } } },
      }
    }
  }
  if (integer(4) === 0) {
    return { kind: 'call', call: { model, operation: 'deleteMany', args: { where: where(random) } } }
  }
  const data = model === 'post' ? { views: arithmetic(random) } : model === 'profile' ? { bio: 'all' } : changes(random)
  return { kind: 'call', call: { model, operation: 'updateMany', args: { data } } }
}

export function drawWrite(random: Random): Step {
  const subject = random.some(subjects)
  if (random.integer(5) === 0) return drawSynchronous(subject, random)
  return { kind: 'call', call: drawCall(subject, random) }
}

export function drawRead(random: Random): Call {
  const { integer, some } = random
  const { model, where } = some(subjects)
  if (integer(3) > 0) return { model, operation: 'findUnique', args: { where: where(random) } }
  if (integer(3) === 0) return { model, operation: 'count', args: {} }
  const narrow = integer(2) ? {} : { take: 2 }
  return { model, operation: 'findMany', args: { orderBy: { id: 'asc' }, ...narrow } }
}

/** Every row by every key that a write names, and each list. */
export function everyRead(): readonly Call[] {
  const by = (model: ModelName, key: string, values: readonly unknown[]): Call[] =>
    values.map((value) => ({ model, operation: 'findUnique', args: { where: { [key]: value } } }))
  return [
    ...models.map((model): Call => ({ model, operation: 'findMany', args: { orderBy: { id: 'asc' } } })),
    ...by('city', 'id', ids),
    ...by('post', 'id', ids),
    ...by('post', 'slug', slugs),
    ...by('profile', 'id', ids),
    ...by('profile', 'userId', ids),
    ...by('sample', 'id', ids),
  ]
}
