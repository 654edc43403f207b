import { currentStamps, drawNonce, isValid, lateStamp, obtainRowStamp, obtainStamps } from './redis.ts'
import type { Go, World } from './scenario.ts'
import { type Nonce, type Reader, type Stamps, type State, uncommitted } from './state.ts'

/**
 * What reads do. The lease that processes take turns by is left out: anyone may load at any time, so nothing rests on it.
 *
 * - *looked*              has read the entry or the stamps, not yet both. Leaves with the entry, or as `missed`.
 * - *late*                the entry is valid but for its late tags, which are read next.
 * - *missed*              joins a flight, or starts one.
 * - *asking*, *again*     obtains the stamps, and looks once more. Leaves as `found` if somebody has filled meanwhile.
 * - *loading*, *loaded*   asks the database under these stamps, and fills; everyone who joined is served.
 * - *tagged*, *confirmed* in between, where there are late tags: their stamps are obtained, the mark has not moved. For rows that
 *                         is one step.
 * - *joined*              waits for the flight of another reader in its process.
 */
export function readerSteps(state: State, world: World, go: Go): void {
  for (const [index, reader] of state.readers.entries()) {
    const next = nextStep(state, world, index, reader)
    const name = reader.background ? 'the refresh' : `reader ${index}`
    const change = world.scenario.readsAtOnce ? wholeRead(world, index) : next?.change
    if (next && change) go(`${name} ${next.label}`, (draft) => change(draft.readers[index]!, draft))
  }
}

interface ReaderStep {
  readonly label: string
  readonly change: (reader: Reader, draft: State) => string | undefined
}

/** All steps up to the answer, with nobody else's in between. */
const wholeRead =
  (world: World, index: number): ReaderStep['change'] =>
  (reader, draft) => {
    for (;;) {
      const next = nextStep(draft, world, index, reader)
      const wrong = next?.change(reader, draft)
      if (!next || wrong !== undefined || reader.at === 'idle') return wrong
    }
  }

const step = (label: string, change: ReaderStep['change']): ReaderStep => ({ label, change })

/** A reader does one thing after the other. */
function nextStep(state: State, world: World, index: number, now: Reader): ReaderStep | null {
  const { scenario, follows } = world
  const process = state.processes[now.process]!
  const canAsk = process.sees !== null
  const stamps = (draft: State) => currentStamps(draft, draft.processes[now.process]!, world)
  const isEarly = follows('stampsBeforeLoad')

  switch (now.at) {
    case 'idle':
      if (now.background || !canAsk || process.owes > 0) return null
      return step(
        scenario.readsStampsFirst ? 'begins, and reads the stamps' : 'begins, and reads the entry',
        (reader, draft) => {
          reader.min = Math.max(draft.min, process.min)
          reader.at = 'looked'
          if (scenario.readsStampsFirst) reader.seen = stamps(draft)
          else reader.entry = draft.redis.entry
          return undefined
        },
      )
    case 'looked':
      if (!canAsk) return null
      return step(scenario.readsStampsFirst ? 'reads the entry' : 'reads the stamps', (reader, draft) => {
        reader.seen ??= stamps(draft)
        if (scenario.readsStampsFirst) reader.entry = draft.redis.entry
        const { entry, seen } = reader
        const isGood = entry !== null && (isValid(entry, seen, world) || !follows('staleNeedsStamps'))
        if (!isGood) return miss(reader, index, draft)
        if (entry.late === null || !follows('lateTagsCompared')) return serveEntry(reader, draft, world)
        reader.at = 'late'
        return undefined
      })
    case 'late':
      if (!canAsk) return null
      return step('reads the late tag', (reader, draft) => {
        if (lateStamp(draft, world) === reader.entry!.late) return serveEntry(reader, draft, world)
        return miss(reader, index, draft)
      })
    case 'missed':
      return step('joins or starts a flight', (reader, draft) => {
        const own = draft.processes[now.process]!
        const leader = own.flight === null ? undefined : draft.readers[own.flight]!
        const canJoin =
          leader && (!leader.isLoading || reader.isAhead || canJoinLoad(reader.seen!, leader.held!, world))
        Object.assign(reader, { at: canJoin ? 'joined' : 'asking', flight: canJoin ? own.flight : null })
        reader.seen = null
        if (!canJoin) own.flight = index
        return undefined
      })
    case 'asking':
      if (!canAsk) return null
      return step(isEarly ? 'obtains stamps' : 'goes on without stamps', (reader, draft) => {
        reader.held = isEarly ? obtainStamps(draft, draft.processes[now.process]!, world) : noStamps
        reader.at = now.background ? 'loading' : 'again'
        reader.isLoading = now.background
        return undefined
      })
    case 'again':
      if (!canAsk) return null
      return step('looks once more', (reader, draft) => {
        const { entry } = draft.redis
        const isGood = entry !== null && isValid(entry, stamps(draft), world)
        if (isGood && (entry.late === null || entry.late === lateStamp(draft, world))) {
          Object.assign(reader, { at: 'found', data: entry.data })
          return isAlone(index, draft) ? land(index, entry.data, draft, world) : undefined
        }
        Object.assign(reader, { at: 'loading', isLoading: true })
        for (const other of draft.readers) {
          if (other.process === reader.process && hasBegun(other)) other.isAhead = true
        }
        return undefined
      })
    case 'found':
      return step('lands with what it found', (reader, draft) => land(index, reader.data, draft, world))
    case 'loading':
      return step('loads', (reader, draft) => {
        reader.data = draft.db
        reader.at = isEarly ? 'loaded' : 'bare'
        return undefined
      })
    case 'bare':
      return step('obtains stamps', (reader, draft) => {
        reader.held = obtainStamps(draft, draft.processes[now.process]!, world)
        reader.at = 'loaded'
        return undefined
      })
    case 'loaded':
      if (scenario.late === 'none') return step('fills', (reader, draft) => fill(reader, index, draft, world))
      if (scenario.late === 'rows') return rowStep(world, index, now)
      return step('obtains the stamp of its late tag', (reader, draft) => {
        if (!follows('markBeforeLoad')) {
          draft.redis.mark ??= drawNonce()
          reader.held!.mark = draft.redis.mark
        }
        draft.redis.userTag ??= drawNonce()
        reader.late = draft.redis.userTag
        reader.at = 'tagged'
        return undefined
      })
    case 'tagged':
      if (scenario.late === 'rows')
        return step('obtains the stamp of its row', (reader, draft) => {
          reader.late = obtainRowStamp(draft).stamp
          reader.at = 'confirmed'
          return undefined
        })
      return step('reads the mark', (reader, draft) => {
        const isUnmoved = draft.redis.mark !== null && draft.redis.mark === reader.held!.mark
        if (!isUnmoved && follows('markCompared')) return land(index, reader.data, draft, world)
        reader.at = 'confirmed'
        return undefined
      })
    case 'confirmed':
      return step('fills', (reader, draft) => fill(reader, index, draft, world))
    case 'joined':
      return null
  }
}

