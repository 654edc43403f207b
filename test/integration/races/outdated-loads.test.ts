import { randomUUID } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { type CachedClient, cachedClient } from '../cached-client.ts'
import { processesWait } from './held-leases.ts'
import { countOf } from './notes.ts'

// Who waits would rather wait for ever than load alone: whatever ends a wait is the load of somebody else.
const config = { loadLease: '1m', loadWait: '1m', lease: '1h' } as const
const waiters = 6

const isUsers = (sql: string) => sql.startsWith('SELECT') && sql.includes('FROM "public"."User"')
const isPosts = (sql: string) => sql.startsWith('SELECT') && sql.includes('FROM "public"."posts"')

/**
 * A writer, and readers who are to each other as processes are. All want a page of users and their posts; one loads it and is held
 * with the posts in its hands, while the others wait.
 *
 * Which posts a page depends on, only its rows tell: a write to any post meanwhile makes a load unfit to be stored.
 */
async function waiting() {
  const open = (namespace?: string) =>
    cachedClient({
      databaseUrl: inject('databaseUrl'),
      redis: inject('redisUrl'),
      config,
      ...(namespace && { namespace }),
    })
  const writer = open()
  const { namespace, base } = writer
  const users = await Promise.all(
    [randomUUID(), randomUUID()].map((email) =>
      base.user.create({ data: { email, posts: { create: { slug: email, title: 'v1' } } }, include: { posts: true } }),
    ),
  )
  const [shown, other] = users.map((user) => user.posts[0]!)
  // A promise of Prisma begins when somebody waits for it; one of an async function at once.
  const read = async (client: CachedClient['prisma'] | CachedClient['base']) =>
    (client as unknown as PrismaClient).user.findMany({
      where: { email: users[0]!.email },
      select: { email: true, posts: { select: { title: true } } },
    })
  const setTitle = (post: { id: number } | undefined, title: string) =>
    writer.prisma.post.update({ where: { id: post!.id }, data: { title } })

  const readers = [open(namespace), ...Array.from({ length: waiters }, () => open(namespace))]
  const first = readers[0]!.adapter.holdNext(isPosts, { when: 'after' })
  const answers = [read(readers[0]!.prisma)]
  await first.reached
  answers.push(...readers.slice(1).map(({ prisma }) => read(prisma)))
  await processesWait(namespace, { waiting: waiters })
  return {
    ...{ namespace, readers, first, shown, other, setTitle },
    truth: () => read(base),
    answers: Promise.all(answers),
    loads: () => readers.reduce((total, { adapter }) => total + adapter.count(isUsers), 0),
    filled: () => readers.reduce((total, reader) => total + countOf(reader, 'filled'), 0),
    async look({ prisma }: CachedClient) {
      const { data, info } = await prisma.$cache.withInfo(() => read(prisma))
      return { data, status: info.status }
    },
  }
}

it('a load that a write made unfit to be stored is made once more, by one of those who wait, for all of them', async () => {
  const { readers, first, shown, setTitle, truth, answers, loads, filled, look } = await waiting()
  const before = await truth()
  await setTitle(shown, 'v2')
  first.release()
  const [slow, ...others] = await answers
  const after = await truth()
  expect(slow).toEqual(before)
  expect(others).toEqual(others.map(() => after))
  expect(after).not.toEqual(before)
  expect(loads()).toBe(2)
  await expect.poll(filled).toBe(1)
  for (const reader of readers) expect(await look(reader)).toEqual({ data: after, status: 'hit' })
})

it('those who wait do so for one such load more, and then load for themselves what is stored', async () => {
  const { namespace, readers, first, shown, other, setTitle, truth, answers, loads, look } = await waiting()
  const seconds = readers.slice(1).map(({ adapter }) => adapter.holdNext(isPosts, { when: 'after' }))
  await setTitle(other, 'v2')
  first.release()
  await Promise.race(seconds.map(({ reached }) => reached))
  await processesWait(namespace, { waiting: waiters - 1 })
  expect(loads()).toBe(2)

  const before = await truth()
  await setTitle(shown, 'v3')
  for (const { release } of seconds) release()
  const after = await truth()
  const found = (await answers).map((answer) => JSON.stringify(answer))
  expect(found.filter((answer) => answer === JSON.stringify(before))).toHaveLength(2)
  expect(found.filter((answer) => answer === JSON.stringify(after))).toHaveLength(waiters - 1)
  expect(loads()).toBe(2 + (waiters - 1))
  for (const reader of readers) expect(await look(reader)).toEqual({ data: after, status: 'hit' })
})
