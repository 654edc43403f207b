import type { Clock } from '../core/clock.ts'
import type { Stamp } from '../core/store.ts'
import type { Held } from './fill.ts'
import type { Served } from './read-plan.ts'
import { createReaders, type Reader, type Readers, type Waiting } from './readers.ts'

/** What a flight brought to the one who started it. */
export type Landed =
  /** From the database; `payload` is the text of the result, for those who joined. `filling` never rejects. */
  | {
      readonly kind: 'loaded'
      readonly served: Served
      readonly payload: string | null
      readonly filling: Promise<unknown>
    }
  /** From the store, where somebody else had put it. */
  | { readonly kind: 'found'; readonly served: Served }

/** What a read gets from a flight. */
export type Arrival =
  /** It started the flight itself. */
  | { readonly kind: 'own'; readonly served: Served }
  | { readonly kind: 'joined'; readonly payload: string | null }
  /** It joined, and the flight brought what had been in the store before: read again. */
  | { readonly kind: 'too-early' }

export interface Joining {
  /** Since when the database has all that the read must see, as {@link Flights.turn} told it. */
  readonly began: number
  /** The stamps that the read saw when it missed; `null` where there was none. */
  readonly seen: readonly (Stamp | null)[]
  readonly reader: Reader
  /** How long readers wait. A load that is under way for longer is not joined: it may never end. `Infinity` for however long. */
  readonly limitMs: number
}

/** What a flight knows of itself. */
export interface Flying {
  /** To be called right before the database is asked, with the stamps that were obtained before. */
  readonly loading: (stamps: Held | null) => void
  readonly waiting: Waiting
}

/**
 * The loads of this process: misses with one id share one, and its error.
 *
 * A read may only be given what is not older than the read itself. So it joins a flight
 *
 * - *before the load*: the database is asked after the read began. Should the flight find an entry instead, that may have
 *   been seen before the read began: `too-early`.
 * - *during the load*, and while its result is being stored: if the read began before the load did, and only came here late; or if it saw
 *   the very stamps that the flight holds: then nothing was invalidated since before the load.
 *
 * Otherwise it starts a flight of its own, which replaces the older one for those who come after.
 */
export interface Flights {
  /** Stands for this moment among the loads that begin. */
  turn(): number
  /** Whether a load of this id is under way, or about to be. */
  has(id: string): boolean
  join(id: string, joining: Joining, start: (flying: Flying) => Promise<Landed>): Promise<Arrival>
  running(): readonly Promise<unknown>[]
}

interface Running {
  readonly landing: Promise<Landed>
  /** `undefined` until the load begins. */
  readonly underWay: () => UnderWay | undefined
  readonly readers: Readers
}

interface UnderWay {
  readonly held: Held | null
  readonly sinceMs: number
  readonly turn: number
}

export function createFlights({ nowMs }: Pick<Clock, 'nowMs'>): Flights {
  const latest = new Map<string, Running>()
  const all = new Set<Promise<unknown>>()
  let turn = 0

  async function startOne(
    id: string,
    { reader, limitMs }: Joining,
    start: (flying: Flying) => Promise<Landed>,
  ): Promise<Arrival> {
    let underWay: UnderWay | undefined
    const readers = createReaders(limitMs, { nowMs })
    readers.join(reader)
    const landing = start({
      loading(stamps) {
        turn += 1
        underWay = { held: stamps, sinceMs: nowMs(), turn }
      },
      waiting: readers.waiting,
    })
    const flight: Running = { landing, underWay: () => underWay, readers }
    latest.set(id, flight)
    const over = () => {
      if (latest.get(id) === flight) latest.delete(id)
    }
    // One for all of it: whoever waits until nothing runs any more must not look between landing and filling.
    const ending: Promise<void> = landing.then(async (landed) => {
      if (landed.kind === 'loaded') await landed.filling
    })
    const ended = () => {
      all.delete(ending)
      over()
    }
    all.add(ending)
    ending.then(ended, ended)
    const landed = await landing
    if (landed.kind === 'found') over()
    return { kind: 'own', served: landed.served }
  }

  function mayJoin({ readers, underWay }: Running, { began, seen, limitMs }: Joining): boolean {
    if (readers.areGone()) return false
    const load = underWay()
    if (load === undefined) return true
    return nowMs() - load.sinceMs <= limitMs && (began < load.turn || sameStamps(seen, load.held))
  }

  return {
    turn: () => turn,
    has: (id) => latest.has(id),
    async join(id, joining, start) {
      const flight = latest.get(id)
      if (!flight || !mayJoin(flight, joining)) return startOne(id, joining, start)
      flight.readers.join(joining.reader)
      const landed = await flight.landing
      if (landed.kind === 'loaded') return { kind: 'joined', payload: landed.payload }
      return { kind: 'too-early' }
    },
    running: () => [...all],
  }
}

/**
 * A load that will have late tags holds one stamp more, the mark of the user tags. A read does not see the mark when it
 * misses, so it never joins such a load: a tag may have been invalidated since the load began.
 */
function sameStamps(seen: readonly (Stamp | null)[], held: Held | null): boolean {
  return held?.length === seen.length && seen.every((stamp, i) => stamp !== null && stamp === held[i])
}
