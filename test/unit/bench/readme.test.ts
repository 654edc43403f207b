import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { blockOf, markdownTable, readmeFile, renderReadme } from '../../../bench/comparison/readme.ts'
import { readResults } from '../../../bench/comparison/results.ts'
import { figure } from './figures.ts'

it('shows the committed figures, and no others', () => {
  expect(blockOf(readFileSync(readmeFile, 'utf8'))).toBe(renderReadme(readResults()))
})

it('shows times of one call and rates of many, and what a peer could not do', () => {
  const shown = renderReadme({
    date: '',
    machine: 'a machine',
    servers: ['a database', 'a Redis'],
    versions: {},
    method: {},
    keysInRedis: {},
    ways: [{ name: 'peer', isPeer: true, note: null, answers: null }],
    figures: {
      'list, 1 in flight': { 'no cache': figure([1234.5]), peer: figure([1], undefined, '3 hits missed') },
      'list, 64 in flight': { 'no cache': figure([1], [5678.4]), peer: figure([], [], 'throws: something long') },
      tag: { 'one entry': figure([1]) },
    },
    memory: {},
  })
  const lines = shown.split('\n').map((line) => line.replaceAll(/ +/g, ' '))
  expect(lines.slice(0, 13)).toEqual([
    '',
    'On a machine; a database; a Redis:',
    '',
    expect.stringContaining('| no cache | plugin on Redis | plugin embedded | peer | GET in a hook | floor | raw |'),
    expect.stringContaining('---:'),
    '| list, 1 in flight | 1,235 µs | | | 3 hits missed | | | |',
    '| list, 64 in flight | 5,678/s | | | throws | | | |',
    '',
    'What it is held to, as medians of the rounds:',
    '',
    expect.stringContaining('| target | measured |'),
    expect.stringContaining('---:'),
    '| findUnique on Redis, against floor + raw | <= 1.15 | not measured | not measured |',
  ])
})

it('aligns a table as the formatter does', () => {
  expect(markdownTable(['', 'time'], [['a list', '1 µs']])).toBe(
    ['|        | time |', '| ------ | ---: |', '| a list | 1 µs |'].join('\n'),
  )
})
