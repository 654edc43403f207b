import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const project = mkdtempSync(join(tmpdir(), 'cache-package-'))
const installed = join(project, 'node_modules/prisma-cache-plugin')

/** Runs a program to its end and returns what it printed; a failure shows all of it. */
function run(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`)
  return stdout
}

const resolveHere = createRequire(import.meta.url).resolve

// `prepack` runs, as it does in publishing, although this repository turns the scripts of packages off.
beforeAll(() => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  run(root, 'npm', 'pack', '--ignore-scripts=false', '--pack-destination', project)
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const prisma = ['@prisma/client', '@prisma/adapter-pg'].map((name) => `${name}@${devDependencies[name]}`)
  run(project, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`, ...prisma)
  cpSync(join(root, 'prisma/generated'), join(project, 'generated'), { recursive: true })
})

afterAll(() => rmSync(project, { recursive: true, force: true }))

it('extends a client, and refuses a wrong configuration', () => {
  writeFileSync(
    join(project, 'use.mts'),
    `import assert from 'node:assert/strict'
    import { PrismaPg } from '@prisma/adapter-pg'
    import { cachePlugin } from 'prisma-cache-plugin'
    import { PrismaClient } from './generated/client.ts'
    assert.equal(typeof cachePlugin, 'function')
    const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: 'postgresql://127.0.0.1:1/none' }) })
    const models = { City: { strategy: 'no-such-strategy' as 'cache-aside' } }
    assert.throws(() => client.$extends(cachePlugin({ models })), { name: 'CacheError', code: 'CONFIG.INVALID' })
    const cached = client.$extends(cachePlugin({ models: { City: { strategy: 'cache-aside', ttl: '1m' } } }))
    assert.equal(cached.$cache.stats().hits, 0)
    await cached.$disconnect()
    console.log('ok')`,
  )
  expect(run(project, 'node', '--import', pathToFileURL(resolveHere('tsx')).href, 'use.mts')).toBe('ok\n')
})

it('brings types that know the strategies', () => {
  writeFileSync(
    join(project, 'types.mts'),
    `import { cachePlugin } from 'prisma-cache-plugin'
    cachePlugin({ models: { City: { strategy: 'cache-aside' } } })
    // @ts-expect-error: fails to fail where the types are missing
    cachePlugin({ models: { City: { strategy: 'no-such-strategy' } } })`,
  )
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023']
  expect(run(project, 'node', resolveHere('typescript/bin/tsc'), ...options, 'types.mts')).toBe('')
})

it.each(['esm', 'cjs'] as const)('works in a bundle (%s)', async (format) => {
  writeFileSync(
    join(project, 'bundled.mts'),
    `import { cachePlugin } from 'prisma-cache-plugin'
    console.log(typeof cachePlugin({ redis: 'redis://127.0.0.1:1' }))`,
  )
  const outfile = join(project, `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`)
  // They read files of their own.
  const external = ['@prisma/*', 'libpg-query']
  const entry = { absWorkingDir: project, entryPoints: ['bundled.mts'], outfile, format, external }
  // What is not ESM in it asks for `require`.
  const banner = format === 'esm' ? { js: requireHere } : {}
  await build({ ...entry, banner, bundle: true, platform: 'node', logLevel: 'error' })
  expect(run(project, 'node', outfile)).toBe('function\n')
})

const requireHere = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)`

it('holds the build and nothing else', () => {
  const top = readdirSync(installed).sort()
  expect(top.filter((name) => name !== 'node_modules')).toEqual(
    expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'dist', 'package.json']),
  )
  const extra = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'node_modules', 'package.json']
  expect(top.filter((name) => !extra.includes(name))).toEqual([])
})
