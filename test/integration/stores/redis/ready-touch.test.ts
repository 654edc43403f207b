import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect, inject, it, onTestFinished, vi } from 'vitest'
import type { DecideTouched, Store } from '../../../../src/core/store.ts'
import { stopLater } from '../../../services/cleanup.ts'
import { redisCommand } from '../../../services/redis-command.ts'
import { cachedClient } from '../../cached-client.ts'
import { fillEntry, retainMs, servedRow, shape, tags, value } from './entries.ts'
import { openStore } from './open-store.ts'

const openHere = () => openStore(inject('redisUrl')).store
const openPrefixed = () => {
  const client = new Redis(inject('redisUrl'), { keyPrefix: 'mine:' })
  stopLater(async () => client.disconnect())
  return openStore(client).store
}

/** What a write of the row touches, and how often it was asked for. */
function deciding() {
  const asked: (readonly string[])[] = []
  const decide: DecideTouched = (shapes) => {
    asked.push(shapes)
    return shapes.map((id) => ({ ...value, shape: id }))
  }
  return { asked, decide }
}

/** The shapes in use are known from then on. */
async function knowShapes(store: Store): Promise<void> {
  await store.touch('City', () => [])
}

it.each([
  ['a client of ours', openHere],
  ['a client that puts a prefix before its keys', openPrefixed],
])('an invalidation that was made ready is sent as it is, by %s', async (_name, open) => {
  const store = open()
  await fillEntry(store, 'row')
  await knowShapes(store)
  const { asked, decide } = deciding()
  const ready = store.readyTouch!('City', decide)
  expect(asked).toEqual([[shape.shape]])
  expect(await servedRow(store)).toBe('row')
  await ready(decide)
  expect(asked).toHaveLength(1)
  expect(await servedRow(store)).toBeNull()
})

it('one that was made before a shape was in use is decided anew', async () => {
  const store = openHere()
  await knowShapes(store)
  const { asked, decide } = deciding()
  const ready = store.readyTouch!('City', decide)
  expect(asked).toEqual([[]])
  await fillEntry(store, 'row')
  const again = deciding()
  await ready(again.decide)
  expect(asked).toHaveLength(1)
  expect(again.asked).toEqual([[shape.shape]])
  expect(await servedRow(store)).toBeNull()
})

it('one whose script the server has forgotten is sent as text', async () => {
  const store = openHere()
  await fillEntry(store, 'row')
  await knowShapes(store)
  const { decide } = deciding()
  const ready = store.readyTouch!('City', decide)
  await redisCommand(inject('redisUrl'), ['SCRIPT', 'FLUSH'])
  await ready(decide)
  expect(await servedRow(store)).toBeNull()
})

it('one touches only what it names', async () => {
  const store = openHere()
  await fillEntry(store, 'row')
  await knowShapes(store)
  const ready = store.readyTouch!('City', () => [{ ...value, values: randomUUID() }])
  const before = await store.obtainStamps(tags, retainMs)
  await ready(() => [])
  expect(await store.obtainStamps(tags, retainMs)).toEqual(before)
  expect(await servedRow(store)).toBe('row')
})

it('a write has its invalidation ready when the database answers', async () => {
  const { prisma } = cachedClient({ databaseUrl: inject('databaseUrl'), redis: inject('redisUrl') })
  const email = randomUUID()
  const { id } = await prisma.user.create({ data: { email } })
  const read = () => prisma.user.findUnique({ where: { id }, select: { name: true } })
  const rename = (name: string) => prisma.user.update({ where: { id }, data: { name } })
  await read()
  // By this one it learns which kinds of queries are in use.
  await rename('first')
  await read()
  const sendCommand = vi.spyOn(Redis.prototype, 'sendCommand')
  onTestFinished(() => sendCommand.mockRestore())
  await rename('second')
  const onModel = sendCommand.mock.calls.filter(([{ args }]) => String(args[2]).endsWith(':{User}'))
  expect(onModel.map(([command]) => `${command.constructor.name} ${command.name}`)).toEqual(['PreparedCommand evalsha'])
  expect(await read()).toEqual({ name: 'second' })
})
