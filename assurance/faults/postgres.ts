import pg from 'pg'
import { stopLater } from '../../test/services/cleanup.ts'
import { againAndAgain } from './again-and-again.ts'
import type { Fault } from './fault.ts'

/** The database goes away, or its connections do. */
export const postgresFaults: readonly Fault[] = [
  {
    name: 'postgres-down',
    title: 'PostgreSQL down',
    what: 'Immediate shutdown (SIGQUIT), as in a crash; at the end it is started again and recovers.',
    expected:
      'What is cached is served. Writes fail, and reads of what is not cached, as without the plugin. A write whose answer was lost counts as done.',
    promise: { stale: 'never', failures: 'of the database' },
    needs: { ownPostgres: true },
    prepare: async ({ postgres }) => ({
      start: () => postgres.kill('SIGQUIT'),
      async end() {
        await postgres.restart()
        return {}
      },
    }),
  },
  {
    name: 'postgres-resets',
    title: 'Connections to PostgreSQL reset, again and again',
    what: 'All connections of the processes are ended every 200 ms (pg_terminate_backend), whatever they are doing.',
    expected:
      'Requests that were at the database fail, as without the plugin. A write whose answer was lost counts as done.',
    promise: { stale: 'never', failures: 'of the database' },
    async prepare({ databaseUrl }) {
      const client = new pg.Client({ connectionString: databaseUrl })
      await client.connect()
      const close = stopLater(() => client.end())
      let ended = 0
      let stop = async () => {}
      return {
        async start() {
          stop = againAndAgain(200, async () => {
            const { rowCount } = await client.query(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()`,
            )
            ended += rowCount ?? 0
          })
        },
        async end() {
          await stop()
          await close()
          return { 'connections ended': ended }
        },
      }
    },
  },
]
