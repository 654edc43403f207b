import { LRUCache } from 'lru-cache'
import { loadGrammar, parseStatement } from './parse-statement.ts'
import { treeWrites, type Written } from './tree-writes.ts'

export type { Written } from './tree-writes.ts'

/** One cache per dialect and per set of declared functions: the same text can mean something else under another. */
const caches = { postgresql: new WeakMap<object, Cache>(), cockroachdb: new WeakMap<object, Cache>() }

type Cache = LRUCache<string, Written>

const noFunctions: ReadonlySet<string> = new Set()

export interface StatementOptions {
  /** The provider named in the Prisma schema, `'postgresql'` for instance. */
  readonly provider: string
  /** Functions that the user declares to write nothing, by bare name as the database spells it. Default none. */
  readonly readOnlyFunctions?: ReadonlySet<string>
}

/**
 * The tables that a raw SQL text can write: those its statements name as targets, wherever they stand.
 *
 * What only the database's catalog tells is not seen here, and is the caller's to know: triggers, rules and foreign key
 * actions; the tables under a view; the children of a partitioned or inherited table. Nor are functions that a statement calls
 * without naming them as functions: operators and casts of the user, `row.function`, functions inside views, domains, policies
 * and defaults, and functions that take the name of a built-in with other argument types, or come before it in `search_path`.
 * The text is read with `standard_conforming_strings` on, PostgreSQL's default since 9.1.
 */
export async function writtenTables(
  sql: string,
  { provider, readOnlyFunctions = noFunctions }: StatementOptions,
): Promise<Written> {
  // The grammar is PostgreSQL's. It accepts texts of other dialects too, with another meaning: MySQL executes what stands in a
  // /*! comment */ and ends a string differently at a backslash. So not even "only reads" can be told there.
  if (provider !== 'postgresql' && provider !== 'cockroachdb') {
    return { kind: 'unknown', reason: `statements of ${provider} are not parsed` }
  }
  const cache = caches[provider].get(readOnlyFunctions) ?? makeCache()
  caches[provider].set(readOnlyFunctions, cache)
  const known = cache.get(sql)
  if (known !== undefined) return known

  const parsed = await parseStatement(sql)
  // Not kept: it is quick to say again, and the grammar may load the next time.
  if (parsed.kind === 'none') return { kind: 'unknown', reason: parsed.reason }
  const written = treeWrites(parsed.tree, { provider, readOnlyFunctions })
  cache.set(sql, written)
  return written
}

/** Loads what the first call would load. A failure is not reported here: `writtenTables` answers `unknown` then. */
export async function warmUp(): Promise<void> {
  await loadGrammar().catch(() => undefined)
}

/** Statements are few and repeat; those made by gluing values into the text do not, and must not fill the memory. */
function makeCache(): Cache {
  return new LRUCache({
    max: 500,
    maxEntrySize: 100_000,
    maxSize: 10_000_000,
    sizeCalculation: (_, sql) => sql.length + 1,
  })
}
