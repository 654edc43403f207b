import { defineConfig } from 'prisma/config'

// Only `prisma generate` is used, which needs no database: tests and demos apply `prisma/migrations` themselves.
export default defineConfig({ schema: 'prisma/schema.prisma' })
