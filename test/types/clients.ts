import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../../prisma/generated/client.ts'
import { cachePlugin } from '../../src/index.ts'

// Compiled, never run: the type tests only look at types.
export { cachePlugin }

const adapter = new PrismaPg({})

export const base = new PrismaClient({ adapter })

/** What every result type is held to: an extended client that has no cache. */
export const plain = base.$extends({ name: 'nothing' })

export const cached = base.$extends(cachePlugin({ models: { City: { ttl: '1m' } } }))

const omitting = new PrismaClient({ adapter, omit: { user: { email: true } } })
export const plainOmitting = omitting.$extends({ name: 'nothing' })
export const cachedOmitting = omitting.$extends(cachePlugin())
