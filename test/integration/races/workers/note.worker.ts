import { serveWorker } from '../../../services/process.ts'
import { type CachedClientOptions, cachedClient } from '../../cached-client.ts'
import { setText, textOf } from '../notes.ts'

/** A process with a cached client, which may be told to stop or to die at a given moment. See `worker.ts`. */
let client: ReturnType<typeof cachedClient>
/** The kind of event that ends this process. */
let deadly: string | undefined
let held: ReturnType<typeof client.adapter.holdNext>

/** Signals cannot be awaited, and nothing else of this process may run after one. */
const signal = (name: NodeJS.Signals) => void process.kill(process.pid, name)

serveWorker({
  /** Sets the clock that people set, by so many milliseconds. */
  async setClock(byMs: number) {
    const { now } = Date
    Date.now = () => now() + byMs
    globalThis.Date = new Proxy(Date, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length > 0 ? args : [Date.now()], newTarget),
    })
  },
  async open(options: CachedClientOptions) {
    const onEvent = ({ kind }: { kind: string }) => {
      if (kind === deadly) signal('SIGKILL')
    }
    client = cachedClient({ ...options, config: { ...options.config, onEvent } })
  },
  read: (id: number) => textOf(client.prisma, id),
  readUncached: (id: number) => textOf(client.base, id),
  write: (id: number, text: string) => setText(client.prisma, id, text),
  /** Stops this process in the same turn of its event loop in which the row is there. */
  async readAndStop(id: number) {
    await textOf(client.prisma, id)
    signal('SIGSTOP')
  },
  /** Stops this process in the same turn of its event loop in which the write is acknowledged. */
  async writeAndStop(id: number, text: string) {
    await setText(client.prisma, id, text)
    signal('SIGSTOP')
  },
  async writeInTransaction(id: number, text: string) {
    await client.prisma.$transaction((tx) => setText(tx, id, text))
  },
  /** Many reads at once of several lists; resolves to the different answers, and to how many reads failed. */
  async readLists(tenantIds: readonly string[], times: number) {
    const reads = Array.from({ length: times }, (_, i) => {
      const tenantId = tenantIds[i % tenantIds.length]!
      return client.prisma.note.findMany({ where: { tenantId } })
    })
    const outcomes = await Promise.allSettled(reads)
    const answered = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    const answers = [...new Set(answered.map(({ value }) => JSON.stringify(value)))]
    return { answers, failed: outcomes.length - answered.length }
  },

  async dieOn(kind: string) {
    deadly = kind
  },
  async dieAt(prefix: string, when: 'before' | 'after') {
    void client.adapter.holdNext((sql) => sql.startsWith(prefix), { when }).reached.then(() => signal('SIGKILL'))
  },
  async hold(prefix: string, when: 'before' | 'after') {
    held = client.adapter.holdNext((sql) => sql.startsWith(prefix), { when })
  },
  async reached() {
    await held.reached
  },
  /** Also takes away what was to be held and never came. */
  async release() {
    client.adapter.releaseAll()
  },
  /** How many SELECTs were sent since `queries` was last asked. */
  sent: async () => client.adapter.count((sql) => sql.startsWith('SELECT')),
  queries: async () => client.queries(),
})
