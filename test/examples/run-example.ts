import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { stopLater } from '../services/cleanup.ts'

const root = resolve(import.meta.dirname, '../..')

export interface ExampleRun {
  readonly code: number | null
  readonly output: string
}

export interface ExampleOptions {
  readonly args?: readonly string[]
  /** Default: neither server, as for a newcomer. */
  readonly env?: { readonly DATABASE_URL?: string; readonly REDIS_URL?: string }
}

/**
 * Runs what `npm run <script>` runs, in a process of its own, except for its first step: generating the client once more
 * would take it away from tests that run at the same time.
 */
export async function runExample(script: string, { args = [], env = {} }: ExampleOptions = {}): Promise<ExampleRun> {
  const file = fileOf(script)
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    cwd: root,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const closed = new Promise<number | null>((done) => child.once('close', done))
  stopLater(async () => {
    child.kill('SIGTERM')
    await closed
  })
  return { code: await closed, output }
}

/** The numbers in a row of a printed table. */
export function cells(output: string, row: string): readonly number[] {
  const line = output.split('\n').find((one) => one.includes(`│ ${row} `))
  return (line?.split('│').slice(2, -1) ?? []).map((text) => Number.parseFloat(text.replaceAll(',', '')))
}

function fileOf(script: string): string {
  const { scripts } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>
  }
  const file = scripts[script]?.match(/^npm run generate && tsx (\S+)$/)?.[1]
  if (file === undefined) throw new Error(`The script ${script} does not generate the client and run one file.`)
  return file
}
