import { Redis } from 'ioredis'

/** Runs one command on a connection of its own. Fails at once where there is no server, and after `timeoutMs` where it is silent. */
export async function redisCommand(
  url: string,
  [command, ...args]: readonly [string, ...(string | number)[]],
  { timeoutMs = 5_000 }: { readonly timeoutMs?: number } = {},
): Promise<unknown> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
  })
  // The rejected promise says it already.
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return await redis.call(command, ...args)
  } finally {
    redis.disconnect()
  }
}

/** Whether a server answers there and lets us in. One that still loads its data does not. */
export async function redisAnswers(url: string): Promise<boolean> {
  try {
    return (await redisCommand(url, ['PING'], { timeoutMs: 1_000 })) === 'PONG'
  } catch {
    return false
  }
}

/** The id of the process that answers there; undefined while none does. */
export async function redisProcess(url: string): Promise<number | undefined> {
  if (!(await redisAnswers(url))) return undefined
  const info = String(await redisCommand(url, ['INFO', 'server'], { timeoutMs: 1_000 }))
  return Number(/process_id:(\d+)/.exec(info)?.[1])
}
