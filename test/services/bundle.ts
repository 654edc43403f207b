import { mkdir, readFile, rename } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'

const root = resolve(import.meta.dirname, '../..')
/** Packages are found from here. */
const outDir = resolve(root, 'node_modules/.cache/test-workers')

const made = new Map<string, Promise<string>>()

/**
 * A TypeScript file and all that it imports as one file, which Node runs as it is: a process that starts with it takes a fraction of the time
 * that it takes to compile some 300 files one by one.
 *
 * @returns its path. A process makes it when it first asks.
 */
export function bundled(file: string): Promise<string> {
  const known = made.get(file) ?? bundle(file)
  made.set(file, known)
  return known
}

async function bundle(file: string): Promise<string> {
  await mkdir(outDir, { recursive: true })
  const path = resolve(outDir, `${relative(root, file).replaceAll(/[^\w.-]/g, '-')}.mjs`)
  const part = `${path}.${process.pid}`
  await build({
    entryPoints: [file],
    outfile: part,
    ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' },
    plugins: [placesOfSources],
  })
  // In one step: other test files make the same one.
  await rename(part, path)
  return path
}

/** What lies beside a source is still found there. */
const placesOfSources: Plugin = {
  name: 'places-of-sources',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      if (!text.includes('import.meta')) return undefined
      const contents = text
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
      return { contents, loader: 'ts' }
    })
  },
}
