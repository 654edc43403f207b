// Writes the Prisma client to prisma/generated, without network and without a database.
//
// `prisma generate` looks for the schema engine before it starts, and downloads it, but never runs it. Any executable
// passes for it: naming node itself keeps the command offline.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js')

const { status, error } = spawnSync(process.execPath, [prisma, 'generate', '--no-hints'], {
  cwd: resolve(import.meta.dirname, '..'),
  env: {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
    ...process.env,
  },
  stdio: 'inherit',
})
if (error) throw error
process.exit(status ?? 1)
