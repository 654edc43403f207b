import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const project = mkdtempSync(join(tmpdir(), 'cache-package-'))
const installed = join(project, 'node_modules/prisma-cache-plugin')

const run = (cwd: string, command: string, ...args: readonly string[]) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

// Runs `prepack`, as publishing does; a project may have turned scripts off for the packages that it installs.
beforeAll(() => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  run(root, 'npm', 'pack', '--ignore-scripts=false', '--pack-destination', project)
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const prisma = `@prisma/client@${manifest.devDependencies['@prisma/client']}`
  run(project, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`, prisma)
})

afterAll(() => rmSync(project, { recursive: true, force: true }))

it('can be imported, and refuses a wrong configuration', () => {
  writeFileSync(
    join(project, 'use.mjs'),
    `import assert from 'node:assert/strict'
    import { cachePlugin } from 'prisma-cache-plugin'
    assert.equal(typeof cachePlugin, 'function')
    assert.throws(() => cachePlugin({ models: { City: { strategy: 'no-such-strategy' } } }), { code: 'CONFIG.INVALID' })
    console.log('ok')`,
  )
  expect(run(project, 'node', 'use.mjs')).toBe('ok\n')
})

it('brings types that know the strategies', () => {
  writeFileSync(
    join(project, 'use.mts'),
    `import { cachePlugin } from 'prisma-cache-plugin'
    cachePlugin({ models: { City: { strategy: 'cache-aside' } } })
    // @ts-expect-error: fails to fail where the types are missing
    cachePlugin({ models: { City: { strategy: 'no-such-strategy' } } })`,
  )
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023']
  expect(run(project, 'node', tsc, ...options, 'use.mts')).toBe('')
})

it('holds the build, every Lua script, and nothing else', () => {
  const top = readdirSync(installed).sort()
  expect(top.filter((name) => name !== 'node_modules')).toEqual(
    expect.arrayContaining(['CHANGELOG.md', 'LICENSE', 'dist', 'package.json']),
  )
  const extra = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'node_modules', 'package.json']
  expect(top.filter((name) => !extra.includes(name))).toEqual([])
  const lua = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.lua'))
      .sort()
  expect(lua(join(installed, 'dist'))).toEqual(lua(join(root, 'src')))
  expect(lua(join(installed, 'dist'))).not.toEqual([])
})
