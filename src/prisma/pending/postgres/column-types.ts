import type { Model } from '../../../analysis/data-model.ts'
import type { RawClient } from '../raw-client.ts'
import { type Names, tableName } from './names.ts'

/** By the name of the column. */
export type ColumnTypes = ReadonlyMap<string, ColumnType>

export interface ColumnType {
  readonly name: string
  /** `numeric`, `character varying`, `integer[]`, `"Colour"`. */
  readonly type: string
  /** Computed by the database: nobody else writes it. */
  readonly isGenerated: boolean
}

/**
 * Asks the catalog; empty when there is no such table.
 *
 * Without lengths and scales, which are left to the assignment: a cast would cut text that is too long, where an assignment refuses
 * it. The modifier -1 and not NULL, for `character` alone would be one character.
 *
 * Source: `pg_attribute` and `format_type`, https://www.postgresql.org/docs/current/functions-info.html
 */
export async function readColumnTypes(client: RawClient, names: Names, model: Model): Promise<ColumnTypes> {
  const rows = await client.$queryRawUnsafe<readonly ColumnType[]>(
    `SELECT a.attname::text AS name, pg_catalog.format_type(a.atttypid, -1) AS type, a.attgenerated <> '' AS "isGenerated"
     FROM pg_catalog.pg_attribute a
     WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`,
    tableName(names, model),
  )
  return new Map(rows.map((row) => [row.name, row]))
}
