import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser'
import { afterEach, expect, it } from 'vitest'

const { forbidden, options }: IConfiguration = createRequire(import.meta.url)('../../.dependency-cruiser.cjs')
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** Writes one file per entry, `'core/a': ['prisma/b']` being a file that imports another, and names the broken rules. */
async function brokenRules(files: Readonly<Record<string, readonly string[]>>, keyword = 'import'): Promise<string[]> {
  const baseDir = mkdtempSync(join(tmpdir(), 'layers-'))
  folders.push(baseDir)
  for (const [name, imports] of Object.entries(files)) {
    const file = join(baseDir, 'src', `${name}.ts`)
    mkdirSync(dirname(file), { recursive: true })
    const up = '../'.repeat(name.split('/').length - 1) || './'
    const from = (target: string) => (target in files ? `${up}${target}.ts` : target)
    writeFileSync(
      file,
      imports.map((target) => `${keyword} { x } from '${from(target)}'\nexport const y = x\n`).join(''),
    )
  }
  const { output } = await cruise(['src'], {
    ...options,
    tsConfig: undefined as never,
    baseDir,
    validate: true,
    ruleSet: { forbidden: forbidden ?? [] },
  })
  return (output as ICruiseResult).summary.violations.map(({ rule }) => rule.name).sort()
}

it('lets imports point inwards', async () => {
  expect(
    await brokenRules({
      index: ['plugin'],
      plugin: ['prisma/extension', 'stores/redis/store', 'strategies/read'],
      'prisma/extension': ['strategies/read', '@prisma/client'],
      'strategies/read': ['analysis/shape', 'core/tags'],
      'analysis/shape': ['core/tags'],
      'stores/redis/store': ['core/tags', 'ioredis'],
      'core/tags': ['core/key'],
      'core/key': ['node:crypto', 'zod'],
    }),
  ).toEqual([])
})

it.each([
  ['core-points-inwards', 'core/a', 'analysis/b'],
  ['analysis-points-inwards', 'analysis/a', 'strategies/b'],
  ['strategies-points-inwards', 'strategies/a', 'stores/memory/b'],
  ['strategies-points-inwards', 'strategies/a', 'prisma/b'],
  ['stores-points-inwards', 'stores/redis/a', 'analysis/b'],
  ['prisma-points-inwards', 'prisma/a', 'stores/redis/b'],
  ['prisma-points-inwards', 'prisma/a', 'plugin'],
  ['plugin-points-inwards', 'plugin', 'index'],
  ['index-exports-the-plugin', 'index', 'strategies/b'],
  ['no-unknown-part', 'helpers/a', 'core/b'],
  ['prisma-in-one-folder', 'analysis/a', '@prisma/client'],
  ['prisma-in-one-folder', 'plugin', '@prisma/client/runtime/client'],
  ['ioredis-in-one-folder', 'stores/memory/a', 'ioredis'],
  ['pure-layers', 'core/a', 'node:fs'],
])('%s forbids %s -> %s', async (rule, from, to) => {
  const isOurs = /^(core|analysis|strategies|stores|prisma|plugin|index)/.test(to)
  expect(await brokenRules({ [from]: [to], ...(isOurs && { [to]: [] }) })).toEqual([rule])
})

it('forbids cycles', async () => {
  expect(await brokenRules({ 'core/a': ['core/b'], 'core/b': ['core/a'] })).toEqual(['no-cycles'])
})

it('counts type imports, except in the public surface', async () => {
  expect(await brokenRules({ 'core/a': ['ioredis'] }, 'import type')).toEqual(['ioredis-in-one-folder'])
  expect(await brokenRules({ index: ['core/b'], 'core/b': [] }, 'import type')).toEqual([])
})
