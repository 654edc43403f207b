import { expect, it } from 'vitest'
import { worseThan } from '../../../bench/comparison/check.ts'

const less = (name: string, ...perRound: number[]) => ({ name, perRound, better: 'less' as const })
const more = (name: string, ...perRound: number[]) => ({ name, perRound, better: 'more' as const })
const committed = [less('hit', 1, 1.1, 1.2), more('rate', 0.8, 0.9, 1)]
const worse = (...now: readonly ReturnType<typeof less | typeof more>[]) =>
  worseThan(committed, now, 0.15).map(({ name }) => name)

it('tells a ratio that is worse by more than the tolerance beyond the spread', () => {
  expect(worse(less('hit', 1.37, 1.37, 1.37))).toEqual([])
  expect(worse(less('hit', 1.39, 1.39, 1.39))).toEqual(['hit'])
})

it('knows that more of some is better', () => {
  expect(worse(more('rate', 0.69, 0.69))).toEqual([])
  expect(worse(more('rate', 0.67, 0.67))).toEqual(['rate'])
  expect(worse(more('rate', 2))).toEqual([])
  expect(worse(less('hit', 0.1))).toEqual([])
})

it('looks at the median of this run: one round may be disturbed', () => {
  expect(worse(less('hit', 1.1, 9, 1.1))).toEqual([])
})

it('does not take the worst tenth of the committed rounds for their spread', () => {
  const rounds = [...Array.from({ length: 19 }, () => 1), 50]
  expect(worseThan([less('hit', ...rounds)], [less('hit', 2)], 0.15)).toHaveLength(1)
})

it('leaves out what only one of the runs has measured', () => {
  expect(worse(less('hit'), less('new', 9))).toEqual([])
})
