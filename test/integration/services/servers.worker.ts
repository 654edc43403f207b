import { startPostgres } from '../../services/postgres.ts'
import { serveWorker } from '../../services/process.ts'
import { startRedis } from '../../services/redis.ts'

/** Starts servers and never stops them: the process that it runs in is killed. */
serveWorker({
  start: async () => [(await startRedis()).pid, (await startPostgres()).pid],
})
