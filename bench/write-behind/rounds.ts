import type { Check, Environment } from './counters.ts'
import { type Drained, openHeldBack, openQueued } from './drained.ts'
import type { Driven } from './drive.ts'
import type { Size, Way } from './way.ts'
import { openAccepted, openDirect, openUnwritten, openWrittenByHand, type WritingWay, type Written } from './written.ts'

/** What one round has measured. */
export interface Round {
  readonly direct: Checked<Written>
  readonly accepted: Checked<Written>
  readonly unwritten: Checked<Written>
  readonly byHand: Checked<Written>
  readonly queued: Checked<Drained>
  readonly heldBack: Checked<Drained>
}

/** `check` was made right afterwards. */
export type Checked<Measured> = Measured & { readonly check: Check }

interface Ways {
  readonly direct: WritingWay
  readonly accepted: WritingWay
  readonly unwritten: WritingWay
  readonly byHand: WritingWay
  readonly queued: Way<Drained>
  readonly heldBack: Way<Drained>
}

export interface Rounds {
  readonly rounds: readonly Round[]
  /** One write of each counter, by a client that has accepted none before: it has to read the rows. */
  readonly first: { readonly direct: Driven; readonly accepted: Checked<Driven> }
}

interface Options {
  readonly size: Size
  readonly rounds: number
  readonly warmUpRounds: number
}

const warmUpSeconds = 2

/**
 * Measures everything again and again: a machine is faster now than later, so that only what is measured side by side compares.
 *
 * As in the long run: each counter was written before, and code was compiled, which takes a number of its calls, of which batches make few.
 */
export async function measureRounds(
  { size, rounds, warmUpRounds }: Options,
  draw: () => number,
  environment: Environment,
): Promise<Rounds> {
  const ways: Ways = {
    direct: await openDirect(draw, environment),
    accepted: await openAccepted(draw, environment),
    unwritten: await openUnwritten(draw, environment),
    byHand: await openWrittenByHand(draw, environment),
    queued: await openQueued(draw, environment),
    heldBack: await openHeldBack(draw, environment),
  }
  console.log('Warming up ...')
  const { writers } = size
  for (const way of [ways.direct, ways.accepted, ways.byHand]) await way.writeEach(writers)
  const warmUp = { ...size, seconds: warmUpSeconds }
  for (let round = 1; round <= warmUpRounds; round += 1) await measureRound(ways, warmUp, false)
  const fresh = await openAccepted(draw, environment)
  const first = {
    direct: await ways.direct.writeEach(writers),
    accepted: { ...(await fresh.writeEach(writers)), check: await fresh.counters.check() },
  }
  const measured: Round[] = []
  for (let round = 1; round <= rounds; round += 1) {
    console.log(`Round ${round} of ${rounds} ...`)
    measured.push(await measureRound(ways, size, round % 2 === 0))
  }
  return { rounds: measured, first }
}

async function measureRound(ways: Ways, size: Size, isReversed: boolean): Promise<Round> {
  const [direct, accepted] = await measureBoth(ways.direct, ways.accepted, size, isReversed)
  const unwritten = await measure(ways.unwritten, size)
  const byHand = await measure(ways.byHand, size)
  const [queued, heldBack] = await measureBoth(ways.queued, ways.heldBack, size, isReversed)
  return { direct, accepted, unwritten, byHand, queued, heldBack }
}

async function measureBoth<T>(one: Way<T>, other: Way<T>, size: Size, isReversed: boolean) {
  if (isReversed) {
    const second = await measure(other, size)
    return [await measure(one, size), second] as const
  }
  return [await measure(one, size), await measure(other, size)] as const
}

async function measure<T>({ counters, measure }: Way<T>, size: Size): Promise<Checked<T>> {
  await counters.tidy()
  const measured = await measure(size)
  return { ...measured, check: await counters.check() }
}
