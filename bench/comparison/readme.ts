import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { median } from '../shared/statistics.ts'
import { whole } from '../shared/tables.ts'
import type { Figure, Figures } from './figures.ts'
import { entriesPart, type Memory, type MemoryFigure } from './memory.ts'
import { isByRate, tagCase, uncachedCase, wayNames } from './names.ts'
import type { Results } from './results.ts'
import { boundsOf, choicesOf, limitOf, type Ratio, targetsOf, verdictOf } from './targets.ts'

export const readmeFile = fileURLToPath(new URL('../../README.md', import.meta.url))
const block = /(<!-- bench:begin -->\n)[\s\S]*?(\n<!-- bench:end -->)/

/** Puts the figures where the README shows them. */
export function writeReadme(results: Results): void {
  const readme = readFileSync(readmeFile, 'utf8')
  if (!block.test(readme)) throw new Error('README.md: expected <!-- bench:begin --> and <!-- bench:end -->, got none')
  writeFileSync(
    readmeFile,
    readme.replace(block, (_, begin: string, end: string) => begin + renderReadme(results) + end),
  )
}

/** What the README holds between the two marks. */
export function blockOf(readme: string): string | null {
  const found = readme.match(block)
  return found ? found[0].slice(found[1]!.length, -found[2]!.length) : null
}

/** What should be there: a row per case, a column per way; microseconds of one call, or calls per second of many in flight. */
export function renderReadme({ machine, servers, figures, ways, memory }: Results): string {
  const shown = [
    wayNames.noCache,
    wayNames.redis,
    wayNames.embedded,
    ...ways.filter(({ isPeer }) => isPeer).map(({ name }) => name),
  ]
  const bounds = [wayNames.bare, wayNames.floor, wayNames.raw]
  const columns = [...shown, ...bounds]
  const rows = Object.entries(figures)
    .filter(([name]) => name !== tagCase && name !== uncachedCase)
    .map(([name, byWay]) => [name, ...columns.map((way) => cell(name, byWay[way]))])
  const on = `On ${[machine, ...servers].join('; ')}:`
  const parts = [
    on,
    markdownTable(['', ...columns], rows),
    'What it is held to, as medians of the rounds:',
    targets(figures),
  ]
  if (Object.keys(memory).length > 0) parts.push('Bytes in Redis per cached row, beyond its JSON:', memoryTable(memory))
  return `\n${parts.join('\n\n')}\n`
}

/** A row per query, a column per cache; and of the plugin, what part of it is not entries. */
function memoryTable(memory: Memory): string {
  const ways = [...new Set(Object.values(memory).flatMap((byWay) => Object.keys(byWay)))]
  const rows = Object.entries(memory).map(([query, byWay]) => [
    query,
    ...ways.map((way) => {
      const figure = byWay[way]
      return figure ? whole(Math.round((figure.bytes - figure.payloadBytes) / figure.rows)) : ''
    }),
    stampsAndRegistry(byWay[wayNames.redis]),
  ])
  return markdownTable(['', ...ways, 'of it stamps and registry'], rows)
}

function stampsAndRegistry(figure: MemoryFigure | undefined): string {
  if (!figure?.parts) return ''
  const others = Object.entries(figure.parts).filter(([kind]) => kind !== entriesPart)
  return whole(Math.round(others.reduce((sum, [, { bytes }]) => sum + bytes, 0) / figure.rows))
}

/**
 * Each target and what was measured; then what would be measured of extensions that do as little as one can, and what else one may choose.
 */
function targets(figures: Figures): string {
  const measured = ({ perRound }: Ratio) => (perRound.length === 0 ? 'not measured' : median(perRound).toFixed(2))
  return markdownTable(
    ['', 'target', 'measured', ''],
    [
      ...targetsOf(figures).map((one) => [one.name, limitOf(one), measured(one), verdictOf(one)]),
      ...[...boundsOf(figures), ...choicesOf(figures)].map((one) => [one.name, '', measured(one), '']),
    ],
  )
}

function cell(caseName: string, figure: Figure | undefined): string {
  if (figure === undefined) return ''
  if (figure.fault !== null) return figure.fault.startsWith('throws') ? 'throws' : figure.fault
  return isByRate(caseName) ? `${whole(Math.round(figure.perSecond))}/s` : `${whole(Math.round(figure.p50Us))} µs`
}

/** As the formatter of this repository writes it: columns as wide as their widest cell, numbers to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, at) => Math.max(3, name.length, ...rows.map((row) => row[at]!.length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, at) => (at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!))).join(' | ')} |`
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}
