import type { DataModel } from '../../analysis/data-model.ts'
import type { CacheConfig, CachedModel } from '../../core/config.ts'
import { type CatalogDeps, readCatalog } from './read-catalog.ts'

export interface CheckWritersDeps extends CatalogDeps {
  readonly dataModel: DataModel
  readonly models: CacheConfig['models']
}

/**
 * Warns about each cached model whose table somebody else may write: another role that may log in, or a subscription. What they write is not
 * seen. Superusers are not counted, and neither is whoever uses the role of this client.
 */
export async function checkWriters(deps: CheckWritersDeps): Promise<void> {
  const tableOf = (model: string) => deps.dataModel.models.get(model)?.table
  const tables = Object.keys(deps.models).map(tableOf)
  if (tables.length === 0) return
  const writers = await readCatalog<Writer>('checkWriters', { query: catalogQuery, values: [tables] }, deps)
  for (const [name, model] of Object.entries(deps.models)) {
    const table = tableOf(name)
    const others = writers.filter((writer) => writer.table === table).map(({ kind, name }) => `${kind} ${name}`)
    if (others.length === 0) continue
    deps.report({
      kind: 'warning',
      model: name,
      message:
        `Table ${table} may be written by others: ${others.join(', ')}. What they write shows when entries expire${limitOf(model)}, ` +
        `or after $cache.invalidate({ models: ['${name}'] }).`,
    })
  }
}

function limitOf({ ttl, staleWhileRevalidateMs, staleIfErrorMs }: CachedModel): string {
  if (ttl.kind === 'computed') return ''
  const keepMs = Math.max(staleWhileRevalidateMs, staleIfErrorMs)
  return `, after ${((ttl.kind === 'fixed' ? ttl.ms : ttl.maxMs) + keepMs) / 1000} s at most`
}

interface Writer {
  readonly kind: 'role' | 'subscription'
  readonly name: string
  readonly table: string
}

/**
 * Of the tables that are found without their schema, as Prisma's adapter finds them.
 *
 * Source: PostgreSQL's catalogs `pg_roles`, `pg_class` and `pg_subscription_rel`; `has_table_privilege` knows of memberships and owners, and
 * of several privileges says whether there is one.
 */
const catalogQuery = `
  SELECT 'role' AS kind, r.rolname::text AS name, c.relname::text AS "table"
  FROM pg_catalog.pg_class c
  CROSS JOIN pg_catalog.pg_roles r
  WHERE c.relname::text = ANY($1::text[]) AND pg_catalog.pg_table_is_visible(c.oid)
    AND r.rolcanlogin AND NOT r.rolsuper AND r.rolname <> current_user
    AND (has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
      OR has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE'))
  UNION ALL
  SELECT 'subscription', s.subname::text, c.relname::text
  FROM pg_catalog.pg_subscription_rel sr
  JOIN pg_catalog.pg_subscription s ON s.oid = sr.srsubid
  JOIN pg_catalog.pg_class c ON c.oid = sr.srrelid
  WHERE c.relname::text = ANY($1::text[]) AND pg_catalog.pg_table_is_visible(c.oid)
  ORDER BY 3, 1, 2`
