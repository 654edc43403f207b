import { seededRandom } from '../../examples/shared/random.ts'

/** Something whose calls are timed. */
export interface Subject {
  readonly name: string
  call(): PromiseLike<unknown>
  /** Comes before each call and is not timed; then only one call may be in flight. */
  before?(): PromiseLike<unknown>
  /** Calls in one slice, at most. */
  readonly callsMax?: number
  /** A counter that is read before and after each slice. */
  gauge?(): number
}

/** What one subject did while it was its turn. */
export interface Slice {
  /** One per call. */
  readonly latenciesMs: readonly number[]
  /** From the first call to the end of the last, without what came before the calls. */
  readonly seconds: number
  /** By how much the gauge rose, without what came before the calls. */
  readonly gauged: number
}

export interface Measured {
  /** One per round, in order; the warm-up is left out. */
  readonly slices: readonly Slice[]
  /** What it threw: it had no turn after that. */
  readonly failure: unknown
}

export interface Turns {
  readonly rounds: number
  /** Rounds before them that do not count. */
  readonly warmUpRounds: number
  readonly sliceMs: number
  readonly inFlight: number
}

/**
 * Lets all subjects take turns, in short slices: a machine is faster now than later, so that only what is measured side by side
 * compares. Who comes first, and who comes after whom, is another one in each round.
 */
export async function takeTurns(subjects: readonly Subject[], turns: Turns): Promise<ReadonlyMap<string, Measured>> {
  const random = seededRandom(1)
  const all = subjects.map((subject) => ({ subject, slices: [] as Slice[], failure: undefined as unknown }))
  for (let round = 0; round < turns.warmUpRounds + turns.rounds; round += 1) {
    for (const one of shuffled(all, random)) {
      if (one.failure !== undefined) continue
      try {
        const slice = await runSlice(one.subject, turns)
        if (round >= turns.warmUpRounds) one.slices.push(slice)
      } catch (error) {
        one.failure = error
      }
    }
  }
  return new Map(all.map(({ subject, slices, failure }) => [subject.name, { slices, failure }]))
}

async function runSlice(subject: Subject, { sliceMs, inFlight }: Turns): Promise<Slice> {
  const gauge = () => subject.gauge?.() ?? 0
  const gaugeAtStart = gauge()
  const latenciesMs: number[] = []
  const { callsMax = Number.POSITIVE_INFINITY } = subject
  let started = 0
  let [pausedMs, gaugedBefore] = [0, 0]
  const startedMs = performance.now()
  const work = async () => {
    while (started < callsMax && performance.now() - startedMs < sliceMs) {
      started += 1
      const beforeMs = performance.now()
      if (subject.before) {
        const gaugeAt = gauge()
        await subject.before()
        gaugedBefore += gauge() - gaugeAt
      }
      const sentMs = performance.now()
      await subject.call()
      latenciesMs.push(performance.now() - sentMs)
      pausedMs += sentMs - beforeMs
    }
  }
  await Promise.all(Array.from({ length: subject.before ? 1 : inFlight }, work))
  const seconds = (performance.now() - startedMs - pausedMs) / 1000
  return { latenciesMs, seconds, gauged: gauge() - gaugeAtStart - gaugedBefore }
}

function shuffled<One>(items: readonly One[], random: () => number): readonly One[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)
}
