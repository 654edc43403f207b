// Compiles src to dist, and puts the Lua scripts, which the compiler leaves behind, into a module of their texts.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')

rmSync(resolve(root, 'dist'), { recursive: true, force: true })
try {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
} catch {
  // The compiler has said what is wrong.
  process.exit(1)
}

const scripts = resolve(root, 'src/stores/redis/scripts')
const texts = readdirSync(scripts).map((name) => [basename(name, '.lua'), readFileSync(resolve(scripts, name), 'utf8')])
const compiled = resolve(root, 'dist/stores/redis/script-texts.js')
rmSync(`${compiled}.map`, { force: true })
writeFileSync(
  compiled,
  `const texts = ${JSON.stringify(Object.fromEntries(texts), null, 2)}
export function textOf(name) {
  return texts[name]
}
`,
)
