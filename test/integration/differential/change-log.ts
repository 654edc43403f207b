import type pg from 'pg'
import type { DataModel, Field, Model } from '../../../src/analysis/data-model.ts'
import { pinOf } from '../../../src/analysis/equality/pin.ts'
import type { Pin } from '../../../src/core/tags.ts'

/** One row as it was before and after something changed it, whatever did: a statement, a cascade, a trigger. */
export interface RowChange {
  readonly table: string
  readonly kind: 'INSERT' | 'UPDATE' | 'DELETE'
  readonly before: Row | null
  readonly after: Row | null
}

export type Row = Readonly<Record<string, unknown>>

/** Lets the database itself write down every change of a row, by triggers on every table. */
export async function logChanges(sql: pg.Client): Promise<{ take(): Promise<readonly RowChange[]> }> {
  await sql.query(`
    CREATE TABLE "_changes" (seq bigserial PRIMARY KEY, "table" text, kind text, before jsonb, after jsonb);
    CREATE FUNCTION "_log_change"() RETURNS trigger AS $$ BEGIN
      INSERT INTO "_changes" ("table", kind, before, after) VALUES (TG_TABLE_NAME, TG_OP, to_jsonb(OLD), to_jsonb(NEW));
      RETURN NULL;
    END $$ LANGUAGE plpgsql;
    DO $$ DECLARE one record; BEGIN
      FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_changes' LOOP
        EXECUTE format('CREATE TRIGGER "_log" AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION "_log_change"()', one.tablename);
      END LOOP;
    END $$;`)
  return {
    async take() {
      const { rows } = await sql.query<RowChange>('SELECT "table", kind, before, after FROM "_changes" ORDER BY seq')
      await sql.query('TRUNCATE "_changes"')
      return rows
    },
  }
}

export function modelOfTable(dataModel: DataModel, table: string): Model {
  for (const model of dataModel.models.values()) if (model.table === table) return model
  throw new Error(`no model has the table ${table}`)
}

/** The columns that differ between the two sides. */
export function changedColumns({ before, after }: RowChange): readonly string[] {
  const columns = Object.keys({ ...before, ...after })
  return columns.filter((column) => JSON.stringify(before?.[column]) !== JSON.stringify(after?.[column]))
}

/** The value of a column as the analysis would pin it. */
export function pinIn(dataModel: DataModel, row: Row, field: Field): Pin | undefined {
  return pinOf(dataModel, field, fromJson(field, row[field.column]))
}

/** What the client would return for a value that PostgreSQL wrote as JSON. */
function fromJson({ type, nativeType }: Field, value: unknown): unknown {
  if (value === null || value === undefined) return value
  if (type === 'DateTime') return new Date(nativeType?.name === 'Date' ? `${value}T00:00:00Z` : `${value}Z`)
  if (type === 'Decimal') return String(value)
  return type === 'Bytes' ? Buffer.from(String(value).slice(2), 'hex') : value
}
