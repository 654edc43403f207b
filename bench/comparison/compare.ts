import type { Case } from './cases.ts'
import { type CaseFigures, type Figure, type Figures, figureOf, lastLine, noFigure } from './figures.ts'
import { type Subject, type Turns, takeTurns } from './measure.ts'
import { caseName } from './names.ts'
import type { Opened } from './open-ways.ts'
import type { Site } from './site.ts'

export type Sizes = Omit<Turns, 'inFlight'>

export interface Compared {
  readonly figures: Figures
  /** All that Redis held when a case began, by case: some peers look through all of it. */
  readonly keysInRedis: Readonly<Record<string, number>>
}

/** Measures one case after the other, and in each all ways side by side. */
export async function compare(
  cases: readonly Case[],
  ways: readonly Opened[],
  site: Site,
  sizes: Sizes,
): Promise<Compared> {
  const figures: Record<string, CaseFigures> = {}
  const keysInRedis: Record<string, number> = {}
  for (const one of cases) {
    const taking = ways.filter(({ kind }) => (kind.isPeer ? one.hasPeers : one.ways.includes(kind.name)))
    for (const inFlight of one.inFlight) {
      const isAlone = one.inFlight.length === 1 && inFlight === 1
      const name = isAlone ? one.name : caseName(one.name, inFlight)
      console.log(`Measuring ${name} ...`)
      keysInRedis[name] = await site.redis.dbsize()
      figures[name] = await measureCase(one, taking, site, { ...sizesOf(one, sizes), inFlight })
    }
  }
  return { figures, keysInRedis }
}

function sizesOf({ isFine = false, warmUpFactor = 1 }: Case, sizes: Sizes): Sizes {
  return isFine ? fine(sizes) : { ...sizes, warmUpRounds: warmUpFactor * sizes.warmUpRounds }
}

/** Slices of a quarter, sixteen times as many: what disturbs the machine for a moment then disturbs few of them. */
function fine({ rounds, warmUpRounds, sliceMs }: Sizes): Sizes {
  return { rounds: 16 * rounds, warmUpRounds: 4 * warmUpRounds, sliceMs: sliceMs / 4 }
}

async function measureCase(one: Case, ways: readonly Opened[], site: Site, turns: Turns): Promise<CaseFigures> {
  const subjects: Subject[] = []
  const faults = new Map<string, string>()
  for (const { kind, way } of ways) {
    try {
      if (way instanceof Error) throw way
      subjects.push(await one.prepare(way, site))
    } catch (error) {
      faults.set(kind.name, `throws: ${lastLine(error)}`)
    }
  }
  const beside = one.beside?.(site) ?? []
  const measured = await takeTurns([...subjects, ...beside], turns)
  const figures: Record<string, Figure> = {}
  for (const { kind, way } of ways) {
    const slices = measured.get(kind.name)
    figures[kind.name] =
      slices === undefined || way instanceof Error
        ? noFigure(faults.get(kind.name) ?? '')
        : figureOf(slices, (all) => one.faultOf(way, all, turns.inFlight))
  }
  for (const { name } of beside) figures[name] = figureOf(measured.get(name)!, () => null)
  return figures
}
