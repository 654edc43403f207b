import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

type Plugin = typeof import('../../src/index.ts')

/** The plugin as it is published: what runs sources adds a call to every function that they make. */
export async function loadPlugin(sources: boolean): Promise<Plugin> {
  if (sources) return import('../../src/index.ts')
  execFileSync('node', [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))], { stdio: 'inherit' })
  return (await import(new URL('../../dist/index.js', import.meta.url).href)) as Plugin
}
