import type { FaultResult } from '../results.ts'
import { count, markdownTable, ms, percent } from './markdown.ts'

const head = [
  'fault',
  'requests',
  'failed reads',
  'failed writes',
  'stale answers',
  'longest added read',
  'longest added write',
  'recovery',
  'hits before',
  'during',
  'after',
]

/** One row per fault. */
export function faultTable(results: readonly FaultResult[]): string {
  return markdownTable(head, results.map(row))
}

function row({ fault, measured, broken }: FaultResult): readonly string[] {
  const title = `[${fault.title}](assurance/${fault.name}.json)`
  if (typeof measured === 'string') return [title, `not run: ${measured}`, ...head.slice(2).map(() => '')]
  const { figures } = measured
  const stale = count(figures.staleAnswers)
  return [
    title,
    count(figures.requests),
    count(figures.failedReads),
    count(figures.failedWrites),
    broken.length > 0 ? `**${stale}**` : stale,
    ms(figures.addedReadMs),
    ms(figures.addedWriteMs),
    ms(figures.recoveryMs),
    percent(figures.hitRatio.quiet),
    percent(figures.hitRatio.fault),
    percent(figures.hitRatio.after),
  ]
}

/** What was done, what is to be expected, and what shows that it was done. */
export function faultNotes(results: readonly FaultResult[]): string {
  return results.map(note).join('\n')
}

function note({ fault, measured, broken }: FaultResult): string {
  const evidence = typeof measured === 'string' ? [] : Object.entries(measured.evidence)
  const shown = evidence.map(([name, value]) => `${name}: ${typeof value === 'number' ? count(value) : value}`)
  const longest = typeof measured === 'string' ? null : measured.figures.longestStaleMs
  return [
    `- **${fault.title}.** ${fault.what} _${fault.expected}_`,
    ...(shown.length > 0 ? [`(${shown.join('; ')})`] : []),
    ...(longest === null ? [] : [`The longest that a row had been out of date: ${ms(longest)}.`]),
    ...(broken.length === 0 ? [] : [`**Promised otherwise: ${broken.join(', ')}.**`]),
  ].join(' ')
}
