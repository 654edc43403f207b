import pg from 'pg'
import type { Later } from '../../examples/shared/cleanup.ts'

/**
 * What somebody would write instead of the plugin: one statement per batch, from a queue that is lost with its process.
 *
 * @returns a function that applies a queue of ids, each of them an increment.
 */
export async function openHandWritten(
  url: string,
  batchSize: number,
  later: Later,
): Promise<(queue: readonly number[]) => Promise<void>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  later(() => client.end())
  return async (queue) => {
    for (let from = 0; from < queue.length; from += batchSize) {
      const sums = sumPerRow(queue.slice(from, from + batchSize))
      await client.query(statement, [[...sums.keys()], [...sums.values()]])
    }
  }
}

const statement = `UPDATE "City" SET "views" = "views" + r.n
  FROM unnest($1::int[], $2::int[]) AS r(id, n) WHERE "City"."id" = r.id`

function sumPerRow(ids: readonly number[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>()
  for (const id of ids) sums.set(id, (sums.get(id) ?? 0) + 1)
  return sums
}
