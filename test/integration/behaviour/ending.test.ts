import { resolve } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { freshNamespace } from '../../services/fresh.ts'
import { freePort } from '../../services/private-server.ts'
import { startRedis } from '../../services/redis.ts'
import { redisCommand } from '../../services/redis-command.ts'
import { runToEnd } from '../../services/run-to-end.ts'
import { processesWait } from '../races/held-leases.ts'
import { useBench } from './bench.ts'

describe('a program that never disconnects, and has nothing more to do', () => {
  const bench = useBench('redis')
  const shared = inject('redisUrl')

  const run = async (what: string, { redis = shared, namespace = freshNamespace(), pid = 0 } = {}) => {
    const env = {
      DATABASE_URL: bench.databaseUrl,
      REDIS: redis,
      NAMESPACE: namespace,
      WHAT: what,
      SERVER_PID: `${pid}`,
    }
    const { code, printed } = await runToEnd(resolve(import.meta.dirname, 'ending.worker.ts'), env)
    return { code, printed: printed.trim() }
  }

  it('ends, and takes back what it has announced to write', async () => {
    const namespace = freshNamespace()
    expect(await run('use', { namespace })).toEqual({ code: 0, printed: '"hit from store"' })
    const intents = (await redisCommand(shared, ['ZRANGE', `${namespace}:intents`, '0', '-1'])) as string[]
    // Those of a namespace that is new, and of a server that is, last a lease.
    const isOfWrite = (intent: string) => !intent.startsWith('=') && !intent.endsWith(' birth')
    expect(intents.length).toBeGreaterThan(0)
    expect(intents.filter(isOfWrite)).toEqual([])
  })

  it('ends although Redis died meanwhile', async () => {
    const { url, pid } = await startRedis()
    expect(await run('lose', { redis: url, pid })).toEqual({ code: 0, printed: '"bypass from database"' })
  })

  it('ends although Redis was never there', async () => {
    const redis = `redis://127.0.0.1:${await freePort()}`
    expect(await run('use', { redis })).toEqual({ code: 0, printed: '"bypass from database"' })
  })

  it('brings into the database what was accepted', async () => {
    expect(await run('accept')).toEqual({ code: 0, printed: '1' })
    expect(await bench.plain.city.findUnique({ where: { id: 1 }, select: { views: true } })).toEqual({ views: 1 })
  })

  it('does not end while it waits for what another process loads', async () => {
    const namespace = freshNamespace()
    await run('read', { namespace })
    const [entry] = (await redisCommand(shared, ['KEYS', `${namespace}:{City}:e:*`])) as [string]
    const lease = entry.replace(':e:', ':l:')
    await redisCommand(shared, ['UNLINK', entry])
    await redisCommand(shared, ['SET', lease, 'of another', 'PX', '60000'])
    const ended = run('read', { namespace })
    const waits = processesWait(namespace, { waiting: 1 }).then(() => 'waits')
    expect(await Promise.race([waits, ended])).toBe('waits')
    await redisCommand(shared, ['UNLINK', lease])
    await redisCommand(shared, ['PUBLISH', lease, 'failed'])
    expect(await ended).toEqual({ code: 0, printed: '"miss from database"' })
  })

  it('does not end while it waits for Redis', async () => {
    const { url } = await startRedis()
    expect(await run('pause', { redis: url })).toEqual({ code: 0, printed: '"hit from store"' })
  })
})
