import { describe, expect, it } from 'vitest'
import { warmUp, writtenTables } from '../../../../src/analysis/statement/written-tables.ts'

/** `'none'`, `'unknown'`, or the tables: short enough for a table of statements. */
async function written(sql: string, provider = 'postgresql'): Promise<string | readonly string[]> {
  const answer = await writtenTables(sql, { provider })
  return answer.kind === 'tables' ? answer.tables : answer.kind
}

describe('reads', () => {
  it.each([
    'SELECT 1',
    'SELECT * FROM "User" WHERE id = $1 FOR UPDATE',
    'SELECT * FROM users u JOIN posts p ON p.author = u.id ORDER BY lower(u.name) LIMIT 10 FOR NO KEY UPDATE SKIP LOCKED',
    'TABLE users',
    'VALUES (1, now()), (2, now())',
    'WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 100) SELECT sum(n) FROM t',
    'WITH deleted AS (SELECT 1) SELECT * FROM deleted',
    'SELECT count(*) FILTER (WHERE a > 1), row_number() OVER (ORDER BY b) FROM t GROUP BY ROLLUP (c)',
    "SELECT coalesce(a, 'x'), greatest(a, b), extract(year FROM now()), trim(a), substring(a FROM 1 FOR 2) FROM t",
    "SELECT a AT TIME ZONE 'utc', a COLLATE \"C\", position('a' IN b), current_user, current_date FROM t",
    'SELECT pg_catalog.lower(name) FROM users',
    'SELECT * FROM generate_series(1, 10) AS g(n), LATERAL unnest(ARRAY[n]) AS u',
    'SELECT * FROM ROWS FROM (generate_series(1, 2), jsonb_each($1)) AS r',
    "SELECT * FROM json_table('[]', '$' COLUMNS (a int PATH '$'))",
    'SELECT * FROM users TABLESAMPLE bernoulli (10)',
    "SELECT nextval('users_id_seq'), pg_advisory_xact_lock(1), pg_notify('a', 'b')",
    "SELECT 'DELETE FROM users; DROP TABLE users'",
    "SELECT 'it''s; DELETE FROM users'",
    "SELECT E'\\'; DELETE FROM users; --'",
    'SELECT $$; DELETE FROM users; $$, $a$ $$; DELETE FROM users; $$ $a$',
    'SELECT 1 -- ; DELETE FROM users',
    'SELECT 1 /* ; DELETE FROM users; /* nested */ DELETE FROM users */',
    'SELECT "DELETE FROM users" FROM "insert into"',
    'SELECT U&"\\0061" FROM t',
    '-- nothing at all',
    ' ; ;',
  ])('none: %s', async (sql) => {
    expect(await written(sql)).toBe('none')
  })
})

describe('commands that touch no row', () => {
  it.each([
    'SET search_path TO tenant_a, public',
    "SET LOCAL app.tenant = 'a'",
    'RESET ALL',
    'SHOW server_version',
    'BEGIN ISOLATION LEVEL SERIALIZABLE',
    'START TRANSACTION READ ONLY',
    'SAVEPOINT a',
    'RELEASE SAVEPOINT a',
    'LISTEN a',
    'UNLISTEN *',
    "NOTIFY a, 'b'",
    'LOCK TABLE users IN EXCLUSIVE MODE',
    'VACUUM FULL users',
    'ANALYZE',
    'CHECKPOINT',
    'DEALLOCATE ALL',
    'DECLARE c CURSOR FOR SELECT * FROM users',
    'CLOSE c',
    'COPY users TO STDOUT',
    'COPY (SELECT * FROM users) TO STDOUT',
    'EXPLAIN SELECT * FROM users',
    'EXPLAIN DELETE FROM users',
    'EXPLAIN (VERBOSE, FORMAT json) WITH d AS (DELETE FROM users RETURNING *) SELECT * FROM d',
  ])('none: %s', async (sql) => {
    expect(await written(sql)).toBe('none')
  })
})

