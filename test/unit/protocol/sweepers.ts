import { isQuiet, readIntents } from './redis.ts'
import type { Go, World } from './scenario.ts'
import { isActive, nameOf } from './shared-intents.ts'
import { intentTicks, type State, type Sweeper } from './state.ts'

/** How much longer than a tick a slow sweeper may take. */
const ageMax = 1

/**
 * What sweepers do: read which intents have expired, drop the root, forget the intents that had expired by then.
 *
 * A tick passes only when everybody has done what is never late: live writers have renewed, what was sent has arrived, and
 * the first sweeper has swept.
 */
export function sweeperSteps(state: State, world: World, go: Go): void {
  for (const [index, sweeper] of state.sweepers.entries()) steps(state, world, go, index, sweeper)
  if (state.sweepers.length > 0 && mayPass(state, world)) go('time passes', (draft) => pass(draft, world))
}

function steps(state: State, world: World, go: Go, index: number, now: Sweeper): void {
  const { scenario, follows } = world
  const step = (label: string, change: (sweeper: Sweeper, draft: State) => void) =>
    go(`sweeper ${index} ${label}`, (draft) => {
      change(draft.sweepers[index]!, draft)
      return undefined
    })
  const [first, second] = follows('dropsBeforeForgetting')
    ? (['dropping', 'forgetting'] as const)
    : (['forgetting', 'dropping'] as const)
  const leave = (sweeper: Sweeper, at: Sweeper['at']) => {
    sweeper.at = at === first ? second : 'idle'
    if (sweeper.at === 'idle') sweeper.age = 0
  }
  if (now.at === 'idle' && !isQuiet(state))
    step('reads the intents', (sweeper, draft) => {
      if (readIntents(draft, world)) sweeper.at = first
    })
  if (now.at === 'dropping')
    step('drops the root', (sweeper, draft) => {
      draft.redis.root = null
      leave(sweeper, 'dropping')
    })
  if (now.at === 'forgetting')
    step('forgets the intents', (sweeper, draft) => {
      const { intents } = draft.redis
      for (const [name, ticks] of Object.entries(intents)) {
        if (ticks <= (follows('removesWhatItRead') ? -now.age : 0)) delete intents[name]
      }
      leave(sweeper, 'forgetting')
    })
  if (scenario.otherSweepers === 'die' && index > 0 && now.at !== 'idle' && now.at !== 'dead')
    step('dies', (sweeper) => {
      sweeper.at = 'dead'
    })
}

function mayPass(state: State, { follows }: World): boolean {
  const { sweepers, writers, redis } = state
  const isRenewed = (name: string) => redis.intents[name] === intentTicks
  const allRenewed = writers.every((writer) => {
    const { intent } = writer
    return (
      !isActive(writer) ||
      intent !== 'recorded' ||
      isRenewed(nameOf(writer)) ||
      !follows('renewal') ||
      !follows('writersRenew')
    )
  })
  const allArrived = writers.every(
    ({ at, intent }) => intent !== 'sent' || (at === 'dead' && !follows('intentsArrive')),
  )
  const noneTooOld = sweepers.every(({ at, age }) => at === 'idle' || at === 'dead' || age < ageMax)
  return isQuiet(state) && sweepers[0]!.at === 'idle' && allRenewed && allArrived && noneTooOld
}

function pass(draft: State, { follows }: World): undefined {
  for (const redis of [draft.redis, draft.backup]) {
    if (!redis) continue
    for (const [name, ticks] of Object.entries(redis.intents)) redis.intents[name] = Math.max(ticks - 1, -ageMax)
  }
  for (const sweeper of draft.sweepers) if (sweeper.at !== 'idle' && sweeper.at !== 'dead') sweeper.age += 1
  for (const writer of draft.writers) {
    if (writer.intent === 'recorded') writer.sentAge = 1
    if (follows('statementsEnd')) writer.isRunning = false
    if (writer.due !== null && writer.commit === 0 && !writer.isRunning) writer.due = null
    if (writer.due === null) continue
    writer.due -= 1
    if (writer.due > 0) continue
    draft.min = Math.max(draft.min, writer.commit)
    writer.due = null
  }
  return undefined
}
