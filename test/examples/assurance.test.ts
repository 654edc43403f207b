import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, vi } from 'vitest'
import { faults } from '../../assurance/faults/faults.ts'
import type { RequestRecord } from '../../assurance/load/record-log.ts'
import { parseOptions } from '../../assurance/options.ts'
import type { Figures } from '../../assurance/oracle/figures.ts'
import { findStale } from '../../assurance/oracle/staleness.ts'
import { races } from '../../assurance/races.ts'
import { testsOfRaces } from '../../assurance/report/tests-of-races.ts'
import { names } from '../../assurance/results.ts'
import { stopLater } from '../services/cleanup.ts'
import { runExample } from './run-example.ts'

// Two faults, each with servers and three processes.
vi.setConfig({ testTimeout: 120_000 })

it('finds what was written behind the plugin’s back, and nothing stale after Redis was killed', async () => {
  const out = mkdtempSync(join(tmpdir(), 'cache-assurance-test-'))
  stopLater(async () => rmSync(out, { recursive: true, force: true }))
  const args = ['--only', 'control,redis-killed', '--seconds', '1', '--out', out]
  const { code, output } = await runExample('assurance', { args })
  const figures = (name: string) =>
    (JSON.parse(readFileSync(join(out, 'assurance', `${name}.json`), 'utf8')) as { figures: Figures }).figures
  expect(figures('control').staleAnswers).toBeGreaterThan(0)
  expect(figures('redis-killed')).toMatchObject({ staleAnswers: 0, failedReads: 0, failedWrites: 0, hungRequests: 0 })
  expect(figures('redis-killed').requests).toBeGreaterThan(0)
  expect(readFileSync(join(out, 'assurance.md'), 'utf8')).toContain('Everything was as promised')
  expect(output).not.toContain('Not as promised')
  expect(code).toBe(0)
})

it('reports every fault that there is, and the raw data of each', () => {
  const docs = resolve(import.meta.dirname, '../../docs')
  const page = readFileSync(join(docs, 'assurance.md'), 'utf8')
  for (const { title, name } of faults) expect(page).toContain(`| [${title}](assurance/${name}.json) |`)
  for (const name of names) {
    expect(JSON.parse(readFileSync(join(docs, 'assurance', `${name}.json`), 'utf8'))).toMatchObject({ name })
  }
})

it('names a test for every race, or says why there is none', () => {
  const tests = testsOfRaces()
  expect(races.map(({ row }) => row)).toEqual(Array.from({ length: 46 }, (_, at) => `R${at + 1}`))
  expect(races.filter(({ row, limit }) => !tests.has(row) && limit === undefined)).toEqual([])
})

it('takes an answer for stale only if a later version had been acknowledged before the read began', () => {
  const write = (startNs: number, endNs: number, version: number) => record({ kind: 'write', startNs, endNs, version })
  const read = (startNs: number, version: number) => record({ kind: 'one', startNs, endNs: startNs + 1, version })
  const [first, second] = [write(0, 10, 1), write(5, 20, 2)]
  const stale = (one: RequestRecord) => findStale([second, first, one]).staleAnswers.map(({ expected }) => expected)
  expect(stale(read(8, 0))).toEqual([])
  expect(stale(read(11, 0))).toEqual([1])
  expect(stale(read(11, 1))).toEqual([])
  expect(stale(read(20, 1))).toEqual([])
  expect(stale(read(21, 1))).toEqual([2])
  expect(stale(read(21, 3))).toEqual([])
  // The one of two overlapping writes that was acknowledged first may be the later one.
  expect(findStale([write(0, 10, 2), write(5, 20, 1), read(21, 1)]).staleAnswers).toMatchObject([{ lagMs: 11e-6 }])
  expect(findStale([{ ...second, status: 'failed' }, read(21, 1)]).staleAnswers).toEqual([])
})

it('names the option that is wrong', () => {
  expect(() => parseOptions(['--only', 'control,nothing'], names)).toThrow(/--only: expected names .*got 'nothing'/)
  expect(() => parseOptions(['--seconds', 'soon'], names)).toThrow('--seconds: expected a number')
})

interface Told extends Pick<RequestRecord, 'kind' | 'startNs' | 'endNs'> {
  readonly version: number
}

function record({ version, kind, ...times }: Told): RequestRecord {
  return { kind, ...times, status: kind === 'write' ? 'ok' : 'hit', code: '', versions: { 'City/1': version } }
}