/** The stamp of the related row is obtained after the load, and the mark is compared in the same step. */
function rowStep(world: World, index: number, { late }: Reader): ReaderStep {
  const { follows } = world
  const compare = (reader: Reader, draft: State, mark: Nonce | null) => {
    const isUnmoved = mark !== null && mark === reader.held!.mark
    if (!isUnmoved && follows('rowMarkCompared')) return land(index, reader.data, draft, world)
    reader.at = 'confirmed'
    return undefined
  }
  if (!follows('rowMarkInOneStep') && late === null)
    return step('reads the mark, before it obtains the stamp of its row', (reader, draft) => {
      const isUnmoved = draft.redis.rowMark !== null && draft.redis.rowMark === reader.held!.mark
      if (!isUnmoved) return land(index, reader.data, draft, world)
      reader.at = 'tagged'
      return undefined
    })
  return step('obtains the stamp of its row, and reads the mark', (reader, draft) => {
    const { stamp, mark } = obtainRowStamp(draft)
    reader.late = stamp
    return compare(reader, draft, mark)
  })
}

const noStamps: Stamps = { root: null, shape: null, value: null, mark: null, row: null }

function hasBegun({ at }: Reader): boolean {
  return at === 'looked' || at === 'late' || at === 'missed'
}

/** Where nobody could join or be joined, what is decided in the process is no step of its own. */
function isAlone(index: number, { readers }: State): boolean {
  const { process } = readers[index]!
  return readers.every((other, i) => i === index || other.background || other.process !== process)
}

function miss(reader: Reader, index: number, draft: State): undefined {
  if (isAlone(index, draft)) Object.assign(reader, { at: 'asking', entry: null, seen: null })
  else Object.assign(reader, { at: 'missed', entry: null })
  return undefined
}

/** As `flights.ts` compares: what the read saw with what the load holds. */
function canJoinLoad(seen: Stamps, held: Stamps, { scenario, follows }: World): boolean {
  if (!follows('flightsCompareStamps')) return true
  if (scenario.late !== 'none' && follows('flightsKnowNoMark')) return false
  const names = ['root', 'shape', 'value'] as const
  return names.every((name) => seen[name] !== null && seen[name] === held[name])
}

function fill(reader: Reader, index: number, draft: State, world: World): string | undefined {
  draft.redis.entry = { data: reader.data, held: reader.held!, late: reader.late }
  return land(index, reader.data, draft, world)
}

/** Ends a flight: everyone who takes part is served. Who joined and hears of an entry that was found reads again. */
function land(index: number, data: number, draft: State, { follows }: World): string | undefined {
  const leader = draft.readers[index]!
  const process = draft.processes[leader.process]!
  if (process.flight === index) process.flight = null
  const isShared = leader.at !== 'found' || !follows('foundIsTooEarly')
  let wrong = leader.background ? undefined : serve(leader, data)
  reset(leader)
  for (const reader of draft.readers) {
    if (reader.at !== 'joined' || reader.flight !== index) continue
    if (isShared) wrong ??= serve(reader, data)
    reset(reader)
  }
  return wrong
}

function serveEntry(reader: Reader, draft: State, { scenario }: World): string | undefined {
  const { data } = reader.entry!
  const wrong = serve(reader, data)
  reset(reader)
  const refresh = draft.readers.find((one) => one.background && one.at === 'idle')
  if (scenario.hasRefresh && refresh) refresh.at = 'asking'
  return wrong
}

function serve({ min }: Reader, data: number): string | undefined {
  if (data === uncommitted) return 'WRONG: served what was never committed'
  return data < min ? `WRONG: served version ${data}, and had to see version ${min}` : undefined
}

function reset(reader: Reader): void {
  const nothingHeld = {
    at: 'idle',
    min: 0,
    entry: null,
    seen: null,
    held: null,
    data: 0,
    late: null,
    flight: null,
    isLoading: false,
    isAhead: false,
  } as const
  Object.assign(reader, nothingHeld)
}
