import pg from 'pg'

/** Longer than it takes to fill a backlog, and an end where a write runs synchronously and would wait for the hold for ever. */
const holdMsMax = 30_000

/**
 * Lets nobody write counters until it is released; reads go on. Ends by itself after 30 s.
 *
 * A flusher that waits for a full batch at most would apply most of a backlog while it grows.
 *
 * @returns a function that releases it.
 */
export async function holdWrites(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url })
  // When it ends by itself, the server closes the connection.
  client.on('error', () => {})
  await client.connect()
  await client.query(`SET idle_in_transaction_session_timeout = ${holdMsMax}`)
  await client.query('BEGIN')
  await client.query('LOCK TABLE "City" IN SHARE MODE')
  return () => client.end()
}