describe('writes', () => {
  it.each<[readonly string[], string]>([
    [['users'], 'INSERT INTO users (name) VALUES ($1), ($2) RETURNING id'],
    [['users'], 'INSERT INTO users DEFAULT VALUES'],
    [['users'], 'INSERT INTO users AS u (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET name = excluded.name'],
    [['archive'], 'INSERT INTO archive SELECT * FROM users WHERE age > 99'],
    [['archive', 'users'], 'WITH gone AS (DELETE FROM users RETURNING *) INSERT INTO archive SELECT * FROM gone'],
    [['archive', 'users'], 'INSERT INTO archive WITH gone AS (DELETE FROM users RETURNING *) SELECT * FROM gone'],
    [['User'], 'UPDATE "User" SET name = $1'],
    [['users'], 'UPDATE Users SET name = $1'],
    [['we "quote"'], 'UPDATE "we ""quote""" SET a = 1'],
    [['User'], 'UPDATE tenant_a."User" SET name = $1'],
    [['User'], 'UPDATE ONLY db.tenant_a."User" AS u SET name = $1'],
    [['User'], 'UPDATE U&"\\0055ser" SET a = 1'],
    [['users'], 'UPDATE users SET total = o.sum FROM orders o WHERE o.user_id = users.id'],
    [['users'], 'UPDATE users SET (a, b) = (SELECT c, d FROM other WHERE other.id = users.id)'],
    [['users'], 'UPDATE users SET a = 1 WHERE CURRENT OF c'],
    [['users'], 'DELETE FROM users USING orders WHERE orders.user_id = users.id'],
    [['users'], 'DELETE FROM users WHERE id IN (SELECT user_id FROM banned)'],
    [
      ['stock'],
      'MERGE INTO stock s USING deliveries d ON s.id = d.id WHEN MATCHED THEN UPDATE SET n = s.n + d.n WHEN NOT MATCHED THEN INSERT VALUES (d.id, d.n)',
    ],
    [['stock'], 'MERGE INTO stock USING deliveries d ON stock.id = d.id WHEN MATCHED THEN DELETE'],
    [['orders', 'users'], 'TRUNCATE users, public.orders RESTART IDENTITY'],
    [['a'], 'WITH x AS (UPDATE a SET b = 1 RETURNING *) SELECT * FROM x'],
    [['a'], 'WITH x AS (UPDATE a SET b = 1) SELECT 1'],
    [['a', 'b'], 'WITH x AS (WITH y AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM y) SELECT 1'],
    [['a'], 'SELECT * FROM t WHERE id IN (WITH x AS (UPDATE a SET b = 1 RETURNING id) SELECT id FROM x)'],
    [['a'], 'SELECT 1 UNION ALL (WITH x AS (DELETE FROM a RETURNING 1) SELECT * FROM x)'],
    [['a', 'b'], 'WITH x AS (UPDATE b SET c = 1 RETURNING id) DELETE FROM a USING x WHERE a.id = x.id'],
    [['copy_of'], 'SELECT * INTO copy_of FROM users'],
    [['copy_of'], 'SELECT 1 AS a INTO copy_of UNION SELECT 2'],
    [['copy_of'], 'CREATE TABLE copy_of AS SELECT * FROM users'],
    [['a', 'copy_of'], 'CREATE TABLE copy_of AS WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x'],
    [['users'], 'COPY users (name) FROM STDIN'],
    [['users'], 'COPY (DELETE FROM users RETURNING *) TO STDOUT'],
    [['users'], 'EXPLAIN ANALYZE UPDATE users SET a = 1'],
    [['users'], 'EXPLAIN (VERBOSE, ANALYZE true) DELETE FROM users'],
    [['users'], 'SELECT 1; DELETE FROM users'],
    [['a', 'b'], 'INSERT INTO a VALUES (1); SELECT 1; UPDATE b SET c = 1;'],
    [['a', 'b'], 'EXPLAIN DELETE FROM z; DELETE FROM b; DELETE FROM a; DELETE FROM b'],
    [['users'], 'SELECT 1 /* hidden? */; /* ; */ DELETE /* FROM t */ FROM users -- ; DELETE FROM t'],
    [['users'], "SELECT '--'; DELETE FROM users"],
    [['users'], "SELECT '/*'; DELETE FROM users; SELECT '*/'"],
    [['users'], "SELECT '\\'; DELETE FROM users; --'"],
    [['users'], 'SELECT $$ /* $$; DELETE FROM users; SELECT $$ */ $$'],
    [['users'], 'SELECT 1 -- comment\n; DELETE FROM users'],
    [['users'], "UPDATE users SET note = 'DELETE FROM orders', at = now()"],
  ])('%j: %s', async (tables, sql) => {
    expect(await written(sql)).toEqual(tables)
  })
})

