import { median, percentile } from '../shared/statistics.ts'
import { newTable, whole } from '../shared/tables.ts'
import type { Check } from './counters.ts'
import type { Drained } from './drained.ts'
import type { Driven } from './drive.ts'
import type { Round, Rounds } from './rounds.ts'
import type { Written } from './written.ts'

/** The ways side by side: medians of the rounds, and of the ratios of each round, with the least and the greatest. */
export function report({ rounds, first }: Rounds): string {
  return [
    'Writers, each one call after the other. Unwritten: a hook that answers at once and does nothing, which no other hook can outrun.',
    'By hand: one that puts the writes of a tick into a stream of Redis, and a loop that applies them; it keeps no promise, but has to do what',
    'every write-behind has to do.',
    reportWritten(rounds),
    `A first write of each counter, of which nothing is known here yet: ${reportFirst(first)}.`,
    '',
    'A backlog, applied as fast as possible while nobody writes: a queue in this process by a hand-written loop, and accepted writes',
    'by $cache.flush(). Both sum the writes of a batch per row, and commit once per batch.',
    reportDrained(rounds),
    '',
    'Counters, compared one by one with the writes that were accepted, after each measurement and its flush:',
    reportChecks(rounds),
  ].join('\n')
}

function reportWritten(rounds: readonly Round[]): string {
  const of = (way: 'direct' | 'unwritten' | 'byHand' | 'accepted') => rounds.map((round) => round[way])
  const [direct, unwritten, byHand, accepted] = [of('direct'), of('unwritten'), of('byHand'), of('accepted')]
  const table = newTable(['', 'direct', 'unwritten', 'by hand', 'write-behind'])
  const row = (name: string, cell: (all: readonly Written[]) => string) =>
    table.push([name, cell(direct), cell(unwritten), cell(byHand), cell(accepted)])
  const versus = (name: string, rate: (one: Written) => number) => {
    const against = (all: readonly Written[]) => ratios(all.map((one, i) => rate(one) / rate(direct[i]!)))
    table.push([name, '', against(unwritten), against(byHand), against(accepted)])
  }
  row('accepted/s', (all) => whole(Math.round(median(all.map(acceptedRate)))))
  versus('  against direct, expected: 10', acceptedRate)
  row('applied/s', (all) => whole(Math.round(median(all.map(appliedRate)))))
  versus('  against direct', appliedRate)
  row('a write, p50', (all) => ms(percentile(latencies(all), 0.5)))
  row('a write, p99', (all) => ms(percentile(latencies(all), 0.99)))
  row('CPU of this process for a write', (all) => us(median(all.map(({ cpuSeconds, writes }) => cpuSeconds / writes))))
  row('batches', (all) => whole(sum(all, ({ batches }) => batches)))
  row('writes in a batch', writesPerBatch)
  return table.toString()
}

function reportFirst({ direct, accepted }: Rounds['first']): string {
  const perSecond = ({ writes, seconds }: Driven) => writes / seconds
  const times = (perSecond(accepted) / perSecond(direct)).toFixed(2)
  return `${whole(Math.round(perSecond(accepted)))}/s, ${times} times direct`
}

function reportDrained(rounds: readonly Round[]): string {
  const [queued, heldBack] = [rounds.map((round) => round.queued), rounds.map((round) => round.heldBack)]
  const table = newTable(['', 'hand-written', 'flush'])
  const row = (name: string, cell: (all: readonly Drained[]) => string) =>
    table.push([name, cell(queued), cell(heldBack)])
  row('backlog', (all) => whole(median(all.map(({ writes }) => writes))))
  row('batches', (all) => whole(sum(all, ({ batches }) => batches)))
  row('writes in a batch', writesPerBatch)
  row('drained/s', (all) => whole(Math.round(median(all.map(drainedRate)))))
  const against = ratios(heldBack.map((one, i) => drainedRate(one) / drainedRate(queued[i]!)))
  table.push(['  against hand-written, expected: 0.7', '', against])
  return table.toString()
}

function reportChecks(rounds: readonly Round[]): string {
  const table = newTable(['', 'direct', 'by hand', 'write-behind', 'hand-written', 'flush'])
  const row = (name: string, cell: (checks: readonly Check[]) => number) =>
    table.push([name, ...ways.map((way) => whole(cell(rounds.map((round) => round[way].check))))])
  row('writes accepted', (checks) => checks.at(-1)!.accepted)
  row('in the database', (checks) => checks.at(-1)!.stored)
  row('wrong counters', (checks) => Math.max(...checks.map(({ wrong }) => wrong)))
  return table.toString()
}

const ways = ['direct', 'byHand', 'accepted', 'queued', 'heldBack'] as const

const acceptedRate = ({ writes, seconds }: Written) => writes / seconds
const appliedRate = ({ writes, appliedSeconds }: Written) => writes / appliedSeconds
const drainedRate = ({ writes, seconds }: Drained) => writes / seconds

interface Batched {
  readonly writes: number
  readonly batches: number
}

/** The mean; `-` without batches. */
function writesPerBatch(all: readonly Batched[]): string {
  const batches = sum(all, (one) => one.batches)
  return batches === 0 ? '-' : (sum(all, ({ writes }) => writes) / batches).toFixed(1)
}

function sum<One>(all: readonly One[], of: (one: One) => number): number {
  return all.reduce((total, one) => total + of(one), 0)
}

function latencies(all: readonly Written[]): readonly number[] {
  return all.flatMap(({ latenciesMs }) => latenciesMs)
}

/** `9.87 times (9.50 to 10.10)` */
function ratios(values: readonly number[]): string {
  return `${median(values).toFixed(2)} times (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`
}

function us(seconds: number): string {
  return `${(seconds * 1e6).toFixed(1)} µs`
}
