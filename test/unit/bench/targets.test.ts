import { describe, expect, it } from 'vitest'
import { allDependents, oneDependent, thenRoundTrips, wayNames } from '../../../bench/comparison/names.ts'
import { againstPeers, otherRatiosOf, targetsOf } from '../../../bench/comparison/targets.ts'
import { figure } from './figures.ts'

const { noCache, raw, floor, passThrough, redis, embedded, writeThrough } = wayNames

const figures = {
  'findUnique, 1 in flight': {
    [raw]: figure([30, 40]),
    [floor]: figure([10, 10]),
    [redis]: figure([50, 100]),
    [embedded]: figure([12, 11]),
    [noCache]: figure([200, 200]),
    slower: figure([75, 50]),
    broken: figure([1, 1], undefined, '2 hits missed'),
  },
  'findUnique, 64 in flight': {
    [raw]: figure([1], [60_000]),
    [floor]: figure([1], [30_000]),
    [redis]: figure([1], [16_000]),
    [noCache]: figure([1], [8000]),
    slower: figure([1], [4000]),
    broken: figure([], [], 'throws: no such thing'),
  },
  'list, 1 in flight': { [raw]: figure([100]), [floor]: figure([20]), [redis]: figure([150]) },
  uncached: { [noCache]: figure([100]), [passThrough]: figure([101]), [redis]: figure([103]) },
  write: {
    [noCache]: figure([500, 600]),
    [redis]: figure([540, 680]),
    [writeThrough]: figure([620, 700]),
    [thenRoundTrips[0]]: figure([1000, 500]),
    [thenRoundTrips[1]]: figure([1000, 1000]),
  },
  tag: { [oneDependent]: figure([100]), [allDependents]: figure([140]) },
}

const rounds = (part: string) => targetsOf(figures).find(({ name }) => name.includes(part))!.perRound

describe('the targets', () => {
  it('compare with floor and raw together, round by round', () => {
    expect(rounds('findUnique on Redis')).toEqual([50 / 40, 100 / 50])
    expect(rounds('list on Redis')).toEqual([150 / 120])
  })

  it('compare the rate with that of floor and raw one after the other', () => {
    const [rate] = rounds('64 in flight')
    expect(rate).toBeCloseTo(16_000 / 20_000, 10)
  })

  it('compare hits in the process with floor, and a model that is not cached with no plugin', () => {
    expect(rounds('embedded')).toEqual([1.2, 1.1])
    expect(rounds('uncached')).toEqual([1.03])
  })

  it('compare writes with writes that round trips follow', () => {
    expect(rounds('cache-aside')).toEqual([0.54, 1.36])
    expect(rounds('write-through')).toEqual([0.62, 0.7])
  })

  it('compare a tag of all entries with a tag of one', () => {
    expect(rounds('tag')).toEqual([1.4])
  })

  it('have nothing to say of what was not measured, or not soundly', () => {
    const { tag: _tag, ...without } = figures
    expect(targetsOf(without).at(-1)!.perRound).toEqual([])
    const missed = {
      ...figures,
      write: { ...figures.write, [redis]: figure([1], undefined, '1 call did not reach the database') },
    }
    const perRound = targetsOf(missed).map((target) => [target.name, target.perRound.length])
    expect(Object.fromEntries(perRound)).toMatchObject({
      'write, cache-aside: against a write without a cache and a round trip to Redis': 0,
      'write, write-through: against a write without a cache and two round trips': 2,
    })
  })
})

describe('the peers', () => {
  it('are compared by the time of one call, and by the rate of many', () => {
    const against = againstPeers(figures, ['slower'])
    const perCase = Object.fromEntries(against.map(({ caseName, perRound }) => [caseName, perRound]))
    expect(perCase['findUnique, 1 in flight']).toEqual([50 / 75, 2])
    expect(perCase['findUnique, 64 in flight']).toEqual([0.25])
  })

  it('are not compared where they did not do what was asked', () => {
    for (const { perRound } of againstPeers(figures, ['broken'])) expect(perRound).toEqual([])
  })

  it('are in no case that is not theirs', () => {
    const names = againstPeers(figures, ['slower']).map(({ caseName }) => caseName)
    expect(names).not.toContain('tag')
    expect(names).not.toContain('uncached')
  })
})

it('watches the hook that does nothing, and each case against no cache', () => {
  const others = Object.fromEntries(otherRatiosOf(figures, []).map(({ name, perRound }) => [name, perRound]))
  expect(others).toMatchObject({
    'uncached model: a hook that does nothing, against no hook': [1.01],
    "findUnique, 1 in flight: the plugin's time, against no cache": [0.25, 0.5],
    "findUnique, 64 in flight: the plugin's time, against no cache": [0.5],
  })
})
