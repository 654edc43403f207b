// Two server processes behind one Redis, a write through the one and reads through the other: `npm run example:http-api`.
//
// Needs a PostgreSQL whose user may create databases, and a Redis. The example makes a database and a namespace of its own,
// and takes both away again.
import { Redis } from 'ioredis'
import { withCleanup } from '../shared/cleanup.ts'
import { type ExampleDatabase, openDatabase } from '../shared/database.ts'
import { loadFewCities } from '../shared/few-cities.ts'
import { newNamespace, unlinkNamespace } from '../shared/namespace.ts'
import { startServer } from './start-server.ts'

const databaseUrl = process.env.DATABASE_URL || 'postgresql://postgres@127.0.0.1:5432/postgres'
const redisUrl = process.env.REDIS_URL || 'redis://127.0.0.1:6379'

await withCleanup(async (later) => {
  const database = await openServices()
  if (!database) return
  later(database.close)
  const namespace = newNamespace()
  later(() => unlinkNamespace(redisUrl, namespace))
  await loadFewCities(database.adapter)

  const env = { DATABASE_URL: database.url ?? '', REDIS_URL: redisUrl, NAMESPACE: namespace }
  const servers = await Promise.all([startServer(env), startServer(env)])
  for (const server of servers) later(server.stop)
  const [one, two] = servers.map((server, i) => request(`server ${i + 1}`, server.address))
  if (!one || !two) return

  await one('GET', '/cities/2988507')
  await one('GET', '/cities/2988507')
  await two('GET', '/cities/2988507')
  await two('GET', '/countries/FR/largest')
  await one('GET', '/countries/FR/largest')
  await one('PATCH', '/cities/2988507', { population: 2_103_778 })
  await two('GET', '/cities/2988507')
  await two('GET', '/countries/FR/largest')
  await one('GET', '/cities/2988507')
})

async function openServices(): Promise<ExampleDatabase | undefined> {
  try {
    await pingRedis()
    return await openDatabase(databaseUrl)
  } catch (error) {
    console.error(
      'This example needs a Redis (REDIS_URL, or redis://127.0.0.1:6379) and a PostgreSQL whose user may create\n' +
        'databases (DATABASE_URL, or postgresql://postgres@127.0.0.1:5432/postgres). One of them did not let it in:\n' +
        `  ${error instanceof Error ? error.message || error.name : String(error)}`,
    )
    process.exitCode = 1
    return undefined
  }
}

async function pingRedis(): Promise<void> {
  const redis = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 3000 })
  // What went wrong arrives as the rejection of `connect`, but for refused connections only as an event.
  let cause: unknown
  redis.on('error', (error) => {
    cause = error
  })
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw cause ?? error
  } finally {
    redis.disconnect()
  }
}

/** Sends requests to one server and prints what came back. */
function request(name: string, address: string) {
  return async (method: 'GET' | 'PATCH', path: string, body?: object): Promise<void> => {
    const response = await fetch(
      `${address}${path}`,
      body ? { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : { method },
    )
    const data: unknown = await response.json()
    const [city] = (Array.isArray(data) ? data : [data]) as readonly { name: string; population: number }[]
    const cache = (response.headers.get('x-cache') ?? '-').padEnd(4)
    console.log(`${name}  ${method.padEnd(5)} ${path.padEnd(21)}  ${cache}  ${city?.name}: ${city?.population}`)
  }
}