describe('functions that may write', () => {
  it.each([
    'SELECT my_function()',
    'SELECT public.lower(name) FROM users',
    'SELECT db.pg_catalog.lower(name) FROM users',
    'SELECT pg_catalog.lower.my_function(name) FROM users',
    'SELECT "Lower"(name) FROM users',
    'SELECT 1 FROM t WHERE my_function(t.a)',
    'SELECT 1 FROM t ORDER BY my_function(t.a)',
    'SELECT 1 FROM t GROUP BY my_function(t.a)',
    'SELECT 1 FROM t LIMIT my_function()',
    'SELECT max(a) FILTER (WHERE my_function(a)) FROM t',
    'SELECT sum(a) OVER (PARTITION BY my_function(a)) FROM t',
    'SELECT sum(a) OVER w FROM t WINDOW w AS (ORDER BY my_function(a))',
    'SELECT lower(upper(my_function()))',
    'SELECT CASE WHEN a THEN my_function() END FROM t',
    'SELECT ARRAY[my_function()], ROW(1), a[my_function()] FROM t',
    'SELECT * FROM my_function() AS f(a int)',
    'SELECT * FROM ROWS FROM (generate_series(1, 2), my_function()) AS r',
    'SELECT * FROM t, LATERAL my_function(t.a)',
    'SELECT * FROM t JOIN LATERAL (SELECT my_function(t.a)) x ON true',
    'SELECT * FROM t TABLESAMPLE my_method (1)',
    'SELECT json_array(SELECT my_function())',
    "SELECT * FROM xmltable('/r' PASSING $1 COLUMNS a text DEFAULT my_function())",
    'VALUES (my_function())',
    'INSERT INTO t VALUES (my_function())',
    'INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = my_function()',
    'UPDATE t SET a = my_function()',
    'DELETE FROM t RETURNING my_function()',
    'MERGE INTO t USING s ON true WHEN NOT MATCHED THEN INSERT VALUES (my_function())',
    'COPY (SELECT my_function()) TO STDOUT',
    'DECLARE c CURSOR FOR SELECT my_function()',
    'EXPLAIN SELECT my_function()',
    "SELECT query_to_xml('DELETE FROM users', true, true, '')",
    "SELECT table_to_xml('users', true, true, '')",
    "SELECT pg_catalog.query_to_xmlschema('DELETE FROM users', true, true, '')",
    "SELECT cursor_to_xml('c', 1, true, true, '')",
    "SELECT * FROM ts_stat('SELECT v FROM t')",
    "SELECT ts_rewrite(q, 'SELECT a, b FROM t') FROM t",
    "SELECT dblink_exec('DELETE FROM users')",
    'SELECT lo_unlink(1)',
    "SELECT lo_import('/etc/hosts')",
    "SELECT log('an audit line')",
  ])('unknown: %s', async (sql) => {
    const reason = 'it calls a function that may write'
    expect(await writtenTables(sql, { provider: 'postgresql' })).toEqual({ kind: 'unknown', reason })
  })
})

describe('statements that are not analysed', () => {
  it.each([
    'TRUNCATE users CASCADE',
    'DO $$ BEGIN DELETE FROM users; END $$',
    'CALL my_procedure()',
    'PREPARE p AS DELETE FROM users',
    'EXECUTE p(1)',
    'EXPLAIN ANALYZE EXECUTE p(1)',
    'CREATE TABLE copy_of AS EXECUTE p',
    'FETCH ALL FROM c',
    'COMMIT',
    'BEGIN; UPDATE users SET a = 1; COMMIT',
    'ROLLBACK',
    'ROLLBACK TO SAVEPOINT a',
    "COMMIT PREPARED 'a'",
    'SET CONSTRAINTS ALL IMMEDIATE',
    'DISCARD ALL',
    'CREATE TABLE users (id int)',
    'ALTER TABLE users ADD COLUMN a int DEFAULT 1',
    'ALTER TABLE users RENAME TO people',
    'DROP TABLE users',
    'CREATE VIEW v AS SELECT 1',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'REFRESH MATERIALIZED VIEW v',
    "COPY users TO PROGRAM 'sh'",
    "COPY users FROM PROGRAM 'sh'",
    "COPY users TO '/tmp/users'",
    'SELECT 1; DO $$ BEGIN END $$',
  ])('unknown: %s', async (sql) => {
    const answer = await writtenTables(sql, { provider: 'postgresql' })
    expect(answer).toEqual({ kind: 'unknown', reason: expect.any(String) })
    expect(answer).not.toHaveProperty('reason', 'the statement is not understood')
  })
})

