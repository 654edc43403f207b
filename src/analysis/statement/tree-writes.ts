import { builtinFunctions } from './builtin-functions.ts'

/**
 * Which tables a raw statement can write.
 *
 * `none` is certain, within the limits that `writtenTables` lists; `unknown` is always right, and means that any table may
 * have been written.
 */
export type Written =
  | { readonly kind: 'none' }
  /** Sorted, without schema, in the database's spelling. */
  | { readonly kind: 'tables'; readonly tables: readonly string[] }
  /** The reason never quotes the statement. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** The dialects whose texts PostgreSQL's grammar can judge. */
type Dialect = 'postgresql' | 'cockroachdb'

export interface JudgeOptions {
  readonly provider: Dialect
  /** Bare names of functions that the user declares to write nothing, in the database's spelling. */
  readonly readOnlyFunctions: ReadonlySet<string>
}

type Node = Readonly<Record<string, unknown>>

/** What one node of the tree says by itself; its children speak for themselves, unless it speaks for them. */
type Finding =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'writes'; readonly targets: readonly unknown[] }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'settled' }

const nothing: Finding = { kind: 'nothing' }
const settled: Finding = { kind: 'settled' }
const writes = (...targets: readonly unknown[]): Finding => ({ kind: 'writes', targets })
const unknown = (reason: string): Finding => ({ kind: 'unknown', reason })

/**
 * What a syntax tree writes. Every node is visited, so a write counts wherever it stands: in a subquery, a CTE, a lateral join.
 *
 * A statement that is not listed in `statements`, and a function that is not listed as built-in, may write anything.
 */
export function treeWrites(tree: unknown, options: JudgeOptions): Written {
  const tables = new Set<string>()
  // Not recursive: trees of generated statements get deeper than the call stack.
  const pending = [tree]
  while (pending.length > 0) {
    const node = pending.pop()
    if (Array.isArray(node)) for (const child of node) pending.push(child)
    if (!isNode(node)) continue
    for (const [kind, body] of Object.entries(node)) {
      const finding = judge(kind, body, options)
      if (finding.kind === 'unknown') return finding
      if (finding.kind === 'settled') continue
      for (const target of finding.kind === 'writes' ? finding.targets : []) {
        const name = tableName(target)
        if (name === undefined) return { kind: 'unknown', reason: 'a written table has no name' }
        tables.add(name)
      }
      pending.push(body)
    }
  }
  return tables.size === 0 ? { kind: 'none' } : { kind: 'tables', tables: [...tables].sort() }
}

function judge(kind: string, body: unknown, options: JudgeOptions): Finding {
  if (!isNode(body)) return nothing
  if (kind === 'FuncCall') {
    return isReadOnly(body.funcname, options) ? nothing : unknown('it calls a function that may write')
  }
  if (kind === 'RangeTableSample') return samples(body)
  if (kind === 'intoClause' || kind === 'into') return writes(body.rel)
  // CockroachDB reads backslashes in b'...' as escapes: what follows may be a string here and a statement there.
  if (kind === 'bsval' && options.provider === 'cockroachdb') return unknown('it contains a bit string')
  if (kind === 'ExplainStmt') return explains(body, options)
  // Kinds of nodes have capitals, fields (`selectStmt`) have none.
  if (!/^[A-Z]\w*Stmt$/.test(kind)) return nothing
  return statements[kind]?.(body) ?? unknown(`${kind} is not analysed`)
}

/** The statements whose effect is known. Not here, so unknown: DDL, CALL, DO, PREPARE and EXECUTE, FETCH, SET CONSTRAINTS. */
const statements: Readonly<Record<string, (body: Node) => Finding>> = {
  SelectStmt: () => nothing,
  InsertStmt: (body) => writes(body.relation),
  UpdateStmt: (body) => writes(body.relation),
  DeleteStmt: (body) => writes(body.relation),
  MergeStmt: (body) => writes(body.relation),
  TruncateStmt: truncates,
  CopyStmt: copies,
  // Its target is the `into` field. A materialized view or a table, filled by a query that is visited as any other.
  CreateTableAsStmt: () => nothing,
  TransactionStmt: controls,
  // Its query runs at FETCH, in the same transaction, but what it may write is known now.
  DeclareCursorStmt: () => nothing,
  ClosePortalStmt: () => nothing,
  DeallocateStmt: () => nothing,
  VariableSetStmt: () => nothing,
  VariableShowStmt: () => nothing,
  ListenStmt: () => nothing,
  UnlistenStmt: () => nothing,
  NotifyStmt: () => nothing,
  LockStmt: () => nothing,
  // Also ANALYZE. Rows move, none changes.
  VacuumStmt: () => nothing,
  CheckPointStmt: () => nothing,
}

function truncates(body: Node): Finding {
  if (body.behavior !== 'DROP_RESTRICT') return unknown('TRUNCATE CASCADE reaches tables that it does not name')
  return Array.isArray(body.relations) ? writes(...body.relations) : unknown('TRUNCATE names no table')
}

function copies(body: Node): Finding {
  if (body.is_program === true) return unknown('COPY runs a program')
  if (body.is_from === true) return writes(body.relation)
  // A file of the server can be the data of a foreign table.
  return body.filename === undefined ? nothing : unknown('COPY writes a file')
}

/**
 * The end of a transaction that was begun in SQL shows, or takes back, writes of earlier texts. Those were judged when
 * they ran, and readers may have filled entries since.
 */
function controls(body: Node): Finding {
  const harmless = ['TRANS_STMT_BEGIN', 'TRANS_STMT_START', 'TRANS_STMT_SAVEPOINT', 'TRANS_STMT_RELEASE']
  return harmless.includes(String(body.kind)) ? nothing : unknown('it ends a transaction')
}

/** Only EXPLAIN ANALYZE executes. `ANALYZE off` is taken for it: rare, and safe. Planning alone can call functions. */
function explains(body: Node, options: JudgeOptions): Finding {
  const flags = Array.isArray(body.options) ? body.options : []
  const executes = flags.some((option) => isNode(option) && field(option.DefElem, 'defname') === 'analyze')
  if (executes) return nothing
  const planned = treeWrites(body.query, options)
  return planned.kind === 'unknown' ? planned : settled
}

/** A sampling method is a function, and extensions bring their own. */
function samples(body: Node): Finding {
  const method = names(body.method).at(-1)
  return method === 'system' || method === 'bernoulli' ? nothing : unknown('it calls a function that may write')
}

function isReadOnly(funcname: unknown, { readOnlyFunctions }: JudgeOptions): boolean {
  const path = names(funcname)
  const bare = path.at(-1)
  if (bare !== undefined && readOnlyFunctions.has(bare)) return true
  const [schema, name] = path.length === 1 ? ['pg_catalog', path[0]] : path
  return path.length <= 2 && schema === 'pg_catalog' && name !== undefined && builtinFunctions.has(name)
}

/** `[{ String: { sval: 'public' } }, ...]` as names. */
function names(path: unknown): readonly (string | undefined)[] {
  return Array.isArray(path) ? path.map((part) => (isNode(part) ? field(part.String, 'sval') : undefined)) : []
}

/** The bare name of a `RangeVar`, which stands wrapped in lists and unwrapped in fields. */
function tableName(target: unknown): string | undefined {
  return isNode(target) ? field(target.RangeVar ?? target, 'relname') : undefined
}

function field(node: unknown, name: string): string | undefined {
  const value = isNode(node) ? node[name] : undefined
  return typeof value === 'string' ? value : undefined
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
