import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { findBinaries } from '../../test/services/binaries.ts'

/** What the figures were measured on. */
export interface Environment {
  readonly date: string
  readonly command: string
  readonly node: string
  readonly redis: string
  readonly postgres: string
  readonly prisma: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
}

export function describeEnvironment(args: readonly string[]): Environment {
  const { devDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    devDependencies: Readonly<Record<string, string>>
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run assurance', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    node: process.versions.node,
    redis: versionOf('redis-server'),
    postgres: versionOf('postgres'),
    prisma: devDependencies['@prisma/client'] ?? '',
    cpu: cpus()[0]?.model.trim() ?? '',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
  }
}

/** `7.0.15` */
function versionOf(program: string): string {
  const folder = findBinaries(program)
  if (folder === undefined) return 'not installed'
  return /\d+(\.\d+)+/.exec(execFileSync(`${folder}/${program}`, ['--version'], { encoding: 'utf8' }))?.[0] ?? ''
}
