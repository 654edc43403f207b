import type { Report } from '../../core/events.ts'

export interface CatalogDeps {
  /** A client without the cache. */
  readonly client: object
  readonly report: Report
}

/** The rows of a query on the catalogs of PostgreSQL; none, with a warning, where they cannot be read. */
export async function readCatalog<Row>(
  option: string,
  { query, values = [] }: CatalogQuery,
  { client, report }: CatalogDeps,
): Promise<readonly Row[]> {
  try {
    return await (client as RawClient).$queryRawUnsafe<readonly Row[]>(query, ...values)
  } catch (error) {
    report({ kind: 'warning', message: `${option}: the catalogs of the database could not be read.`, error })
    return []
  }
}

export interface CatalogQuery {
  readonly query: string
  readonly values?: readonly unknown[]
}

interface RawClient {
  $queryRawUnsafe<T>(query: string, ...values: readonly unknown[]): Promise<T>
}
