import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(resolve(root, file), 'utf8')
const readme = read('README.md')
const blocks = [...readme.matchAll(/(?:<!-- (\S+)#(\S+) -->\n)?```ts\n([\s\S]*?)```/g)]

it('has code that names the example it comes from', () => {
  expect(blocks.length).toBeGreaterThan(2)
  for (const [, file] of blocks) expect(file).toMatch(/^examples\/.*\.ts$/)
})

it.each(blocks.map(([, file = '', region = '', code = '']) => ({ file, region, code })))(
  'shows what runs: $file#$region',
  ({ file, region, code }) => {
    expect(code.trim()).toBe(regionOf(read(file), region))
  },
)

it('names every script that package.json has for demo and examples, and no other', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> }
  const named = [...readme.matchAll(/npm (?:run )?((?:demo|test|example|check|bench)[\w:-]*)/g)].map(
    (match) => match[1]!,
  )
  expect(named.filter((name) => !(name in scripts))).toEqual([])
  expect(Object.keys(scripts).filter((name) => /^(demo|example|bench)/.test(name) && !named.includes(name))).toEqual([])
})

/** The parts of a file between `// #region name` and `// #endregion`, as somebody writes them who has installed the package. */
function regionOf(text: string, name: string): string {
  const parts = [...text.matchAll(new RegExp(`^ *// #region ${name}\\n([\\s\\S]*?)^ *// #endregion`, 'gm'))]
  return parts
    .map((part) => dedent(part[1]!))
    .join('\n')
    .replace('../../prisma/generated/client.ts', './generated/client.js')
    .replace('../../src/index.ts', 'prisma-cache-plugin')
    .trim()
}

function dedent(text: string): string {
  const indent = Math.min(...[...text.matchAll(/^( *)\S/gm)].map((match) => match[1]!.length))
  return text.replaceAll(new RegExp(`^ {${indent}}`, 'gm'), '')
}
