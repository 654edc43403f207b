import { serveWorker } from '../../../services/process.ts'
import { type CachedClientOptions, cachedClient } from '../../cached-client.ts'

/** A process that accepts writes of cities and flushes them, and that may be told to stop or to die at a given moment. See `flushers.ts`. */
let client: ReturnType<typeof cachedClient>
/** The kind of event at which this process gets a signal. */
const signalOn = new Map<string, NodeJS.Signals>()

/** Signals cannot be awaited, and nothing else of this process may run after one. */
const signal = (name: NodeJS.Signals) => void process.kill(process.pid, name)

/** Which of the statements that contain a text: the first one is 1. */
export interface Moment {
  readonly sql: string
  readonly when: 'before' | 'after'
  readonly nth?: number
}

function atMoment({ sql: text, when, nth = 1 }: Moment, act: () => void): void {
  let seen = 0
  const isIt = (sql: string) => {
    if (sql.includes(text)) seen += 1
    return sql.includes(text) && seen === nth
  }
  void client.adapter.holdNext(isIt, { when }).reached.then(act)
}

serveWorker({
  async open(options: CachedClientOptions) {
    const onEvent = ({ kind }: { kind: string }) => {
      const name = signalOn.get(kind)
      if (name) signal(name)
    }
    client = cachedClient({ ...options, config: { ...options.config, onEvent } })
  },
  /** What it writes reaches the database by itself: from then on it leads. */
  async lead() {
    await client.prisma.city.update({ where: { id: 1 }, data: { population: { increment: 0 } } })
    await client.prisma.$cache.flush()
  },
  async increment(id: number, by: number) {
    await client.prisma.city.update({ where: { id }, data: { views: { increment: by } } })
  },
  async rename(id: number, name: string) {
    await client.prisma.city.update({ where: { id }, data: { name } })
  },
  /** What it was asked to release ends well, or not; its code. */
  async retry(id: string) {
    return client.prisma.$cache.deadLetters.retry(id).then(
      () => 'released',
      (error: { code: string }) => error.code,
    )
  },

  async signalOn(kind: string, name: NodeJS.Signals) {
    signalOn.set(kind, name)
  },
  async signalAt(moment: Moment, name: NodeJS.Signals) {
    atMoment(moment, () => signal(name))
  },
  async release() {
    client.adapter.releaseAll()
  },
  /** Asks Redis something. */
  look: () => client.prisma.$cache.deadLetters.list(),
  /** Resolves when nothing of its flusher is under way any more. */
  async leave() {
    await client.prisma.$disconnect()
  },
})
