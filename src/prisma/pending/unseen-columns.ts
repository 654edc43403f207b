import type { DataModel, Model } from '../../analysis/data-model.ts'
import { databaseSchemaOf, originalOf } from '../internals.ts'
import { dialectOf } from './dialects.ts'
import { tableName } from './postgres/names.ts'
import type { RawClient } from './raw-client.ts'

/** What a table does by itself that the schema does not say, so that its rows are not what the arguments tell: in a line, or `null`. */
export interface Unseen {
  readonly inAny: string | null
  readonly inCreates: string | null
}

/** Asks the catalog, once for each model; what failed is asked again. */
export type UnseenColumns = (model: Model) => Unseen | Promise<Unseen>

export function createUnseenColumns(client: object, { provider }: Pick<DataModel, 'provider'>): UnseenColumns {
  const original = originalOf(client) as RawClient
  const known = new Map<string, Unseen | Promise<Unseen>>()

  async function read(model: Model): Promise<Unseen> {
    const rows = await original.$queryRawUnsafe<readonly StoredColumn[]>(catalogs[provider]!, nameIn(model))
    const isPlain = rows.every((row) => isTrue(row.isPlain))
    const found = isPlain ? unseenOf(model, new Map(rows.map((row) => [row.name, columnOf(row)]))) : unseenInView
    known.set(model.name, found)
    return found
  }

  function nameIn(model: Model): string {
    if (provider !== 'postgresql') return model.table
    return tableName({ schema: databaseSchemaOf(client) ?? dialectOf(provider).schema! }, model)
  }

  return (model) => {
    if (catalogs[provider] === undefined) return nothingUnseen
    const found = known.get(model.name)
    if (found) return found
    const reading = read(model)
    known.set(model.name, reading)
    reading.catch(() => known.delete(model.name))
    return reading
  }
}

const nothingUnseen: Unseen = { inAny: null, inCreates: null }
const unseenInView: Unseen = { inAny: 'its table is none, or a view', inCreates: null }

interface Column {
  readonly isGenerated: boolean
  readonly hasDefault: boolean
  readonly isNotNull: boolean
}

/** A table that is not there has no columns, and the database says so. */
function unseenOf(model: Model, columns: ReadonlyMap<string, Column>): Unseen {
  const fields = model.scalars.flatMap((field) => {
    const column = columns.get(field.column)
    return column ? [{ field, column }] : []
  })
  const mayBeLeftOut = fields.filter(({ field }) => field.default === null && (!field.isRequired || field.isList))
  const named = new Set(model.scalars.map(({ column }) => column))
  const others = [...columns].filter(([name]) => !named.has(name))
  const isNeeded = ({ isNotNull, hasDefault, isGenerated }: Column) => isNotNull && !hasDefault && !isGenerated
  const inAny = fields.some(({ column }) => column.isGenerated)
    ? 'the database computes a column'
    : mayBeLeftOut.some(({ field, column }) => !field.isList && column.isNotNull)
      ? 'the database takes no NULL in a column that is optional'
      : null
  const inCreates = mayBeLeftOut.some(({ column }) => column.hasDefault)
    ? 'a column has a default that the schema does not name'
    : others.some(([, column]) => isNeeded(column)) || mayBeLeftOut.some(({ column }) => isNeeded(column))
      ? 'a column needs a value of which the schema does not say so'
      : null
  return { inAny, inCreates }
}

/** As drivers return it: what is true may be a number. */
interface StoredColumn {
  readonly name: string
  readonly isGenerated: unknown
  readonly hasDefault: unknown
  readonly isNotNull: unknown
  /** Whether the table is one, and no view of another. */
  readonly isPlain: unknown
}

function columnOf({ isGenerated, hasDefault, isNotNull }: StoredColumn): Column {
  return { isGenerated: isTrue(isGenerated), hasDefault: isTrue(hasDefault), isNotNull: isTrue(isNotNull) }
}

function isTrue(value: unknown): boolean {
  return value === true || Number(value) === 1
}

/**
 * By provider; the parameter is the table.
 *
 * An identity counts as a default, and what a domain says as said of the column; of a domain of a domain, that it may say both. MariaDB says `NULL` where
 * there is no default; a column that SQLite hides is generated, but for those of virtual tables; and one that is set by every update is as good as
 * generated.
 *
 * Source: https://www.postgresql.org/docs/current/catalog-pg-attribute.html,
 * https://dev.mysql.com/doc/refman/8.4/en/information-schema-columns-table.html, https://mariadb.com/kb/en/information-schema-columns-table,
 * https://www.sqlite.org/pragma.html#pragma_table_xinfo
 */
const catalogs: Readonly<Record<string, string>> = {
  postgresql: `
    SELECT attname::text AS "name", attgenerated <> '' AS "isGenerated", relkind IN ('r', 'p') AS "isPlain",
      attnotnull OR typnotnull OR nested AS "isNotNull",
      (atthasdef AND attgenerated = '') OR attidentity <> '' OR (typtype = 'd' AND typdefault IS NOT NULL) OR nested AS "hasDefault"
    FROM pg_catalog.pg_attribute
      JOIN pg_catalog.pg_class c ON c.oid = attrelid
      JOIN pg_catalog.pg_type t ON t.oid = atttypid,
      LATERAL (SELECT EXISTS (SELECT FROM pg_catalog.pg_type b WHERE b.oid = t.typbasetype AND b.typtype = 'd') AS nested) n
    WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
  mysql: `
    SELECT column_name AS \`name\`, 1 AS \`isPlain\`,
      (extra LIKE '%GENERATED' AND extra NOT LIKE '%DEFAULT_GENERATED%') OR extra LIKE '%on update%' AS \`isGenerated\`,
      is_nullable = 'NO' AS \`isNotNull\`,
      (column_default IS NOT NULL AND column_default <> 'NULL') OR extra LIKE '%auto_increment%' AS \`hasDefault\`
    FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?`,
  sqlite: `
    SELECT name AS "name", 1 AS "isPlain", hidden IN (2, 3) AS "isGenerated", "notnull" AS "isNotNull", dflt_value IS NOT NULL OR pk > 0 AS "hasDefault"
    FROM pragma_table_xinfo(?)`,
}
