import { median } from '../shared/statistics.ts'
import type { Figure, Figures, RoundFigures } from './figures.ts'
import {
  allDependents,
  caseName,
  isByRate,
  oneDependent,
  tagCase,
  thenRoundTrips,
  uncachedCase,
  wayNames,
  writeCase,
} from './names.ts'

/** Two things that are compared, round by round. */
export interface Ratio {
  readonly name: string
  /** One per round; none where something was not measured. */
  readonly perRound: readonly number[]
  readonly better: 'less' | 'more'
}

export interface Target extends Ratio {
  /** What the median must not pass. */
  readonly limit: number
}

/** `<= 1.15` */
export function limitOf({ limit, better }: Target): string {
  return `${better === 'less' ? '<=' : '>='} ${limit}`
}

export function verdictOf({ limit, better, perRound }: Target): 'met' | 'missed' | 'not measured' {
  if (perRound.length === 0) return 'not measured'
  const isMet = better === 'less' ? median(perRound) <= limit : median(perRound) >= limit
  return isMet ? 'met' : 'missed'
}

const { noCache, raw, floor, bare, passThrough, redis, embedded, writeThrough, compressed, hooked } = wayNames
const timeUs = ({ p50Us }: RoundFigures) => p50Us
const rate = ({ perSecond }: RoundFigures) => perSecond

/** What the plugin is held to. */
export function targetsOf(figures: Figures): readonly Target[] {
  const against = ratiosIn(figures)
  const overBounds = (of: string) =>
    against(caseName(of, 1), [redis, floor, raw], ([ours, ...bounds]) => ours! / sum(bounds), timeUs)
  return [
    {
      name: 'findUnique on Redis, against floor + raw',
      limit: 1.15,
      better: 'less',
      perRound: overBounds('findUnique'),
    },
    { name: 'list on Redis, against floor + raw', limit: 1.25, better: 'less', perRound: overBounds('list') },
    {
      name: 'findUnique, 64 in flight: rate, against floor and raw one after the other',
      limit: 0.8,
      better: 'more',
      perRound: against(caseName('findUnique', 64), [redis, floor, raw], ofBounds, rate),
    },
    {
      name: 'findUnique embedded, against floor',
      limit: 1.3,
      better: 'less',
      perRound: against(caseName('findUnique', 1), [embedded, floor], quotient, timeUs),
    },
    { name: 'uncached model, against no plugin', limit: 1.02, better: 'less', perRound: againstNone(against, redis) },
    {
      name: 'write, cache-aside: against a write without a cache and a round trip to Redis',
      limit: 1,
      better: 'less',
      perRound: against(writeCase, [redis, thenRoundTrips[0]], quotient, timeUs),
    },
    {
      name: 'write, write-through: against a write without a cache and two round trips',
      limit: 1,
      better: 'less',
      perRound: against(writeCase, [writeThrough, thenRoundTrips[1]], quotient, timeUs),
    },
    {
      name: 'invalidating a tag that all entries carry, against one entry',
      limit: 1.5,
      better: 'less',
      perRound: against(tagCase, [allDependents, oneDependent], quotient, timeUs),
    },
  ]
}

/** What no target is about: what is shown beside them, and watched. Not what writes take peers that look through all of Redis. */
export function otherRatiosOf(figures: Figures, peers: readonly string[]): readonly Ratio[] {
  return [
    ...boundsOf(figures),
    ...choicesOf(figures),
    ...casesOfAll(figures).map((name) => againstOther(figures, name, noCache)),
    ...againstPeers(figures, peers).filter(({ caseName }) => caseName !== writeCase),
  ]
}

/** What the targets would say of a hook that does as little as one can. */
export function boundsOf(figures: Figures): readonly Ratio[] {
  const against = ratiosIn(figures)
  const overBounds = (of: string) =>
    against(caseName(of, 1), [bare, floor, raw], ([least, ...bounds]) => least! / sum(bounds), timeUs)
  return [
    { name: 'findUnique: GET in a hook, against floor + raw', better: 'less', perRound: overBounds('findUnique') },
    { name: 'list: GET in a hook, against floor + raw', better: 'less', perRound: overBounds('list') },
    {
      name: 'findUnique, 64 in flight: rate of GET in a hook, against floor and raw one after the other',
      better: 'more',
      perRound: against(caseName('findUnique', 64), [bare, floor, raw], ofBounds, rate),
    },
    {
      name: 'uncached model: a hook that does nothing, against no hook',
      better: 'less',
      perRound: againstNone(against, passThrough),
    },
  ]
}

/** What it takes to choose what is not the default. */
export function choicesOf(figures: Figures): readonly Ratio[] {
  const choices = [
    { of: 'findUnique', way: hooked, what: 'with a hook of another extension, against none' },
    { of: 'list', way: compressed, what: 'with compressed entries, against plain ones' },
  ]
  return choices.flatMap(({ of, way, what }) =>
    [1, 64].map((inFlight) => {
      const name = caseName(of, inFlight)
      const taken = isByRate(name) ? secondsPerCall : timeUs
      const perRound = ratiosIn(figures)(name, [way, redis], quotient, taken)
      return { name: `${name}: time ${what}`, better: 'less', perRound } as const
    }),
  )
}

export interface AgainstPeer extends Ratio {
  readonly caseName: string
  readonly peer: string
}

/** The plugin's time against that of each peer in each case. The last target is that all are below 1. */
export function againstPeers(figures: Figures, peers: readonly string[]): readonly AgainstPeer[] {
  return casesOfAll(figures).flatMap((name) =>
    peers.map((peer) => ({ caseName: name, peer, ...againstOther(figures, name, peer) })),
  )
}

/** The cases that every way is in. */
function casesOfAll(figures: Figures): readonly string[] {
  return Object.keys(figures).filter((name) => name !== tagCase && name !== uncachedCase)
}

/** `write: the plugin's time, against BentoCache by hand` */
function againstOther(figures: Figures, name: string, other: string): Ratio {
  const perRound = ratiosIn(figures)(name, [redis, other], quotient, isByRate(name) ? secondsPerCall : timeUs)
  return { name: `${name}: the plugin's time, against ${other}`, better: 'less', perRound }
}

type Against = ReturnType<typeof ratiosIn>

function ratiosIn(figures: Figures) {
  return (
    name: string,
    ways: readonly string[],
    ratio: (values: readonly number[]) => number,
    of: (rounds: RoundFigures) => readonly number[],
  ): readonly number[] => {
    const found = ways.map((way) => figures[name]?.[way])
    if (!found.every(isSound)) return []
    const [first = [], ...others] = found.map(({ rounds }) => of(rounds))
    return first.map((value, round) => ratio([value, ...others.map((values) => values[round]!)]))
  }
}

function isSound(figure: Figure | undefined): figure is Figure {
  return figure !== undefined && figure.fault === null
}

function againstNone(against: Against, way: string): readonly number[] {
  return against(uncachedCase, [way, noCache], quotient, timeUs)
}

const secondsPerCall = (rounds: RoundFigures) => rate(rounds).map((perSecond) => 1 / perSecond)
const ofBounds = ([ours, floors, raws]: readonly number[]) => ours! * (1 / floors! + 1 / raws!)
const quotient = ([one, other]: readonly number[]) => one! / other!
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
