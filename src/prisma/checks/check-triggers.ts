import type { DataModel } from '../../analysis/data-model.ts'
import type { DeclaredChanges } from '../../analysis/writes/consequences.ts'
import { type CatalogDeps, readCatalog } from './read-catalog.ts'

export interface CheckTriggersDeps extends CatalogDeps {
  readonly dataModel: DataModel
  readonly declared: DeclaredChanges
}

/** Warns about triggers and rules on the tables of models that declare none: what they write is not in the arguments of any query. */
export async function checkTriggers(deps: CheckTriggersDeps): Promise<void> {
  const { dataModel, declared, report } = deps
  const found = await readCatalog<Found>('checkTriggers', { query: catalogQuery }, deps)
  for (const { kind, name, table } of found) {
    for (const model of dataModel.models.values()) {
      if (model.table !== table || declared.has(model.name)) continue
      const fix = `alsoChanges: { ${model.name}: [...] }, or ${model.name}: [] if nothing of it is cached`
      report({
        kind: 'warning',
        model: model.name,
        message: `Table ${table} has the ${kind} ${name}. Say which models or fields it changes: ${fix}.`,
      })
    }
  }
}

interface Found {
  readonly kind: 'trigger' | 'rule'
  readonly name: string
  readonly table: string
}

/**
 * Every enabled trigger and rule of the user's tables. Those that keep foreign keys are internal.
 *
 * Source: PostgreSQL's catalogs `pg_trigger` and `pg_rules` (which leaves out the rules that make views).
 */
const catalogQuery = `
  SELECT 'trigger' AS kind, t.tgname::text AS name, c.relname::text AS "table"
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  UNION ALL
  SELECT 'rule', rulename::text, tablename::text FROM pg_catalog.pg_rules
  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
  ORDER BY 3, 2`
