import { setTimeout as delay } from 'node:timers/promises'
import { serveWorker } from '../../test/services/process.ts'
import { type CachedRows, type CachedRowsOptions, openCachedRows } from './cached-rows.ts'
import { clockSince, openRecordLog, type RecordLog, type RequestRecord } from './record-log.ts'
import type { Row } from './rows.ts'
import { shiftClock } from './shifted-clock.ts'
import { stepRedis } from './stepped-redis.ts'
import { type Act, createSteps, type Step } from './steps.ts'
import { type Role, startTraffic, type Traffic } from './traffic.ts'

/** A process with one cached client under load, which can be told to die, to freeze, to be busy, or to take another time for now. */
const steps = createSteps()
const intentRecorded = stepRedis(steps)

let nowNs: () => number
let log: RecordLog
let rows: CachedRows
let traffic: Traffic | undefined
let events: Record<string, number>
let lastHitNs: number
let watched: number | undefined
let selects: number

export interface OpenOptions extends CachedRowsOptions {
  readonly logFile: string
  readonly epochNs: bigint
}

/** How the load of a process stands. */
export interface Progress {
  /** When the latest read began that was served from the cache; -1 for none. */
  readonly lastHitNs: number
  readonly events: Readonly<Record<string, number>>
}

function record(request: RequestRecord): void {
  if (request.status === 'hit') lastHitNs = Math.max(lastHitNs, request.startNs)
  log.write(request)
}

async function read(row: Row) {
  const startNs = nowNs()
  const seen = await rows.read(row)
  const answer = { startNs, endNs: nowNs(), kind: 'one', code: '', ...seen } as const
  record(answer)
  return answer
}

const served = {
  async open({ logFile, epochNs, ...options }: OpenOptions) {
    nowNs = clockSince(epochNs)
    log = openRecordLog(logFile)
    ;[events, lastHitNs, selects] = [{}, -1, 0]
    const onSelect = (args: readonly unknown[]) => {
      if (watched !== undefined && args.includes(watched)) selects += 1
    }
    rows = openCachedRows(options, { steps, intentRecorded, onSelect }, ({ kind }) => {
      events[kind] = (events[kind] ?? 0) + 1
    })
  },
  async start(seed: number, role: Role) {
    traffic = startTraffic({ rows, nowNs, record, seed, role })
  },
  progress: async (): Promise<Progress> => ({ lastHitNs, events: { ...events } }),
  /** Returns how many requests never had an answer. */
  async stop(limitMs: number) {
    const hung = await traffic?.stop(limitMs)
    traffic = undefined
    return hung ?? 0
  },
  async close(limitMs: number) {
    const stats = rows.stats()
    const startedNs = nowNs()
    await Promise.race([rows.close(), delay(limitMs, undefined, { ref: false })])
    log.close()
    return { stats, events, disconnectMs: (nowNs() - startedNs) / 1e6 }
  },

  async arm(step: Step, act: Act) {
    steps.arm(step, act)
  },
  /** How often this process came to a step at which it was to do something, since it was last asked. */
  stepsDone: async () => steps.takeDone(),
  async shiftClock(shiftMs: number) {
    shiftClock(shiftMs)
  },
  read,
  async write(row: Row) {
    await rows.write(row)
  },
  async writeInTransaction(row: Row) {
    await rows.writeInTransaction(row)
  },
  /** Reads a row again and again until it is seen in a version; returns all answers. */
  async readUntil(row: Row, version: number, limitMs: number) {
    const answers: Awaited<ReturnType<typeof read>>[] = []
    const untilMs = performance.now() + limitMs
    do {
      answers.push(await read(row))
      if (Object.values(answers.at(-1)!.versions).every((seen) => seen >= version)) break
      await delay(5)
    } while (performance.now() < untilMs)
    return answers
  },
  /** From now on counts the queries for a row. */
  async watch(id: number) {
    ;[watched, selects] = [id, 0]
  },
  selects: async () => selects,
}

export type LoadCalls = typeof served

serveWorker(served)
