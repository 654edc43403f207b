import type { PrismaLibSql } from '@prisma/adapter-libsql'
import {
  type GateOptions,
  type HeldStatement,
  type Matches,
  openGates,
  type Statement,
  type SteppedStatement,
} from './statement-gates.ts'

/** Of any database, as the driver adapters of all of them implement it. */
type SqlAdapter = Awaited<ReturnType<PrismaLibSql['connect']>>
type Transaction = Awaited<ReturnType<SqlAdapter['startTransaction']>>
type Queryable = Pick<SqlAdapter, 'queryRaw' | 'executeRaw'>
/** As much of a driver adapter as a client uses. */
export interface AdapterFactory {
  readonly provider: SqlAdapter['provider']
  readonly adapterName: string
  connect(): Promise<SqlAdapter>
}

export interface WatchedAdapter extends AdapterFactory {
  /** Every statement that was sent, in order. */
  readonly statements: readonly Statement[]
  count(matches?: Matches): number
  /** The tables of which statements changed a row, unless the transaction around them was rolled back. */
  writtenTables(): ReadonlySet<string>
  /** Forgets the statements so far. */
  clear(): void
  /** Holds the next statement that matches, before it runs or (`when: 'after'`) before its answer is given. */
  holdNext(matches: Matches, options?: GateOptions): HeldStatement
  /** The same, before it runs and after. */
  stepNext(matches: Matches): SteppedStatement
  /** Fails the next statement that matches, before it runs or (`when: 'after'`) although it ran. */
  failNext(matches: Matches, error: Error, options?: GateOptions): void
  releaseAll(): void
}

export interface WatchedAdapterOptions {
  readonly onStatement?: (statement: Statement) => void
}

/** Wraps a driver adapter: it shows what really runs, and lets a test decide when, and whether, it does. */
export function watchedAdapter(factory: AdapterFactory, { onStatement }: WatchedAdapterOptions = {}): WatchedAdapter {
  const statements: Statement[] = []
  const writes: { readonly table: string; readonly transaction: number | null }[] = []
  const gates = openGates()
  let transactions = 0

  const pass: Pass = async (statement, run, failedBefore) => {
    statements.push(statement)
    onStatement?.(statement)
    const gate = gates.take(statement)
    await gate?.before(statement).catch(async (error: unknown) => {
      await failedBefore?.()
      throw error
    })
    const answer = await run().catch(async (error: unknown) => {
      await gate?.after(statement)
      throw error
    })
    if (changedRows(answer)) writes.push(...tablesIn(statement))
    if (statement.sql === 'ROLLBACK') undo(writes, statement.transaction)
    await gate?.after(statement)
    return answer
  }

  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => watchConnection(await factory.connect(), pass, () => ++transactions),
    statements,
    count: (matches = () => true) => statements.filter((statement) => matches(statement.sql, statement)).length,
    writtenTables: () => new Set(writes.map(({ table }) => table)),
    clear() {
      statements.splice(0)
      writes.splice(0)
    },
    holdNext: gates.holdNext,
    stepNext: gates.stepNext,
    failNext: gates.failNext,
    releaseAll: gates.releaseAll,
  }
}

/** A count of rows, or the rows that a statement returned. */
function changedRows(answer: unknown): boolean {
  if (typeof answer === 'number') return answer > 0
  return typeof answer === 'object' && answer !== null && 'rows' in answer && (answer.rows as unknown[]).length > 0
}

/** `"public"."posts"` of PostgreSQL, and what other databases make of it: `` `main`.`posts` `` and `` `cache_test`.`posts` ``. */
const written =
  /\b(?:INSERT (?:IGNORE |OR IGNORE )?INTO|UPDATE|DELETE FROM) (?!SET\b)(?:(["`])[^"`]+\1\.|public\.)?(?:(["`])([^"`]+)\2|(\w+))/g

function tablesIn({ sql, transaction }: Statement) {
  return [...sql.matchAll(written)].map((match) => ({ table: (match[3] ?? match[4])!, transaction }))
}

function undo(writes: { readonly transaction: number | null }[], transaction: number | null): void {
  for (let i = writes.length; i--; ) if (writes[i]!.transaction === transaction) writes.splice(i, 1)
}

type Pass = <T>(statement: Statement, run: () => Promise<T>, failedBefore?: () => Promise<unknown>) => Promise<T>

function watchConnection(inner: SqlAdapter, pass: Pass, nextTransaction: () => number): SqlAdapter {
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    ...watchQueries(inner, pass, null),
    executeScript: (script) => pass(control(script, null), () => inner.executeScript(script)),
    async startTransaction(isolation) {
      const transaction = nextTransaction()
      const started = await pass(control('BEGIN', transaction), () => inner.startTransaction(isolation))
      return watchTransaction(started, pass, transaction)
    },
    ...(inner.getConnectionInfo ? { getConnectionInfo: inner.getConnectionInfo.bind(inner) } : {}),
    dispose: () => inner.dispose(),
  }
}

function watchTransaction(inner: Transaction, pass: Pass, transaction: number): Transaction {
  // Without phantom queries the engine sends COMMIT and ROLLBACK as statements, and `commit()` only gives the
  // connection back; with them, `commit()` is the statement.
  const end = (sql: string, run: () => Promise<void>) =>
    inner.options.usePhantomQuery ? pass(control(sql, transaction), run) : run()
  const savepoint = (sql: string, run: ((name: string) => Promise<void>) | undefined) =>
    run && ((name: string) => pass(control(`${sql} ${name}`, transaction), () => run.call(inner, name)))
  const savepoints = {
    createSavepoint: savepoint('SAVEPOINT', inner.createSavepoint),
    rollbackToSavepoint: savepoint('ROLLBACK TO SAVEPOINT', inner.rollbackToSavepoint),
    releaseSavepoint: savepoint('RELEASE SAVEPOINT', inner.releaseSavepoint),
  }
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    options: inner.options,
    ...watchQueries(inner, pass, transaction),
    commit: () => end('COMMIT', () => inner.commit()),
    rollback: () => end('ROLLBACK', () => inner.rollback()),
    ...(Object.fromEntries(Object.entries(savepoints).filter(([, run]) => run !== undefined)) as Partial<Transaction>),
  }
}

function watchQueries(inner: Queryable, pass: Pass, transaction: number | null): Queryable {
  type Query = Parameters<Queryable['queryRaw']>[0]
  const statement = ({ sql, args }: Query): Statement => ({ sql, args, transaction })
  // A COMMIT that never reaches the server means a lost connection, and the server then rolls back. Without this, the
  // connection would return to the pool with the transaction still open.
  const lost = ({ sql }: Query) =>
    sql === 'COMMIT' ? () => inner.executeRaw({ sql: 'ROLLBACK', args: [], argTypes: [] }) : undefined
  return {
    queryRaw: (query) => pass(statement(query), () => inner.queryRaw(query)),
    executeRaw: (query) => pass(statement(query), () => inner.executeRaw(query), lost(query)),
  }
}

function control(sql: string, transaction: number | null): Statement {
  return { sql, args: [], transaction }
}
