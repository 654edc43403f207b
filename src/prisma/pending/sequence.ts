import type { DataModel } from '../../analysis/data-model.ts'
import type { CacheConfig } from '../../core/config.ts'
import { databaseSchemaOf, originalOf } from '../internals.ts'
import { dialectOf } from './dialects.ts'
import { quote } from './postgres/names.ts'
import type { RawClient } from './raw-client.ts'

/**
 * Integers of the sequences behind autoincrement ids, on PostgreSQL. Taken a block at a time, and given to nobody else by the database; what
 * is not used when the process ends is a gap, as after a rollback.
 *
 * Source: https://www.postgresql.org/docs/current/functions-sequence.html and `pg_get_serial_sequence` of functions-info.
 */
export function createSequences(client: object, { config, dataModel }: { config: CacheConfig; dataModel: DataModel }) {
  const original = originalOf(client) as RawClient
  const blocks = new Map<string, { ids: bigint[]; taking: Promise<void> }>()

  async function take(name: string, count: number): Promise<bigint[] | null> {
    const { table, fields, idFields } = dataModel.models.get(name)!
    const schema = databaseSchemaOf(client) ?? dialectOf(dataModel.provider).schema!
    const rows = await original.$queryRawUnsafe<readonly { readonly id: string | null }[]>(
      'SELECT nextval(pg_get_serial_sequence($1::text, $2::text)::regclass)::text AS id FROM generate_series(1, $3::int)',
      ...[`${quote(schema)}.${quote(table)}`, fields.get(idFields[0]!)!.column, count],
    )
    const ids = rows.map(({ id }) => id)
    return ids.includes(null) ? null : ids.map((id) => BigInt(id!))
  }

  /**
   * One after the other, so that a block is used up before the next is taken. `null` where the database does not say which sequence it is:
   * the column does not own one.
   */
  return function reserve(name: string, count: number): Promise<readonly bigint[] | null> {
    const block = blocks.get(name) ?? { ids: [], taking: Promise.resolve() }
    blocks.set(name, block)
    const reserved = block.taking.then(async () => {
      const missing = count - block.ids.length
      if (missing > 0) {
        const taken = await take(name, Math.max(missing, config.models[name]!.sequenceBlock))
        if (!taken) return null
        block.ids.push(...taken)
      }
      return block.ids.splice(0, count)
    })
    block.taking = reserved.then(
      () => {},
      () => {},
    )
    return reserved
  }
}
