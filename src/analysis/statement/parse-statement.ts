/**
 * The syntax tree of an SQL text, from PostgreSQL's own grammar.
 *
 * The grammar is WebAssembly of 1.7 MB and loads in about 50 ms, so it waits for the first raw statement.
 *
 * - `working`  answers every text.
 * - `retired`  final. The grammar trapped (a chain of some ten thousand operators overflows its stack), and a trap leaves its
 *              memory as it was in mid-flight: seen to break every later parse after some dozens. It answers nothing more, as a
 *              wrong tree would be worse than none.
 */
let state: 'working' | 'retired' = 'working'

/** A text of more characters is not parsed: the time it takes is taken from every other request of the process. */
const textMax = 1_000_000

/** What {@link parseStatement} found: the tree, or why there is none. Reasons never quote the text. */
type Parsed = { readonly kind: 'tree'; readonly tree: unknown } | { readonly kind: 'none'; readonly reason: string }

/** Parses one text, which may hold several statements. Never throws. */
export async function parseStatement(sql: string): Promise<Parsed> {
  // The grammar refuses it with an error that cannot be told from a fault of its own.
  if (sql === '') return { kind: 'none', reason: 'the statement is empty' }
  if (sql.length > textMax) return { kind: 'none', reason: 'the statement is too long to be parsed' }
  // The grammar reads up to the first NUL and would take the rest for absent.
  if (sql.includes('\0')) return { kind: 'none', reason: 'the statement contains a NUL character' }
  const grammar = await loadGrammar().catch(() => undefined)
  if (grammar === undefined) return { kind: 'none', reason: 'the SQL grammar could not be loaded' }
  // Looked at after the last await: a parse that ran meanwhile may have trapped.
  if (state === 'retired') return { kind: 'none', reason: 'the SQL grammar failed on an earlier statement' }
  try {
    return { kind: 'tree', tree: grammar.parseSync(sql) }
  } catch (error) {
    if (error instanceof grammar.SqlError) return { kind: 'none', reason: 'the statement is not understood' }
    state = 'retired'
    return { kind: 'none', reason: 'the SQL grammar failed on the statement' }
  }
}

/** Loads the grammar, so that the first raw statement need not wait for it. Throws when it cannot be loaded. */
export async function loadGrammar(): Promise<typeof import('libpg-query')> {
  const grammar = await import('libpg-query')
  await grammar.loadModule()
  return grammar
}
