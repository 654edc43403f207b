import type { DataModel } from '../../analysis/data-model.ts'
import type { CacheConfig } from '../../core/config.ts'
import { databaseSchemaOf, originalOf } from '../internals.ts'
import { dialectOf } from './dialects.ts'
import { tableName } from './postgres/names.ts'
import type { RawClient } from './raw-client.ts'

interface Block {
  ids: bigint[]
  /** Under which they were taken. */
  root: string
  taking: Promise<void>
}

/**
 * Integers of the sequences behind autoincrement ids, on PostgreSQL. Taken a block at a time, and given to nobody else by the database; what
 * is not used when the process ends is a gap, as after a rollback.
 *
 * Source: https://www.postgresql.org/docs/current/functions-sequence.html and `pg_get_serial_sequence` of functions-info.
 */
export function createSequences(client: object, { config, dataModel }: { config: CacheConfig; dataModel: DataModel }) {
  const original = originalOf(client) as RawClient
  const blocks = new Map<string, Block>()

  /** As many as are missing, and a whole block where there are that many left. */
  async function take(name: string, missing: number): Promise<bigint[] | null> {
    const model = dataModel.models.get(name)!
    const schema = databaseSchemaOf(client) ?? dialectOf(dataModel.provider).schema!
    const rows = await original.$queryRawUnsafe<readonly { readonly id: string }[]>(
      takeSql,
      ...[tableName({ schema }, model), model.fields.get(model.idFields[0]!)!.column],
      ...[missing, Math.max(missing, config.models[name]!.sequenceBlock)],
    )
    return rows.length === 0 ? null : rows.map(({ id }) => BigInt(id))
  }

  /**
   * One after the other, so that a block is used up before the next is taken. `null` where the database does not say which sequence it is, for
   * the column does not own one; where it takes ids from nobody else; and where the sequence comes to its end.
   *
   * @param root with another one than before, what is left of the block is dropped: the sequence may have begun anew.
   */
  return function reserve(name: string, count: number, root: string): Promise<readonly bigint[] | null> {
    const block = blocks.get(name) ?? { ids: [], root, taking: Promise.resolve() }
    blocks.set(name, block)
    const reserved = block.taking.then(async () => {
      if (block.root !== root) {
        block.ids = []
        block.root = root
      }
      const missing = count - block.ids.length
      if (missing > 0) {
        const taken = await take(name, missing)
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

/**
 * Table, column, how many at least, and at most. No rows where there are fewer: `nextval` past the end would fail, and what it had given
 * until then would be lost to everybody. Only as many as are missing where nobody knows yet at which number it is. None either for a column
 * that is GENERATED ALWAYS, which takes no id that an INSERT names.
 *
 * Source: https://www.postgresql.org/docs/current/catalog-pg-sequence.html and catalog-pg-attribute
 */
const takeSql = `
  WITH owned AS (
    SELECT pg_get_serial_sequence($1::text, $2::text)::regclass AS seq
    FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2::text AND attidentity <> 'a'
  ), known AS (
    SELECT seq, seqcycle, seqincrement, pg_sequence_last_value(seq) AS last,
      CASE WHEN seqincrement > 0 THEN seqmax ELSE seqmin END::numeric AS bound
    FROM owned JOIN pg_sequence ON seqrelid = seq
  ), counted AS (
    SELECT seq, CASE WHEN seqcycle THEN $4::int WHEN last IS NULL THEN $3::int ELSE (bound - last) / seqincrement END AS remaining
    FROM known
  )
  SELECT nextval(seq)::text AS id
  FROM counted, generate_series(1, CASE WHEN remaining >= $4::int THEN $4::int WHEN remaining >= $3::int THEN $3::int ELSE 0 END)`
