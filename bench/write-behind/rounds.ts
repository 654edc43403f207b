import type { Check, Environment } from './counters.ts'
import { type Drained, openHeldBack, openQueued } from './drained.ts'
import type { Size, Way } from './way.ts'
import { openAccepted, openDirect, openUnwritten, openWrittenByHand, type Written } from './written.ts'

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

type Ways = { readonly [Name in keyof Round]: Way<Round[Name] extends Checked<infer Measured> ? Measured : never> }

/** Measures everything again and again: a machine is faster now than later, so that only what is measured side by side compares. */
export async function measureRounds(
  { warmUp, size, rounds }: { readonly warmUp: Size; readonly size: Size; readonly rounds: number },
  draw: () => number,
  environment: Environment,
): Promise<readonly Round[]> {
  const ways: Ways = {
    direct: await openDirect(draw, environment),
    accepted: await openAccepted(draw, environment),
    unwritten: await openUnwritten(draw, environment),
    byHand: await openWrittenByHand(draw, environment),
    queued: await openQueued(draw, environment),
    heldBack: await openHeldBack(draw, environment),
  }
  console.log('Warming up ...')
  await measureRound(ways, warmUp, false)
  const measured: Round[] = []
  for (let round = 1; round <= rounds; round += 1) {
    console.log(`Round ${round} of ${rounds} ...`)
    measured.push(await measureRound(ways, size, round % 2 === 0))
  }
  return measured
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
