import { drawNonce, emptyRedis, readIntents } from './redis.ts'
import type { Fault, Go, World } from './scenario.ts'
import type { State } from './state.ts'

/** What happens to the store, and how processes get over it: debts are paid, a server that is new is looked at. */
export function faultSteps(state: State, world: World, go: Go): void {
  const { scenario, follows } = world
  if (state.left.faults > 0) {
    for (const fault of scenario.faults) {
      if (fault === 'failover' && state.sweepers.length > 0 && state.left.copies > 0) continue
      if (fault === 'intents' && !mayLoseIntents(state, world)) continue
      if (fault === 'detour' && state.backup !== null) {
        go('the server is back as it was', (draft) => {
          draft.left.faults -= 1
          replace(draft, draft.backup!, follows('serversAreTold'))
          draft.backup = null
          return undefined
        })
        continue
      }
      go(`FAULT: ${names[fault]}`, (draft) => {
        draft.left.faults -= 1
        strike(fault, draft, world)
        return undefined
      })
    }
    if (scenario.faults.includes('model') && !follows('registryWithRoot'))
      go('FAULT: the registry is evicted alone', (draft) => {
        draft.left.faults -= 1
        Object.assign(draft.redis, { version: null, isRegistered: false })
        return undefined
      })
  }
  // With time, every moment to catch up would be too much: the worst is the last one before the write.
  const isBefore = state.writers.every(({ at }) => at === 'idle') && state.redis.entry !== null
  const mayCopy = state.sweepers.length === 0 || isBefore
  if (state.left.copies > 0 && state.left.faults > 0 && mayCopy)
    go('the replica catches up', (draft) => {
      draft.left.copies -= 1
      draft.backup = structuredClone(draft.redis)
      return undefined
    })
  for (const index of state.processes.keys()) processSteps(state, world, go, index)
}

const names: Readonly<Record<Fault, string>> = {
  entry: 'the entry is evicted',
  model: 'the hash of the model is evicted',
  value: 'the stamp of the value is evicted',
  shape: 'the shape is forgotten',
  intents: 'the intents are evicted',
  mark: 'the mark is evicted',
  'user-tag': 'the stamp of the user tag is evicted',
  all: 'the store is emptied',
  restart: 'an empty server takes over',
  failover: 'the replica takes over',
  detour: 'another server takes its place for a while',
}

/** Only who notes the loss knows of it: a slow one would drop too late for writers that are dead. See the assumption. */
function mayLoseIntents({ sweepers, writers }: State, { follows }: World): boolean {
  return sweepers.length === 1 || !follows('notersDrop') || writers.every(({ due }) => due === null)
}

function strike(fault: Fault, draft: State, { follows }: World): void {
  const { redis } = draft
  switch (fault) {
    case 'entry':
    case 'value':
    case 'mark':
      redis[fault] = null
      return
    case 'user-tag':
      redis.userTag = null
      return
    case 'shape':
      redis.isRegistered = false
      if (follows('forgottenWithStamps')) Object.assign(redis, { shape: null, rowMark: null })
      return
    case 'model':
      Object.assign(redis, { root: null, isRegistered: false, shape: null, rowMark: null, version: null })
      return
    case 'intents':
      redis.intents = {}
      if (follows('marksWithIntents')) redis.born = null
      return
    case 'all':
      draft.redis = emptyRedis(redis.identity)
      return
    case 'restart':
      replace(draft, emptyRedis(drawNonce()), follows('serversAreTold'))
      return
    case 'detour':
      draft.backup = draft.redis
      replace(draft, emptyRedis(drawNonce()), follows('serversAreTold'))
      return
    case 'failover':
      replace(draft, { ...draft.backup!, identity: drawNonce() }, follows('serversAreTold'))
      return
  }
}

/** Another server answers from now on. Connections break: replies under way are lost, and everyone has to look again. */
function replace(draft: State, redis: State['redis'], isTold: boolean): void {
  draft.redis = redis
  if (!isTold) return
  for (const process of draft.processes) process.sees = null
  for (const reader of draft.readers) {
    if (reader.at === 'looked' || reader.at === 'late')
      Object.assign(reader, { at: 'idle', entry: null, seen: null, min: 0, isAhead: false })
  }
}

function processSteps({ processes }: State, world: World, go: Go, index: number): void {
  const { follows } = world
  const now = processes[index]!
  if (now.sees === null)
    go(`process ${index} looks at the server`, (draft) => {
      const process = draft.processes[index]!
      const { redis } = draft
      process.sees = redis.identity
      if (process.saw !== null && process.saw !== redis.identity && follows('newToWhoComes')) {
        redis.born = null
        if (draft.sweepers.length === 0) redis.root = null
      }
      if (process.saw !== null) process.saw = redis.identity
      if (draft.sweepers.length === 0 || !readIntents(draft, world)) return undefined
      redis.root = null
      for (const [name, ticks] of Object.entries(redis.intents)) if (ticks <= 0) delete redis.intents[name]
      return undefined
    })
  if (now.sees !== null && now.owes > 0 && now.paying === 0)
    go(`process ${index} drops the root it owes`, (draft) => {
      draft.redis.root = null
      draft.processes[index]!.paying = now.owes
      return undefined
    })
  if (now.paying > 0)
    go(`process ${index} hears that it has paid`, (draft) => {
      const process = draft.processes[index]!
      process.paying = 0
      if (process.owes !== now.paying && world.follows('paymentCoversWhatItSaw')) return undefined
      process.owes = 0
      // Now that nothing is owed, everybody must see what it wrote.
      draft.min = Math.max(draft.min, process.min)
      return undefined
    })
}