describe('texts that cannot be read', () => {
  const notUnderstood = 'the statement is not understood'

  it.each([
    ['an empty text', '', 'the statement is empty'],
    ['a misspelt word', 'SELEC 1', notUnderstood],
    ['a second statement cut short', 'SELECT 1; DELETE FROM', notUnderstood],
    ['an open string', "SELECT 'open", notUnderstood],
    ['an open comment', 'SELECT 1 /* open', notUnderstood],
    ['quotes of MySQL', 'SELECT `a` FROM `t`', notUnderstood],
    ['a word of CockroachDB', 'UPSERT INTO users VALUES (1)', notUnderstood],
    ['a NUL that hides the rest', 'SELECT 1\0; DELETE FROM users', 'the statement contains a NUL character'],
    ['too many parentheses', `SELECT ${'('.repeat(100_000)}1${')'.repeat(100_000)}`, notUnderstood],
    ['more than a million characters', `SELECT 1${' '.repeat(1_000_000)}`, 'the statement is too long to be parsed'],
  ])('unknown: %s', async (_, sql, reason) => {
    expect(await writtenTables(sql, { provider: 'postgresql' })).toEqual({ kind: 'unknown', reason })
  })
})

describe('providers', () => {
  it.each(['mysql', 'sqlite', 'sqlserver', 'mongodb'])('cannot tell a read of %s', async (provider) => {
    expect(await written('SELECT 1', provider)).toBe('unknown')
  })

  it('reads CockroachDB as PostgreSQL', async () => {
    expect(await written('SELECT * FROM users', 'cockroachdb')).toBe('none')
    expect(await written('DELETE FROM users', 'cockroachdb')).toEqual(['users'])
  })

  it('does not trust a bit string of CockroachDB, which ends elsewhere than one of PostgreSQL', async () => {
    const sql = "SELECT b'\\', '; DELETE FROM users; --'"
    expect(await written(sql, 'postgresql')).toBe('none')
    expect(await written(sql, 'cockroachdb')).toBe('unknown')
  })
})

describe('the cache', () => {
  it('gives the same answer object for the same text', async () => {
    const ask = () => writtenTables('DELETE FROM cached', { provider: 'postgresql' })
    expect(await ask()).toBe(await ask())
  })

  it('forgets texts of more than 100 kB', async () => {
    const sql = `DELETE FROM users WHERE a = '${'x'.repeat(100_000)}'`
    const ask = () => writtenTables(sql, { provider: 'postgresql' })
    const first = await ask()
    expect(first).toEqual({ kind: 'tables', tables: ['users'] })
    expect(await ask()).not.toBe(first)
  })

  it('forgets the text that was used least recently, past 500', async () => {
    const ask = (n: number) => writtenTables(`DELETE FROM t WHERE a = ${n}`, { provider: 'postgresql' })
    const first = await ask(0)
    for (let n = 1; n <= 500; n++) await ask(n)
    expect(await ask(0)).not.toBe(first)
  })
})

it('warms up more than once', async () => {
  await warmUp()
  await expect(warmUp()).resolves.toBeUndefined()
})

it('judges deep trees without recursion', async () => {
  expect(await written(`SELECT ${'1 + '.repeat(4000)}my_function()`)).toBe('unknown')
  expect(await written(`SELECT ${'1 + '.repeat(4000)}1`)).toBe('none')
})

describe('functions that the user declares to write nothing', () => {
  const declared = { provider: 'postgresql', readOnlyFunctions: new Set(['similarity']) }
  const sql = `SELECT similarity(name, 'Amsterdam') FROM "City"`

  it('do not make a statement a write', async () => {
    expect(await writtenTables(sql, declared)).toEqual({ kind: 'none' })
    expect(await writtenTables(sql, { provider: 'postgresql' })).toMatchObject({ kind: 'unknown' })
  })

  it('are told from others of the same statement', async () => {
    const mixed = `SELECT similarity(name, 'A'), audit(name) FROM "City"`
    expect(await writtenTables(mixed, declared)).toMatchObject({ kind: 'unknown' })
  })
})
