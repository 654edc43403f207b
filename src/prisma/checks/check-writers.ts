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
  const writers = await readCatalog<Writer>('checkWriters', catalogQuery, deps)
  for (const [name, model] of Object.entries(deps.models)) {
    const table = deps.dataModel.models.get(name)?.table
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
 * Source: PostgreSQL's catalogs `pg_roles`, `pg_class` and `pg_subscription_rel`; `has_table_privilege` knows of memberships and owners, and
 * of several privileges says whether there is one.
 */
const catalogQuery = `
  SELECT 'role' AS kind, r.rolname::text AS name, c.relname::text AS "table"
  FROM pg_catalog.pg_roles r
  CROSS JOIN pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE r.rolcanlogin AND NOT r.rolsuper AND r.rolname <> current_user
    AND c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
  UNION ALL
  SELECT 'subscription', s.subname::text, c.relname::text
  FROM pg_catalog.pg_subscription_rel sr
  JOIN pg_catalog.pg_subscription s ON s.oid = sr.srsubid
  JOIN pg_catalog.pg_class c ON c.oid = sr.srrelid
  ORDER BY 3, 1, 2`
