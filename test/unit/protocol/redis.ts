import type { World, WriterSpec } from './scenario.ts'
import { type Entry, intentTicks, type Nonce, type Process, type Redis, type Stamps, type State } from './state.ts'

let drawn = 0
/** One that was never used. */
export const drawNonce = (): Nonce => `n${drawn++}`

/** What a process makes of the stamps in the store: a root made on another server is missing. */
export function currentStamps({ redis }: State, { sees }: Process, { scenario, follows }: World): Stamps {
  const { root, shape, value, mark, rowMark } = redis
  const isOurs = root?.by === sees || !follows('rootNamesServer')
  const { late } = scenario
  return {
    root: root && isOurs ? root.nonce : null,
    shape,
    value: late === 'rows' ? null : value,
    mark: late === 'user' ? mark : late === 'rows' ? rowMark : null,
    row: redis.row,
  }
}

/** The stamp of the tag that only the result tells. */
export function lateStamp({ redis }: State, { scenario }: World): Nonce | null {
  return scenario.late === 'rows' ? redis.value : redis.userTag
}

/** `obtain-stamps.lua`, and `obtain-stamp.lua` for the mark. A shape is registered when its stamp is made. */
export function obtainStamps(state: State, process: Process, world: World): Stamps {
  obtainModel(state, process, world)
  const { redis } = state
  const { late } = world.scenario
  if (late !== 'rows') redis.value ??= drawNonce()
  if (late === 'rows') redis.rowMark ??= drawNonce()
  if (late === 'user') redis.mark ??= drawNonce()
  return { ...currentStamps(state, process, world), row: null }
}

function obtainModel(state: State, process: Process, world: World): void {
  const { redis } = state
  const root = currentStamps(state, process, world).root ?? drawNonce()
  if (root !== redis.root?.nonce) redis.root = { by: process.sees!, nonce: root }
  if (!redis.isRegistered) Object.assign(redis, { isRegistered: true, version: drawNonce() })
  redis.shape ??= drawNonce()
}

/** The same by a writer that will store its row: where it does not know the value, the mark of the shape. */
export function holdStamps(state: State, process: Process, world: World, { stores, touches }: WriterSpec): Stamps {
  obtainModel(state, process, world)
  const { redis } = state
  if (stores === 'by value') redis.value ??= drawNonce()
  if (stores === 'by mark') redis.rowMark ??= drawNonce()
  if (touches?.includes('row')) redis.row ??= drawNonce()
  const { root, shape, row } = currentStamps(state, process, world)
  const isByValue = stores === 'by value'
  return { root, shape, row, value: isByValue ? redis.value : null, mark: isByValue ? null : redis.rowMark }
}

/**
 * `obtain-stamps.lua` once more, after the load: the stamp of the related row, and in the same step the mark. What the reader
 * holds of the mark is what it has to be now.
 */
export function obtainRowStamp({ redis }: State): { readonly stamp: Nonce; readonly mark: Nonce | null } {
  redis.value ??= drawNonce()
  if (redis.isRegistered) redis.rowMark ??= drawNonce()
  return { stamp: redis.value, mark: redis.rowMark }
}

/** Whether an entry is good under these stamps; those of late tags are another question. */
export function isValid(entry: Entry, current: Stamps, { scenario, follows }: World): boolean {
  const isSame = (held: Nonce | null, now: Nonce | null) => (now === null ? !follows('missingIsMiss') : held === now)
  const { root, shape, value, row } = entry.held
  const isSameValue = scenario.late === 'rows' || (row === null ? isSame(value, current.value) : row === current.row)
  return isSame(root, current.root) && isSame(shape, current.shape) && isSameValue
}

export function emptyRedis(identity: Nonce): Redis {
  const model = { root: null, isRegistered: false, shape: null, rowMark: null, version: null }
  return { identity, ...model, value: null, row: null, mark: null, userTag: null, entry: null, intents: {}, born: null }
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
export function forgetTheInvalid(draft: State, world: World): void {
  const { scenario, follows } = world
  // Whoever has read the stamps before the entry may take an entry that is invalid by now.
  if (scenario.readsStampsFirst || !follows('missingIsMiss') || !follows('staleNeedsStamps')) return
  const stores = draft.backup ? [draft.redis, draft.backup] : [draft.redis]
  const isDead = ({ root, shape, value, row }: Stamps) =>
    stores.every((redis) => {
      const isOtherValue = scenario.late !== 'rows' && (row === null ? redis.value !== value : redis.row !== row)
      return redis.root?.nonce !== root || redis.shape !== shape || isOtherValue
    })
  for (const redis of stores) if (redis.entry && isDead(redis.entry.held)) redis.entry = null
  for (const [index, reader] of draft.readers.entries()) {
    if (reader.at === 'looked' && reader.entry && isDead(reader.entry.held)) reader.entry = null
    // What is filled under dead stamps only overwrites. Who saw them before they died may still join the load.
    const mayBeJoined = draft.processes[reader.process]!.flight === index
    if (reader.held && !mayBeJoined && isDead(reader.held))
      Object.assign(reader.held, { root: null, shape: null, value: null })
  }
  if (!comparesAsBuilt(world)) return
  for (const { held } of draft.writers) {
    if (!held?.root) continue
    const isLost = stores.every(
      ({ root, shape, value, rowMark }) =>
        root?.nonce !== held.root ||
        shape !== held.shape ||
        (held.value !== null && value !== held.value) ||
        (held.mark !== null && rowMark !== held.mark),
    )
    // It stores nothing any more.
    if (isLost) Object.assign(held, { root: null, shape: null, value: null, mark: null, row: null })
  }
}

function comparesAsBuilt({ follows }: World): boolean {
  const rules = [
    'heldCompared',
    'markHeldCompared',
    'storedInOneStep',
    'storedUnderHeld',
    'kindHeldCompared',
    'ownKeyHeld',
    'ownKeyCarried',
  ] as const
  return rules.every(follows)
}
