import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

export interface NamedTest {
  /** As in the source: with `%s` where there is a case for each row of a table. */
  readonly test: string
  /** From the root of the repository. */
  readonly file: string
}

const root = resolve(import.meta.dirname, '../..')

/** The tests that are named after each race, found in their sources: a list of them would not stay true. */
export function testsOfRaces(): ReadonlyMap<string, readonly NamedTest[]> {
  const found = new Map<string, NamedTest[]>()
  for (const path of sourcesIn(join(root, 'test'))) {
    for (const [, , ids = '', rest = ''] of readFileSync(path, 'utf8').matchAll(namedAfterRaces)) {
      const one = { test: `${ids}: ${rest}`, file: relative(root, path) }
      for (const id of ids.split(', ')) found.set(id, [...(found.get(id) ?? []), one])
    }
  }
  return found
}

/** A text that begins with `R9, R11: `. */
const namedAfterRaces = /(['"`])(R\d+(?:, R\d+)*): ((?:(?!\1).)+)\1/g

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
    .sort()
    .map((name) => join(folder, name))
}
