import { median } from '../shared/statistics.ts'
import { newTable, whole } from '../shared/tables.ts'
import type { Worse } from './check.ts'
import type { CaseFigures, Figures } from './figures.ts'
import type { Memory } from './memory.ts'
import { writeCase } from './names.ts'
import type { WayResult } from './results.ts'
import { type AgainstPeer, limitOf, type Ratio, type Target, verdictOf } from './targets.ts'

/** The ways of each case side by side. */
export function reportFigures(figures: Figures, keysInRedis: Readonly<Record<string, number>>): string {
  const tables = Object.entries(figures).map(([name, byWay]) => `${name}\n${reportCase(byWay)}`)
  const keys = keysInRedis[writeCase]
  return [
    ...tables,
    ...(keys ? [`Keys in Redis when the writes began: ${whole(keys)}; some look through all of them.`] : []),
  ].join('\n\n')
}

function reportCase(byWay: CaseFigures): string {
  const table = newTable(['', 'p50', 'p99', 'per second', 'calls'])
  for (const [name, { p50Us, p99Us, perSecond, calls, fault }] of Object.entries(byWay)) {
    if (fault !== null) table.push([name, { colSpan: 4, content: fault }])
    else table.push([name, us(p50Us), us(p99Us), whole(Math.round(perSecond)), whole(calls)])
  }
  return table.toString()
}

/** Medians of the ratios of each round, with the least and the greatest. */
export function reportTargets(targets: readonly Target[], others: readonly Ratio[]): string {
  const table = newTable(['', 'target', 'median', 'least', 'greatest', ''])
  for (const target of targets) {
    table.push([target.name, limitOf(target), ...spread(target.perRound), verdictOf(target)])
  }
  for (const { name, perRound } of others) table.push([name, '', ...spread(perRound), ''])
  return table.toString()
}

/** The last target: to be ahead of every peer in every case. Where a peer could not do a case it is not compared. */
export function reportPeers(ratios: readonly AgainstPeer[]): string {
  const peers = [...new Set(ratios.map(({ peer }) => peer))]
  const table = newTable(["the plugin's time against that of", ...peers])
  for (const name of new Set(ratios.map(({ caseName }) => caseName))) {
    table.push([
      name,
      ...peers.map((peer) => spreadOf(ratios.find((one) => one.caseName === name && one.peer === peer)!)),
    ])
  }
  const measured = ratios.filter(({ perRound }) => perRound.length > 0)
  const behind = measured.filter(({ perRound }) => median(perRound) >= 1)
  const outcome = behind.length === 0 ? 'met' : `missed in ${behind.length} of ${measured.length}, those of 1 and more`
  return `Ahead of every peer in every case, that is below 1: ${outcome}.\n${table}`
}

/** `0.87 (0.80 to 1.02)` */
function spreadOf({ perRound }: Ratio): string {
  if (perRound.length === 0) return '-'
  const [middle, least, greatest] = [median(perRound), Math.min(...perRound), Math.max(...perRound)].map((one) =>
    one.toFixed(2),
  )
  return `${middle} (${least} to ${greatest})`
}

/** Bytes beyond the results as JSON, per row; and where the plugin keeps them. */
export function reportMemory(memory: Memory): string {
  const perRow = newTable(['bytes of Redis per row, beyond its JSON', ...Object.keys(memory)])
  const ways = [...new Set(Object.values(memory).flatMap((byWay) => Object.keys(byWay)))]
  for (const way of ways) {
    const cells = Object.values(memory).map((byWay) => {
      const figure = byWay[way]
      return figure ? whole(Math.round((figure.bytes - figure.payloadBytes) / figure.rows)) : '-'
    })
    perRow.push([way, ...cells])
  }
  const parts = newTable(['keys of the plugin', 'keys', 'bytes', 'per row'])
  for (const [query, byWay] of Object.entries(memory)) {
    for (const figure of Object.values(byWay)) {
      if (figure.parts === null) continue
      parts.push([
        `${query}, its JSON`,
        '',
        whole(figure.payloadBytes),
        whole(Math.round(figure.payloadBytes / figure.rows)),
      ])
      for (const [kind, { keys, bytes }] of Object.entries(figure.parts)) {
        parts.push([`${query}, ${kind}`, whole(keys), whole(bytes), (bytes / figure.rows).toFixed(1)])
      }
    }
  }
  return `${perRow}\n${parts}`
}

/** Whether what a cache serves is what the database would have answered. */
export function reportAnswers(ways: readonly WayResult[]): string {
  const table = newTable([
    'a hit is what the database answers',
    'types',
    'after a write',
    'related rows, after a write',
  ])
  const word = (is: boolean) => (is ? 'yes' : 'no')
  for (const { name, answers } of ways) {
    if (answers) table.push([name, word(answers.types), word(answers.afterWrite), word(answers.relatedAfterWrite)])
  }
  const notes = ways.filter(({ note }) => note !== null).map(({ name, note }) => `- ${name}: ${note}`)
  return [table.toString(), ...notes].join('\n')
}

export function reportWorse(worse: readonly Worse[]): string {
  if (worse.length === 0) return 'No ratio is worse than committed.'
  const table = newTable(['worse than committed', 'committed', 'bound', 'now'])
  for (const { name, before, bound, now } of worse)
    table.push([name, ...[before, bound, now].map((one) => one.toFixed(3))])
  return table.toString()
}

function spread(values: readonly number[]): readonly string[] {
  if (values.length === 0) return ['-', '-', '-']
  return [median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(3))
}

function us(value: number): string {
  return `${whole(Math.round(value))} µs`
}
