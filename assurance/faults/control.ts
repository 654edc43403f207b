import pg from 'pg'
import { stopLater } from '../../test/services/cleanup.ts'
import { openRecordLog } from '../load/record-log.ts'
import { nameOfRow } from '../load/rows.ts'
import { againAndAgain } from './again-and-again.ts'
import type { Fault } from './fault.ts'

/** The check itself: it must find what no cache can know of. */
export const control: Fault = {
  name: 'control',
  title: 'Control: rows changed behind the plugin’s back',
  what: 'A program without the plugin counts up the three most popular cities every 50 ms, and these writes count as acknowledged.',
  expected: 'Stale answers. The plugin cannot see such writes; were none found, the zeros below would mean nothing.',
  promise: { stale: 'found', failures: 'never' },
  async prepare({ databaseUrl, nowNs, newLogFile }) {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    const close = stopLater(() => client.end())
    const log = openRecordLog(newLogFile())
    let writes = 0
    const write = async (id: number) => {
      const startNs = nowNs()
      const { rows } = await client.query<{ views: number }>(
        'UPDATE "City" SET views = views + 1 WHERE id = $1 RETURNING views',
        [id],
      )
      writes += 1
      const versions = { [nameOfRow({ model: 'City', id })]: rows[0]!.views }
      log.write({ startNs, endNs: nowNs(), kind: 'write', status: 'ok', code: '', versions })
    }
    let stop = async () => {}
    return {
      async start() {
        stop = againAndAgain(50, () => write((writes % 3) * 37))
      },
      async end() {
        await stop()
        await close()
        log.close()
        return { writes }
      },
    }
  },
}
