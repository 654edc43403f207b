import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { versionsOf } from './results.ts'
import type { WayKind } from './way.ts'

const folder = new URL('../peers/', import.meta.url)

/**
 * The other caches. They are installed in a folder of their own when they are first measured: whoever works on the plugin, or
 * checks it, needs none of them.
 */
export async function loadPeers(): Promise<readonly WayKind[]> {
  if (!existsSync(new URL('node_modules', folder))) {
    console.log('Installing the peers in bench/peers ...')
    execFileSync('npm', ['ci'], { cwd: fileURLToPath(folder), stdio: 'inherit' })
  }
  const { peers } = (await import(new URL('main.ts', folder).href)) as { readonly peers: readonly WayKind[] }
  return peers
}

/** Of what is installed there. */
export function peerVersions(): Readonly<Record<string, string>> {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  // The client for Redis is listed already, as that of the plugin.
  const names = Object.keys(dependencies).filter((name) => name !== 'ioredis')
  return versionsOf(names, new URL('main.ts', folder))
}
