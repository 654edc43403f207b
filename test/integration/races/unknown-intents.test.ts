import { expect, inject, it } from 'vitest'
import { redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { cachedClient } from '../cached-client.ts'
import { isCommit, isUpdate, newNote, setText } from './notes.ts'

/** Intents of writes on notes, without the births that are noted like intents. */
async function intentsOf(namespace: string): Promise<string[]> {
  const members = (await redisCommand(inject('redisUrl'), ['ZRANGE', `${namespace}:intents`, '0', '-1'])) as string[]
  return members.filter((member) => member.startsWith('Note ') && member !== 'Note birth')
}

// The lease is long, so that no intent expires while the test looks.
const open = () =>
  cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl'), config: { lease: '1h' } })

it('R5: a write that the database may still be at leaves its intent, so that it is invalidated once more', async () => {
  const client = open()
  const { prisma, adapter, namespace } = client
  const { id } = await newNote(client)
  const lost = new Error('connection lost')

  adapter.failNext(isUpdate, lost)
  await expect(setText(prisma, id, 'v2')).rejects.toThrow('connection lost')
  expect(await intentsOf(namespace)).toHaveLength(1)

  adapter.failNext(isCommit, lost)
  await expect(prisma.$transaction((tx) => setText(tx, id, 'v2'))).rejects.toThrow('connection lost')
  expect(await intentsOf(namespace)).toHaveLength(2)

  adapter.failNext(isCommit, lost)
  await expect(prisma.$transaction([setText(prisma, id, 'v2'), prisma.note.count()])).rejects.toThrow('connection lost')
  expect(await intentsOf(namespace)).toHaveLength(3)
})

it('a write whose outcome is known leaves no intent', async () => {
  const client = open()
  const { prisma, namespace } = client
  const { id } = await newNote(client)
  await setText(prisma, id, 'v2')
  await prisma.$transaction((tx) => setText(tx, id, 'v3'))
  await prisma.$transaction([setText(prisma, id, 'v4'), prisma.note.count()])
  await expect(setText(prisma, -1, 'v5')).rejects.toThrow()
  await waitUntil(async () => (await intentsOf(namespace)).length === 0, { what: 'the intents to be removed' })
})
