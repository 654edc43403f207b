import type { Model } from '../../../analysis/data-model.ts'

/** Where the tables are whose models do not say. */
export interface Names {
  readonly schema: string
}

/** `"shop"."City"` */
export function tableName(
  { schema }: Names,
  { table, databaseSchema }: Pick<Model, 'table' | 'databaseSchema'>,
): string {
  return `${quote(databaseSchema ?? schema)}.${quote(table)}`
}

/** As the SQL standard quotes names. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
