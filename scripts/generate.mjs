// Writes the Prisma clients, without network and without a database: that of prisma/schema.prisma, and those that only tests use.
//
// `prisma generate` looks for the schema engine before it starts, and downloads it, but never runs it. Any executable
// passes for it: naming node itself keeps the command offline.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { portableSchema } from './portable-schema.mjs'

const root = resolve(import.meta.dirname, '..')
const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js')
const ofTests = join(root, 'test/schemas')
const areThereTests = existsSync(ofTests)
const schemas = [
  'prisma/schema.prisma',
  ...(areThereTests ? readdirSync(ofTests) : []).flatMap((name) =>
    name.endsWith('.prisma') ? [`test/schemas/${name}`] : [],
  ),
  ...(areThereTests ? ['sqlite', 'mysql'] : []).map(writePortable),
]

// Two at a time: each is a process that mostly computes.
const left = [...schemas]
await Promise.all(Array.from({ length: 2 }, generateNext))

async function generateNext() {
  const schema = left.shift()
  if (schema === undefined) return
  const generating = spawn(process.execPath, [prisma, 'generate', '--no-hints', '--schema', schema], {
    cwd: root,
    env: {
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
      ...process.env,
    },
    stdio: 'inherit',
  })
  const [status] = await once(generating, 'exit')
  if (status !== 0) process.exit(status ?? 1)
  await generateNext()
}

function writePortable(provider) {
  const folder = join(ofTests, 'generated')
  mkdirSync(folder, { recursive: true })
  const schema = readFileSync(join(root, 'prisma/schema.prisma'), 'utf8')
  const file = join(folder, `${provider}.prisma`)
  writeFileSync(file, portableSchema(schema, { provider, output: `./${provider}` }))
  return file
}
