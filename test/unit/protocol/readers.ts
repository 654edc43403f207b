import { currentStamps, drawNonce, isValid, obtainStamps } from './redis.ts'
import type { Go, World } from './scenario.ts'
import { type Reader, type Stamps, type State, uncommitted } from './state.ts'

/**
 * What reads do. The lease that processes take turns by is left out: anyone may load at any time, so nothing rests on it.
 *
 * - *looked*    has read the entry, not yet the stamps. Leaves with the entry, or as `missed`.
 * - *late*      the entry is valid but for its late tags, which are read next.
 * - *missed*    joins a flight, or starts one.
 * - *asking*    has started one: obtains the stamps and looks once more.
 * - *loading*   holds stamps; the database is asked next, then the entry is filled and everyone who joined is served.
 * - *tagged*, *confirmed*  between them: the late tags are obtained, and the mark has been found where it was.
 */
export function readerSteps(state: State, world: World, go: Go): void {
  for (const [index, reader] of state.readers.entries()) steps(state, world, go, index, reader)
}

function steps(state: State, world: World, go: Go, index: number, now: Reader): void {
  const { scenario, follows } = world
  const name = now.background ? 'the refresh' : `reader ${index}`
  const process = state.processes[now.process]!
  const step = (label: string, change: (reader: Reader, draft: State) => string | undefined) =>
    go(`${name} ${label}`, (draft) => change(draft.readers[index]!, draft))
  const stamps = (draft: State) => currentStamps(draft, draft.processes[now.process]!, world)
  const obtain = (draft: State) => obtainStamps(draft, draft.processes[now.process]!, world)
  const canAsk = process.sees !== null

  switch (now.at) {
    case 'idle':
      if (now.background || !canAsk || process.owes > 0) return
      return step('begins, and reads the entry', (reader, draft) => {
        reader.min = Math.max(draft.min, process.min)
        return look(reader, draft)
      })
    case 'looked':
      if (!canAsk) return
      return step('reads the stamps', (reader, draft) => {
        reader.seen = stamps(draft)
        const { entry } = reader
        reader.at = 'missed'
        const isGood = entry !== null && isValid(entry, reader.seen, world)
        if (!entry || !(isGood || !follows('staleNeedsStamps'))) return undefined
        if (entry.late === null || !follows('lateTagsCompared')) return serveEntry(reader, draft, world)
        reader.at = 'late'
        return undefined
      })
    case 'late':
      if (!canAsk) return
      return step('reads the late tag', (reader, draft) => {
        reader.at = 'missed'
        return draft.redis.userTag === reader.entry!.late ? serveEntry(reader, draft, world) : undefined
      })
    case 'missed':
      return step('joins or starts a flight', (reader, draft) => {
        const leader = draft.readers[draft.processes[now.process]!.flight ?? -1]
        const canJoin = leader && (leader.at === 'asking' || canJoinLoad(reader.seen!, leader.held!, world))
        if (canJoin) Object.assign(reader, { at: 'joined', flight: draft.processes[now.process]!.flight })
        else {
          reader.at = 'asking'
          draft.processes[now.process]!.flight = index
        }
        if (!canJoin || leader?.at !== 'asking') reader.entry = null
        return undefined
      })
    case 'asking': {
      if (!canAsk) return
      // As when the store cannot be asked: the load begins without stamps, and fills nothing.
      if (!now.held)
        return step(follows('stampsBeforeLoad') ? 'obtains stamps' : 'goes on without stamps', (reader, draft) => {
          reader.held = follows('stampsBeforeLoad') ? obtain(draft) : { root: null, shape: null, value: null, mark: null }
          if (reader.background) reader.at = 'loading'
          return undefined
        })
      return step('looks once more', (reader, draft) => {
        const { entry, userTag } = draft.redis
        const isLate = entry?.late != null && entry.late !== userTag
        if (!entry || isLate || !isValid(entry, stamps(draft), world)) {
          reader.at = 'loading'
          return undefined
        }
        return land(index, entry.data, 'found', draft, world)
      })
    }
    case 'loading':
      return step('loads', (reader, draft) => {
        reader.data = draft.db
        reader.at = 'loaded'
        if (!follows('stampsBeforeLoad')) reader.at = 'tagged'
        return undefined
      })
    case 'loaded':
      if (!scenario.hasLateTags) return step('fills', (reader, draft) => fill(reader, index, draft, world))
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
      if (!follows('stampsBeforeLoad'))
        return step('obtains stamps', (reader, draft) => {
          reader.held = obtain(draft)
          reader.at = 'confirmed'
          return undefined
        })
      return step('reads the mark', (reader, draft) => {
        const isUnmoved = draft.redis.mark !== null && draft.redis.mark === reader.held!.mark
        if (!isUnmoved && follows('markCompared')) return land(index, reader.data, 'loaded', draft, world)
        reader.at = 'confirmed'
        return undefined
      })
    case 'confirmed':
      return step('fills', (reader, draft) => fill(reader, index, draft, world))
  }
}

function look(reader: Reader, { redis }: State): undefined {
  reader.entry = redis.entry
  reader.at = 'looked'
  return undefined
}

/** As `flights.ts` compares: what the read saw with what the load holds. */
function canJoinLoad(seen: Stamps, held: Stamps, { follows }: World): boolean {
  if (!follows('flightsCompareStamps')) return true
  const names = ['root', 'shape', 'value', ...(follows('flightsCompareMark') ? (['mark'] as const) : [])] as const
  return names.every((name) => seen[name] === held[name])
}

function fill(reader: Reader, index: number, draft: State, world: World): string | undefined {
  draft.redis.entry = { data: reader.data, held: reader.held!, late: reader.late }
  return land(index, reader.data, 'loaded', draft, world)
}

/** Ends a flight: everyone who takes part is served, or reads again. */
function land(
  index: number,
  data: number,
  kind: 'found' | 'loaded',
  draft: State,
  { follows }: World,
): string | undefined {
  const leader = draft.readers[index]!
  const process = draft.processes[leader.process]!
  if (process.flight === index) process.flight = null
  let wrong = leader.background ? undefined : serve(leader, data)
  reset(leader)
  for (const reader of draft.readers) {
    if (reader.at !== 'joined' || reader.flight !== index) continue
    const { min } = reader
    if (kind === 'loaded' || !follows('foundIsTooEarly')) {
      wrong ??= serve(reader, data)
      reset(reader)
    } else {
      // It reads again: the entry is looked at anew, and what it must see is what it had to see when it began.
      reset(reader)
      reader.min = min
      look(reader, draft)
    }
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
  const nothingHeld = { at: 'idle', min: 0, entry: null, seen: null, held: null, data: 0, late: null, flight: null } as const
  Object.assign(reader, nothingHeld)
}
