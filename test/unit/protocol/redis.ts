import type { World } from './scenario.ts'
import { type Entry, intentTicks, type Nonce, type Process, type Redis, type Stamps, type State } from './state.ts'

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
  const isSame = (held: Nonce | null, now: Nonce | null) => (now === null ? !follows('missingIsMiss') : held === now)
  const { root, shape, value } = entry.held
  return isSame(root, current.root) && isSame(shape, current.shape) && isSame(value, current.value)
}

export function emptyRedis(identity: Nonce): Redis {
  const stamps = { root: null, shape: null, version: null, value: null, mark: null, userTag: null }
  return { identity, ...stamps, entry: null, intents: {}, born: null }
}

/** Whether a sweep would find nothing to do. */
export function isQuiet({ redis }: State): boolean {
  return redis.born === redis.identity && Object.values(redis.intents).every((ticks) => ticks > 0)
}

/** `expired-intents.lua`: notes a birth, and says whether a root has to be dropped. */
export function readIntents({ redis }: State, { follows }: World): boolean {
  if (redis.born !== redis.identity) {
    redis.born = redis.identity
    if (follows('birthIntent')) redis.intents.birth = intentTicks
    if (follows('birthDropsAtOnce')) return true
  }
  return Object.values(redis.intents).some((ticks) => ticks <= 0)
}

/**
 * Forgets what can never matter again, so that states which differ only in it are one: an entry whose stamps will not be
 * current any more, neither here nor on the replica. A stamp that is gone never returns.
 */
export function forgetTheInvalid(draft: State, { scenario, follows }: World): void {
  // Whoever has read the stamps before the entry may take an entry that is invalid by now.
  if (scenario.readsStampsFirst || !follows('missingIsMiss') || !follows('staleNeedsStamps')) return
  const stores = draft.backup ? [draft.redis, draft.backup] : [draft.redis]
  const isDead = ({ root, shape, value }: Stamps) =>
    stores.every((redis) => redis.root?.nonce !== root || redis.shape !== shape || redis.value !== value)
  for (const redis of stores) if (redis.entry && isDead(redis.entry.held)) redis.entry = null
  for (const [index, reader] of draft.readers.entries()) {
    if (reader.at === 'looked' && reader.entry && isDead(reader.entry.held)) reader.entry = null
    // What is filled under dead stamps only overwrites. Who saw them before they died may still join the load.
    const mayBeJoined = draft.processes[reader.process]!.flight === index
    if (reader.held && !mayBeJoined && isDead(reader.held))
      Object.assign(reader.held, { root: null, shape: null, value: null })
  }
}
