// One server process of the HTTP API. `main.ts` starts two of them; DATABASE_URL, REDIS_URL and NAMESPACE say where they meet.
import { PrismaPg } from '@prisma/adapter-pg'
import fastify from 'fastify'
import { PrismaClient } from '../../prisma/generated/client.ts'
import { cachePlugin, type ReadInfo } from '../../src/index.ts'

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) }).$extends(
  cachePlugin({
    redis: process.env.REDIS_URL,
    namespace: process.env.NAMESPACE,
    models: { City: { ttl: '10m' }, Country: { ttl: '1h' } },
  }),
)

const app = fastify()
const cityId = { params: { type: 'object', properties: { id: { type: 'integer' } } } } as const

app.get<{ Params: { id: number } }>('/cities/:id', { schema: cityId }, async ({ params: { id } }, reply) => {
  const { data, info } = await prisma.$cache.withInfo(() =>
    prisma.city.findUnique({ where: { id }, include: { country: true } }),
  )
  reply.headers(cacheHeaders(info))
  return data ?? reply.code(404).send({ message: 'There is no such city.' })
})

app.get<{ Params: { code: string } }>('/countries/:code/largest', async ({ params: { code } }, reply) => {
  const { data, info } = await prisma.$cache.withInfo(() =>
    prisma.city.findMany({ where: { countryCode: code }, orderBy: { population: 'desc' }, take: 10 }),
  )
  reply.headers(cacheHeaders(info))
  return data
})

app.patch<{ Params: { id: number }; Body: { population: number } }>(
  '/cities/:id',
  {
    schema: {
      ...cityId,
      body: { type: 'object', required: ['population'], properties: { population: { type: 'integer', minimum: 0 } } },
    },
  },
  // When the answer is sent, no process serves the old population any more.
  async ({ params: { id }, body: { population } }) => prisma.city.update({ where: { id }, data: { population } }),
)

function cacheHeaders({ status, ageMs }: ReadInfo): Record<string, string> {
  return ageMs === null ? { 'x-cache': status } : { 'x-cache': status, age: String(Math.floor(ageMs / 1000)) }
}

process.once('SIGTERM', async () => {
  await app.close()
  await prisma.$disconnect()
  // The channel to the parent would keep this process alive.
  if (process.connected) process.disconnect()
})
const address = await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.(address)
