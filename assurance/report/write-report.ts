import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { leases } from '../stage/stage.ts'
import { type Page, page } from './page.ts'

/** Writes `assurance.md`, and beside it the raw data of each fault that was run. Returns the file of the page. */
export function writeReport(folder: string, content: Page): string {
  const { results, environment } = content
  const raw = join(folder, 'assurance')
  mkdirSync(raw, { recursive: true })
  const write = (name: string, data: object) =>
    writeFileSync(join(raw, `${name}.json`), json({ name, environment, leases, ...data }))
  for (const { fault, measured, broken } of results.faults) {
    const { title, what, expected, promise } = fault
    write(fault.name, {
      title,
      what,
      expected,
      promise,
      broken,
      ...(typeof measured === 'string' ? { notRun: measured } : measured),
    })
  }
  if (results.writeDeaths) write('write-deaths', results.writeDeaths)
  if (results.loadDeaths) write('load-deaths', results.loadDeaths)
  const file = join(folder, 'assurance.md')
  writeFileSync(file, page(content))
  return file
}

/** One line per member, and per element of a list: readable, and short where there are many. */
function json(data: object): string {
  const members = Object.entries(data).map(([name, value]) => `  ${JSON.stringify(name)}: ${member(value)}`)
  return `{\n${members.join(',\n')}\n}\n`
}

function member(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return JSON.stringify(value)
  return `[\n${value.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`
}
