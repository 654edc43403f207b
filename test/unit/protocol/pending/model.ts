import { explore, type Step, type Verdict } from '../checker.ts'
import { valuesText } from '../values-text.ts'
import { acceptingSteps } from './accepting.ts'
import { operatorSteps } from './dead-letters.ts'
import { copyRedis, faultSteps } from './faults.ts'
import { flusherSteps } from './flushers.ts'
import { brokenPromise } from './promises.ts'
import { readerSteps } from './readers.ts'
import { drawNonce } from './redis.ts'
import type { Follows, Rule } from './rules.ts'
import type { Go, Scenario, World } from './scenario.ts'
import type { Flusher, Redis, State, Writer } from './state.ts'
import { synchronousSteps } from './synchronous.ts'

/**
 * Write-behind as it is built, in one scenario, in every interleaving.
 *
 * A step is what happens at once: one script in the store, one transaction in the database.
 *
 * @param broken rules that nobody follows
 */
export function check(scenario: Scenario, broken: readonly Rule[] = []): Verdict {
  const follows: Follows = (rule) => !broken.includes(rule)
  const world: World = { scenario, follows }
  return explore(startOf(scenario), { stepsFrom: (state) => stepsFrom(state, world), textOf: valuesText })
}

function stepsFrom(state: State, world: World): Step<State>[] {
  const steps: Step<State>[] = []
  const go: Go = (label, change) => {
    const draft = copy(state)
    const wrong = change(draft) ?? brokenPromise(draft)
    steps.push({ label, wrong, next: draft })
  }
  readerSteps(state, world, go)
  for (const [index, writer] of state.writers.entries()) {
    const { after } = world.scenario.writers[index]!
    if (writer.at === 'idle' && after !== undefined && state.writers[after]!.at !== 'done') continue
    acceptingSteps(state, world, go, index, writer)
    synchronousSteps(state, world, go, index, writer)
  }
  flusherSteps(state, world, go)
  operatorSteps(state, world, go)
  faultSteps(state, world, go)
  return steps
}

/** What is changed in place; rows, entries, stamps and the stream are replaced as a whole. */
function copy(state: State): State {
  const { redis, db, truth, readers, writers, flushers, left } = state
  return {
    ...state,
    redis: copyRedis(redis),
    db: { ...db, rows: [...db.rows] },
    truth: { ...truth, happened: [...truth.happened], heldBack: [...truth.heldBack] },
    readers: readers.map((reader) => ({ ...reader })),
    writers: writers.map((writer) => ({ ...writer })),
    flushers: flushers.map((flusher) => ({ ...flusher })),
    left: { ...left },
  }
}

function startOf({ rows, readers, writers, flushers, faults, budget }: Scenario): State {
  const each = <T>(value: T): T[] => Array.from({ length: rows }, () => value)
  const redis: Redis = {
    ...{ life: drawNonce(), lastId: 0, stream: [], markers: each(null), guards: each(null), entries: each(null) },
    ...{ root: null, shape: null, list: null, listEntry: null, gates: [], lease: null, blocked: each(null), skip: [] },
  }
  const writer: Writer = { at: 'idle', upTo: 0, held: null, data: [], fresh: null, isOver: false }
  const flusher: Flusher = {
    ...{ at: 'idle', lease: null, epoch: 0, rest: [], done: [], skip: [], blocked: [], isCareful: false },
  }
  return {
    redis,
    backup: faults.includes('failover') ? redis : null,
    db: { rows: each([]), epoch: 0, last: [] },
    truth: { happened: each([]), heldBack: each([]), acknowledged: [], lost: [] },
    isPoisoned: true,
    readers: readers.map(() => ({ at: 'idle', must: [], mustNot: [], upTo: 0, held: null, data: [] })),
    writers: writers.map(() => ({ ...writer })),
    flushers: Array.from({ length: flushers }, () => ({ ...flusher })),
    halfRetried: null,
    left: { ...budget },
  }
}
