import type { World } from './scenario.ts'
import type { Entry, Nonce, Process, Redis, Stamps, State } from './state.ts'

let drawn = 0
/** Used by no state: a state knows its nonces by names of its own, `c0` and on. */
export const drawNonce = (): Nonce => `n${drawn++}`

/** What a process makes of the stamps in the store: a root made on another server is missing. */
export function currentStamps({ redis }: State, { sees }: Process, { scenario, follows }: World): Stamps {
  const { root, shape, value, mark } = redis
  const isOurs = root?.by === sees || !follows('rootNamesServer')
  return { root: root && isOurs ? root.nonce : null, shape, value, mark: scenario.hasLateTags ? mark : null }
}

/** `obtain-stamps.lua`, and `obtain-stamp.lua` for the mark. A shape is registered when its stamp is made. */
export function obtainStamps(state: State, process: Process, world: World): Stamps {
  const { redis } = state
  const root = currentStamps(state, process, world).root ?? drawNonce()
  if (root !== redis.root?.nonce) redis.root = { by: process.sees!, nonce: root }
  if (redis.shape === null) {
    redis.version ??= drawNonce()
    redis.shape = drawNonce()
  }
  redis.value ??= drawNonce()
  if (world.scenario.hasLateTags) redis.mark ??= drawNonce()
  return currentStamps(state, process, world)
}

/** Whether an entry is good under these stamps; those of late tags are another question. */
export function isValid(entry: Entry, current: Stamps, { follows }: World): boolean {
  const isSame = (held: Nonce | null, now: Nonce | null) =>
    now === null ? !follows('missingIsMiss') : held === now
  const { root, shape, value } = entry.held
  return isSame(root, current.root) && isSame(shape, current.shape) && isSame(value, current.value)
}

export function emptyRedis(identity: Nonce): Redis {
  const stamps = { root: null, shape: null, version: null, value: null, mark: null, userTag: null }
  return { identity, ...stamps, entry: null, intents: {}, born: null }
}

/** `expired-intents.lua`: notes a birth, and says whether a root has to be dropped. */
export function readIntents({ redis }: State, { follows }: World, intentTicks: number): boolean {
  let isExpired = Object.values(redis.intents).some((ticks) => ticks <= 0)
  if (redis.born !== redis.identity) {
    redis.born = redis.identity
    if (follows('birthIntent')) redis.intents.birth = intentTicks
    if (follows('birthDropsAtOnce')) isExpired = true
  }
  return isExpired
}
