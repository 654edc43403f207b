import type { Row } from '../../analysis/pending/pending-write.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { ExtendableClient } from '../extension.ts'
import { clientProperty, originalOf } from '../internals.ts'
import type { StoredRows } from '../stored-rows.ts'

interface ModelClient {
  findUnique(args: object): Promise<Row | null>
}

/**
 * Asks the database for the row of a lookup, as it is stored. By the client without extensions: what they do to arguments they have done
 * to those of the write.
 */
export function rowLoader(client: ExtendableClient, storedRows: ReadonlyMap<string, StoredRows>) {
  // The original itself shows no models.
  const models = originalOf(client).$extends({}) as unknown as Readonly<Record<string, ModelClient>>
  return ({ model, where }: UniqueLookup): Promise<Row | null> => {
    const select = Object.fromEntries(storedRows.get(model)!.fields.map((name) => [name, true]))
    return models[clientProperty(model)]!.findUnique({ where, select })
  }
}
