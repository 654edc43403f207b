import { expect, it } from 'vitest'
import { startRedis, startReplica } from '../../services/redis.ts'
import { startRedisCluster } from '../../services/redis-cluster.ts'
import { redisAnswers, redisCommand } from '../../services/redis-command.ts'
import { waitUntil } from '../../services/wait-until.ts'

it('keeps its data over a restart, or starts empty when told to', async () => {
  const redis = await startRedis()
  const get = () => redisCommand(redis.url, ['GET', 'a'])
  await redisCommand(redis.url, ['SET', 'a', '1'])
  const { pid } = redis
  await redis.restart()
  expect(redis.pid).not.toBe(pid)
  expect(await get()).toBe('1')
  await redis.restart({ keepData: false })
  expect(await get()).toBeNull()
})

it('answers nothing while it is paused, and goes on afterwards', async () => {
  const redis = await startRedis()
  await redis.pause()
  await expect(redisCommand(redis.url, ['PING'], { timeoutMs: 200 })).rejects.toThrow()
  redis.resume()
  expect(await redisAnswers(redis.url)).toBe(true)
})

it('is gone after a kill and a stop, also when it was paused', async () => {
  const killed = await startRedis()
  await killed.kill('SIGKILL')
  expect(await redisAnswers(killed.url)).toBe(false)
  await killed.restart()
  expect(await redisAnswers(killed.url)).toBe(true)

  const paused = await startRedis()
  await paused.pause()
  await paused.stop()
  expect(await redisAnswers(paused.url)).toBe(false)
  await expect(paused.restart()).rejects.toThrow('was stopped')
})

it('says why a server did not start', async () => {
  await expect(startRedis({ args: ['--no-such-setting', '1'] })).rejects.toThrow(
    /ended while it started:[\s\S]*no-such-setting/,
  )
})

it('puts the password that a server was given into its URL', async () => {
  const redis = await startRedis({ args: ['--requirepass', 'a/b'] })
  expect(await redisAnswers(redis.url)).toBe(true)
  expect(await redisAnswers(`redis://127.0.0.1:${redis.port}`)).toBe(false)
})

it('does not take another server on its port for its own', async () => {
  const { port } = await startRedis()
  await expect(startRedis({ port })).rejects.toThrow(/ended while it started:[\s\S]*in use/)
})

it('starts a replica that follows its master and can take its place', async () => {
  const master = await startRedis()
  await redisCommand(master.url, ['SET', 'a', '1'])
  const replica = await startReplica(master)
  expect(await redisCommand(replica.url, ['GET', 'a'])).toBe('1')
  await expect(redisCommand(replica.url, ['SET', 'a', '2'])).rejects.toThrow('READONLY')
  await replica.promote()
  expect(await redisCommand(replica.url, ['SET', 'a', '2'])).toBe('OK')
})

it('starts a cluster that spreads keys over its nodes', async () => {
  const { nodes, urls } = await startRedisCluster()
  expect(nodes).toHaveLength(3)
  const replies = await Promise.all(
    urls.map((url) => redisCommand(url, ['SET', 'a', '1']).catch((error: Error) => error.message.split(' ')[0])),
  )
  expect([...replies].sort()).toEqual(['MOVED', 'MOVED', 'OK'])
})

it('starts several servers at once on ports of their own', async () => {
  const servers = await Promise.all([startRedis(), startRedis(), startRedis()])
  expect(new Set(servers.map(({ port }) => port)).size).toBe(3)
  await waitUntil(async () => (await Promise.all(servers.map(({ url }) => redisAnswers(url)))).every(Boolean), {
    what: 'all three',
  })
})
