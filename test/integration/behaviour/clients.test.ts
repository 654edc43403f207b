import { describe, expect, inject, it } from 'vitest'
import { freshNamespace } from '../../services/fresh.ts'
import { type CachedClient, cachedClient } from '../cached-client.ts'
import { lookAt, newNote, setText } from '../races/notes.ts'

const open = (namespace: string) => cachedClient({ databaseUrl: inject('databaseUrl'), namespace })

async function expectHit(client: CachedClient, id: number, text: string) {
  await lookAt(client, id)
  expect(await lookAt(client, id)).toEqual({ text, status: 'hit' })
}

describe('two clients of one process without Redis', () => {
  it('see what the other wrote, by every kind of write', async () => {
    const namespace = freshNamespace()
    const [one, other] = [open(namespace), open(namespace)]
    const { id } = await newNote(one)
    const stranger = await newNote(one)
    const writes: Readonly<Record<string, () => PromiseLike<unknown>>> = {
      update: () => setText(other.prisma, id, 'update'),
      transaction: () => other.prisma.$transaction((tx) => setText(tx, id, 'transaction')),
      'raw SQL': () => other.prisma.$executeRaw`UPDATE "Note" SET text = 'raw SQL' WHERE id = ${id}`,
    }
    let text = 'v1'
    for (const [next, write] of Object.entries(writes)) {
      await expectHit(one, id, text)
      await write()
      expect(await lookAt(one, id)).toEqual({ text: next, status: 'miss' })
      text = next
    }
    await expectHit(one, stranger.id, 'v1')
    await setText(other.prisma, id, 'again')
    expect(await lookAt(one, stranger.id)).toEqual({ text: 'v1', status: 'hit' })
  })

  it('are told by tags and by models', async () => {
    const namespace = freshNamespace()
    const [one, other] = [open(namespace), open(namespace)]
    const { id } = await newNote(one)
    const read = () => one.prisma.note.findMany({ where: { id }, cacheStrategy: { ttl: 60, tags: ['home'] } })
    const status = async () => (await one.prisma.$cache.withInfo(read)).info.status
    for (const invalidation of [{ tags: ['home'] }, { models: ['Note'] as const }, {}]) {
      await read()
      expect(await status()).toBe('hit')
      await ('tags' in invalidation || 'models' in invalidation
        ? other.prisma.$cache.invalidate(invalidation)
        : other.prisma.$cache.invalidateAll())
      expect(await status()).toBe('miss')
    }
  })

  it('store nothing that the other has written over meanwhile', async () => {
    const namespace = freshNamespace()
    const [one, other] = [open(namespace), open(namespace)]
    const { id } = await newNote(one)
    const held = one.adapter.holdNext((sql) => sql.startsWith('SELECT'), { when: 'after' })
    const slow = lookAt(one, id)
    await held.reached
    await setText(other.prisma, id, 'v2')
    held.release()
    expect((await slow).text).toBe('v1')
    expect(await lookAt(one, id)).toEqual({ text: 'v2', status: 'miss' })
  })

  it('have entries of their own, and nothing in common with another namespace', async () => {
    const namespace = freshNamespace()
    const [one, other, stranger] = [open(namespace), open(namespace), open(freshNamespace())]
    const { id } = await newNote(one)
    await expectHit(one, id, 'v1')
    expect(await lookAt(other, id)).toEqual({ text: 'v1', status: 'miss' })
    await setText(stranger.prisma, id, 'v2')
    expect(await lookAt(one, id)).toEqual({ text: 'v1', status: 'hit' })
  })
})
