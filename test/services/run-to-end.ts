import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { bundled } from './bundle.ts'
import { stopLater } from './cleanup.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  /** On its standard output; errors go to ours. */
  readonly printed: string
}

/**
 * Runs a TypeScript program in a process of its own to its end, which it must come to by itself.
 *
 * @param env beside that of this process.
 */
export async function runToEnd(file: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const child = spawn(process.execPath, [await bundled(file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  stopLater(async () => void child.kill('SIGKILL'))
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  const [code, signal] = await once(child, 'close')
  return { code, signal, printed }
}
