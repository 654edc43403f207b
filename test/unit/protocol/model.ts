import { explore, type Step, type Verdict } from './checker.ts'
import { faultSteps } from './faults.ts'
import { readerSteps } from './readers.ts'
import { drawNonce, emptyRedis, forgetTheInvalid } from './redis.ts'
import type { Follows, Rule } from './rules.ts'
import type { Go, Scenario, World } from './scenario.ts'
import type { Reader, State } from './state.ts'
import { sweeperSteps } from './sweepers.ts'
import { valuesText } from './values-text.ts'
import { writerSteps } from './writers.ts'

/**
 * The protocol as it is built, in one scenario, in every interleaving.
 *
 * A step is what happens at once: one command or script in the store, one statement in the database, one decision in a process.
 *
 * @param broken rules that nobody follows
 */
export function check(scenario: Scenario, broken: readonly Rule[] = []): Verdict {
  const follows: Follows = (rule) => !broken.includes(rule)
  const world: World = { scenario, follows }
  return explore(startOf(scenario), { stepsFrom: (state) => stepsFrom(state, world), textOf })
}

function stepsFrom(state: State, world: World): Step<State>[] {
  const steps: Step<State>[] = []
  const go: Go = (label, change) => {
    const draft = copy(state)
    const wrong = change(draft)
    forgetTheInvalid(draft, world)
    steps.push({ label, wrong, next: draft })
  }
  readerSteps(state, world, go)
  writerSteps(state, world, go)
  sweeperSteps(state, world, go)
  faultSteps(state, world, go)
  return steps
}

/** As `structuredClone`, for plain data and many times as fast: a spread copies an object at once, and only what is in it is looked at. */
function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copy) as T
  const copied = { ...(value as Record<string, unknown>) }
  for (const name in copied) {
    const inner = copied[name]
    if (typeof inner === 'object' && inner !== null) copied[name] = copy(inner)
  }
  return copied as T
}

/** Its names differ, too: who has an intent. */
function textOf(state: State): string {
  return valuesText(state) + [state.redis, state.backup].map((redis) => Object.keys(redis?.intents ?? {}).join())
}

function startOf({ readers, writers, budget, sweepers, hasRefresh, faults }: Scenario): State {
  const identity = drawNonce()
  const redis = { ...emptyRedis(identity), born: identity }
  const last = Math.max(...readers, ...writers.map(({ process }) => process))
  const saw = faults.includes('detour') ? identity : null
  const process = { sees: identity, saw, version: null, knowsShape: false, owes: 0, paying: 0, min: 0, flight: null }
  const reader = (of: number, background = false): Reader => ({
    ...{ process: of, background, at: 'idle', min: 0, entry: null, seen: null, isLoading: false, isAhead: false },
    ...{ held: null, data: 0, late: null, flight: null },
  })
  return {
    db: 0,
    min: 0,
    redis,
    backup: faults.includes('failover') ? redis : null,
    processes: Array.from({ length: last + 1 }, () => ({ ...process })),
    readers: [...readers.map((of) => reader(of)), ...(hasRefresh ? [reader(readers[0]!, true)] : [])],
    writers: writers.map(({ process, kind }, index) => ({
      ...{
        process,
        kind,
        at: 'idle',
        intent: 'none',
        sender: index,
        sentAge: 0,
        commit: 0,
        held: null,
        isCurrent: false,
        wrote: 'once',
      },
      ...{ isRunning: false, isUnknown: false, due: null },
    })),
    sweepers: Array.from({ length: sweepers }, () => ({ at: 'idle', age: 0 })),
    left: { ...budget },
  }
}
