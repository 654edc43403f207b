import { quote as doubleQuoted } from './postgres/names.ts'

/** How a provider writes the few statements on the table of the fences. Parameters are texts and numbers, in order. */
export interface Dialect {
  readonly quote: (name: string) => string
  /** @param i from 1. */
  readonly parameter: (i: number) => string
  /** The schema that Prisma names before each table when the adapter does not say; `null` where it names none. */
  readonly schema: string | null
  /** Follows the table, and follows the condition, of a SELECT that locks its rows. */
  readonly lock: { readonly afterTable: string; readonly atEnd: string }
  /** Whether a statement must write first, for reading locks nothing. */
  readonly writesToLock: boolean
  /** Makes the row of a partition (parameter 1) with epoch 1, or counts its epoch up. */
  readonly claim: (table: string) => string
  /** Bounds the wait for a row lock, and lifts the bound again where it outlives the transaction. */
  readonly waits: { readonly bound: string; readonly lift: string | null } | null
}

/**
 * The columns of a SELECT that, until the end of its transaction, limits how long PostgreSQL waits for the client, and for a lock.
 *
 * Source: https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-IN-TRANSACTION-SESSION-TIMEOUT
 */
export function limitTransaction({ idleMs, lockMs }: { readonly idleMs: number; readonly lockMs: number }): string {
  return `${setLocally('idle_in_transaction_session_timeout', idleMs)} AS idle, ${limitWait(lockMs)}`
}

/** The latter alone: a statement that is its transaction waits for no client. */
export function limitWait(lockMs: number): string {
  return `${setLocally('lock_timeout', lockMs)} AS wait`
}

function setLocally(name: string, ms: number): string {
  return `set_config('${name}', '${ms}', true)`
}

/** @throws when write-behind does not know the provider. */
export function dialectOf(provider: string): Dialect {
  const dialect = dialects[provider]
  if (!dialect) throw new TypeError(`No pending writes for provider ${provider}.`)
  return dialect
}

/** Longer than a batch takes. */
const waitSeconds = 5

const numbered = (i: number) => `$${i}`
const asked = () => '?'
const forUpdate = { afterTable: '', atEnd: ' FOR UPDATE' }
const nothing = { afterTable: '', atEnd: '' }
const onConflict = (parameter: string) => (table: string) =>
  `INSERT INTO ${table} ("partition", "last_id", "epoch") VALUES (${parameter}, '', 1)
   ON CONFLICT ("partition") DO UPDATE SET "epoch" = ${table}."epoch" + 1`

const postgresql: Dialect = {
  quote: doubleQuoted,
  parameter: numbered,
  schema: 'public',
  lock: forUpdate,
  writesToLock: false,
  claim: onConflict('$1'),
  waits: {
    bound: `SELECT ${limitTransaction({ idleMs: 2_000 * waitSeconds, lockMs: 1_000 * waitSeconds })}`,
    lift: null,
  },
}

const dialects: Readonly<Record<string, Dialect>> = {
  postgresql,
  cockroachdb: { ...postgresql, waits: null },
  mysql: {
    quote: (name) => `\`${name.replaceAll('`', '``')}\``,
    parameter: asked,
    schema: null,
    lock: forUpdate,
    writesToLock: false,
    claim: (table) =>
      `INSERT INTO ${table} (\`partition\`, \`last_id\`, \`epoch\`) VALUES (?, '', 1) ON DUPLICATE KEY UPDATE \`epoch\` = \`epoch\` + 1`,
    waits: {
      bound: `SET SESSION innodb_lock_wait_timeout = ${waitSeconds}`,
      lift: 'SET SESSION innodb_lock_wait_timeout = DEFAULT',
    },
  },
  sqlite: {
    quote: doubleQuoted,
    parameter: asked,
    schema: null,
    lock: nothing,
    // The whole database has one writer.
    writesToLock: true,
    claim: onConflict('?'),
    waits: null,
  },
  sqlserver: {
    quote: (name) => `[${name.replaceAll(']', ']]')}]`,
    parameter: (i) => `@P${i}`,
    schema: 'dbo',
    lock: { afterTable: ' WITH (UPDLOCK, ROWLOCK, HOLDLOCK)', atEnd: '' },
    writesToLock: false,
    claim: (table) =>
      `MERGE ${table} WITH (HOLDLOCK) AS t USING (SELECT @P1 AS p) AS s ON t.[partition] = s.p
       WHEN MATCHED THEN UPDATE SET [epoch] = t.[epoch] + 1
       WHEN NOT MATCHED THEN INSERT ([partition], [last_id], [epoch]) VALUES (s.p, '', 1);`,
    waits: { bound: `SET LOCK_TIMEOUT ${waitSeconds * 1000}`, lift: 'SET LOCK_TIMEOUT -1' },
  },
}
