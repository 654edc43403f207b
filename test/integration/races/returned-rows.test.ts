import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import { describeStores, type StoreConfig } from '../cached-client.ts'
import { readerAndWriter } from './notes.ts'

const models = { User: { strategy: 'write-through' }, Event: { strategy: 'write-through' } } as const

async function twoUsers(store: StoreConfig) {
  const { reader, writer } = readerAndWriter(store, { models })
  const rows = [randomUUID(), randomUUID()].map((email) => reader.base.user.create({ data: { email, name: 'first' } }))
  const [one, other] = await Promise.all(rows)
  const look = (client: Pick<PrismaClient, 'user'>) =>
    Promise.all(
      [one!, other!]
        .flatMap(({ id, email }): Prisma.UserWhereUniqueInput[] => [{ id }, { email }])
        .map((where) => client.user.findUnique({ where })),
    )
  const expectTruth = async () => {
    const truth = await look(reader.base)
    for (const { prisma } of [reader, writer]) expect(await look(prisma as unknown as PrismaClient)).toEqual(truth)
  }
  return { reader, writer, one: one!, other: other!, look, expectTruth }
}

const ignored = () => {}

describeStores('what a transaction returned', (makeStoreConfig) => {
  /** A client may take an error for settled; the database then takes back all of it, and says so to no one. */
  const failing: Readonly<Record<string, (tx: Prisma.TransactionClient, taken: number) => PromiseLike<unknown>>> = {
    'a write': (tx, taken) => tx.user.create({ data: { id: taken, email: randomUUID() } }),
    'raw SQL that reads': (tx) => tx.$queryRaw`SELECT 1/0`,
    'a read': (tx) => tx.user.findMany({ where: { email: 'a\0b' } }),
  }
  it.each(Object.keys(failing))('R6: is not stored after %s in it failed', async (name) => {
    const { writer, one, other, expectTruth } = await twoUsers(makeStoreConfig())
    await Promise.resolve(
      writer.prisma.$transaction(async (tx) => {
        await tx.user.update({ where: { id: one.id }, data: { name: 'never' } })
        await Promise.resolve(failing[name]!(tx as unknown as Prisma.TransactionClient, other.id)).catch(ignored)
      }),
    ).catch(ignored)
    await expectTruth()
  })

  type Nestable = Prisma.TransactionClient & Pick<PrismaClient, '$transaction'>
  const savepoints: Readonly<Record<string, (tx: Nestable, ids: readonly number[]) => Promise<unknown>>> = {
    'in it': (tx, [id]) =>
      tx.$transaction(async (inner) => {
        await inner.user.update({ where: { id: id! }, data: { name: 'never' } })
        throw new Error('taken back')
      }),
    'in it, while another statement runs': async (tx, [id, other]) => {
      let late: Promise<unknown> | undefined
      const inner = tx.$transaction(async (savepoint) => {
        await savepoint.user.update({ where: { id: id! }, data: { name: 'never' } })
        late = Promise.resolve(savepoint.user.update({ where: { id: other! }, data: { name: 'maybe' } })).catch(ignored)
        throw new Error('taken back')
      })
      await inner.catch(ignored)
      await late
    },
    'around it, though it began before': async (tx, [id]) => {
      const early = tx.user.update({ where: { id: id! }, data: { name: 'never' } }).then((row) => row)
      await tx.$transaction(async () => {
        await early
        throw new Error('taken back')
      })
    },
  }
  it.each(Object.keys(savepoints))('R6: is not stored when a savepoint was taken back %s', async (name) => {
    const { writer, one, other, expectTruth } = await twoUsers(makeStoreConfig())
    await writer.prisma.$transaction(async (tx) => {
      await savepoints[name]!(tx as unknown as Nestable, [one.id, other.id]).catch(ignored)
    })
    await expectTruth()
  })

  it('is stored as it came, whatever the caller makes of it before the commit', async () => {
    const { reader, writer, one, expectTruth } = await twoUsers(makeStoreConfig())
    const { id } = await writer.prisma.$transaction(async (tx) => {
      const user = await tx.user.update({ where: { id: one.id }, data: { name: 'new' } })
      user.createdAt.setFullYear(1970)
      const event = await tx.event.create({ data: { kind: 'x', payload: { a: 1 } } })
      ;(event.payload as { a: number }).a = 2
      return event
    })
    await expectTruth()
    expect(await reader.prisma.event.findUnique({ where: { id } })).toMatchObject({ payload: { a: 1 } })
  })

  it('is not stored of a row that it did not write, for it may have seen the database as it was', async () => {
    const unwritten: readonly ((tx: Prisma.TransactionClient, id: number) => PromiseLike<unknown>)[] = [
      (tx, id) => tx.user.update({ where: { id }, data: {} }),
      (tx, id) => tx.user.update({ where: { id }, data: { name: undefined } as object }),
      (tx, id) => tx.user.updateManyAndReturn({ where: { id }, data: {} }),
      (tx, id) => tx.user.updateManyAndReturn({ where: { id }, data: { name: undefined } as object }),
      (tx, id) => tx.user.upsert({ where: { id }, create: { email: randomUUID() }, update: {} }),
      (tx, id) => tx.user.update({ where: { id }, data: { posts: { deleteMany: { id: -1 } } } }),
      (tx, id) =>
        tx.user.update({ where: { id }, data: { manager: { upsert: { create: { email: '' }, update: {} } } } }),
    ]
    for (const write of unwritten) {
      const { reader, writer, one, other, look, expectTruth } = await twoUsers(makeStoreConfig())
      await reader.base.user.update({ where: { id: one.id }, data: { managerId: other.id } })
      await Promise.resolve(
        writer.prisma.$transaction(
          async (tx) => {
            // From here on it sees the database as it is now.
            await tx.user.count()
            await reader.prisma.user.update({ where: { id: one.id }, data: { name: 'newer' } })
            await look(reader.prisma as unknown as PrismaClient)
            await write(tx as unknown as Prisma.TransactionClient, one.id)
          },
          { isolationLevel: 'RepeatableRead' },
        ),
      ).catch(ignored)
      await expectTruth()
    }
  })
})
