import { lose } from './promises.ts'
import { drawNonce } from './redis.ts'
import type { Fault, Go, World } from './scenario.ts'
import type { Redis, State } from './state.ts'

/** What happens to the store and to the database, and what others do with them. */
export function faultSteps(state: State, world: World, go: Go): void {
  const { scenario, follows } = world
  const { left, redis } = state
  const step = (label: string, change: (draft: State) => string | undefined) => go(label, change)
  if (left.expiries > 0 && redis.lease)
    step('the lease expires', (draft) => {
      draft.left.expiries -= 1
      draft.redis.lease = null
      return undefined
    })
  if (left.mends > 0)
    step('somebody mends what the database refuses', (draft) => {
      draft.left.mends -= 1
      draft.isPoisoned = false
      return undefined
    })
  if (left.copies > 0)
    step('the replica catches up', (draft) => {
      draft.left.copies -= 1
      draft.backup = copyRedis(draft.redis)
      return undefined
    })
  if (left.faults === 0) return
  for (const fault of scenario.faults) {
    if (fault === 'marker' && follows('markersStay')) continue
    step(`FAULT: ${names[fault]}`, (draft) => {
      draft.left.faults -= 1
      return strike(fault, draft, world)
    })
  }
}

const names: Readonly<Record<Fault, string>> = {
  entry: 'the entry is evicted',
  guard: 'the guard is evicted',
  root: 'the root is evicted',
  list: 'the stamp of the lists is evicted',
  marker: 'the marker is evicted',
  failover: 'the replica takes over',
}

function strike(fault: Fault, draft: State, { follows }: World): string | undefined {
  const { redis } = draft
  switch (fault) {
    case 'entry':
      redis.entries[0] = null
      return undefined
    case 'guard':
      redis.guards[0] = null
      return undefined
    case 'marker':
      redis.markers[0] = null
      return undefined
    case 'root':
    case 'list':
      redis[fault] = null
      return undefined
    case 'failover': {
      // A root that was made on another server counts as missing.
      const life = follows('lifeIsNew') ? drawNonce() : redis.life
      draft.redis = { ...copyRedis(draft.backup!), life, root: null }
      return lose(draft)
    }
  }
}

export function copyRedis(redis: Redis): Redis {
  const { markers, guards, entries, blocked } = redis
  return { ...redis, markers: [...markers], guards: [...guards], entries: [...entries], blocked: [...blocked] }
}
