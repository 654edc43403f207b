import type { DataModel } from '../../analysis/data-model.ts'
import type { Row } from '../../analysis/pending/pending-write.ts'
import { asReturned } from '../../analysis/reads/as-returned.ts'
import type { UniqueLookup } from '../../analysis/unique-lookup.ts'
import type { ExtendableClient } from '../extension.ts'
import { clientProperty, originalOf } from '../internals.ts'
import type { StoredRows } from '../stored-rows.ts'

interface ModelClient {
  findUnique(args: object): Promise<Row | null>
  findFirst(args: object): Promise<Row | null>
}

/**
 * Asks the database for the row of a lookup, as it is stored. By the client without extensions: what they do to arguments they have done
 * to those of the write.
 */
export function rowLoader(
  client: ExtendableClient,
  { dataModel, storedRows }: { readonly dataModel: DataModel; readonly storedRows: ReadonlyMap<string, StoredRows> },
) {
  // The original itself shows no models.
  const models = originalOf(client).$extends({}) as unknown as Readonly<Record<string, ModelClient>>
  return ({ model: name, where: asked, unique }: UniqueLookup): Promise<Row | null> => {
    const model = dataModel.models.get(name)!
    const select = Object.fromEntries(storedRows.get(name)!.fields.map((one) => [one, true]))
    const { where } = asReturned(dataModel, model, asked)
    const asking = models[clientProperty(name)]!
    // Several of those Prisma cannot make one statement of, and fails.
    const isBoolean = unique.fields.length === 1 && model.fields.get(unique.fields[0]!)!.type === 'Boolean'
    return isBoolean ? asking.findFirst({ where, select }) : asking.findUnique({ where, select })
  }
}
