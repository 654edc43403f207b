import type { Clock } from '../core/clock.ts'
import type { Stamp } from '../core/store.ts'
import type { Held } from './fill.ts'
import type { WaitedMs } from './load-slots.ts'
import type { Served } from './read-plan.ts'

/** What a flight brought to the one who started it. */
export type Landed =
  /** From the database; `payload` is the text of the result, for those who joined. */
  | { readonly kind: 'loaded'; readonly served: Served; readonly payload: string | null }
  /** From the store, where somebody else had put it. */
  | { readonly kind: 'found'; readonly served: Served }

/** What a read gets from a flight. */
export type Arrival =
  /** It started the flight itself. */
  | { readonly kind: 'own'; readonly served: Served }
  | { readonly kind: 'joined'; readonly payload: string | null }
  /** It joined, and the flight brought what had been in the store before: read again. */
  | { readonly kind: 'too-early' }

/** Somebody who waits for a flight, and may leave before it lands. */
export interface Reader {
  onLeave(left: () => void): void
}

export function createReader(): Reader & { leave(): void } {
  const all: (() => void)[] = []
  return {
    onLeave: (left) => void all.push(left),
    leave() {
      for (const left of all) left()
    },
  }
}

export interface Joining {
  /** The stamps that the read saw when it missed; `null` where there was none. */
  readonly seen: readonly (Stamp | null)[]
  readonly reader: Reader
  /** An older flight is not joined: it may never land. `Infinity` for however old. */
  readonly ageMsMax: number
}

/** What a flight knows of itself. */
export interface Flying {
  /** To be called right before the database is asked, with the stamps that were obtained before. */
  readonly loading: (stamps: Held | null) => void
  readonly waitedMs: WaitedMs
}

/**
 * The loads of this process: misses with one id share one, and its error.
 *
 * A read may only be given what is not older than the read itself. So it joins a flight
 *
 * - *before the load*: the database is asked after the read began. Should the flight find an entry instead, that may have
 *   been seen before the read began: `too-early`.
 * - *during the load*: only if the read saw the very stamps that the flight holds. Then nothing was invalidated since before
 *   the load.
 *
 * Otherwise it starts a flight of its own, which replaces the older one for those who come after.
 */
export interface Flights {
  join(id: string, joining: Joining, start: (flying: Flying) => Promise<Landed>): Promise<Arrival>
  running(): readonly Promise<unknown>[]
}

interface Running {
  readonly landing: Promise<Landed>
  /** The stamps of the load; `undefined` until it begins. */
  readonly held: () => Held | null | undefined
  joined(reader: Reader): void
  readonly startedMs: number
}

export function createFlights({ nowMs }: Pick<Clock, 'nowMs'>): Flights {
  const latest = new Map<string, Running>()
  const all = new Set<Promise<Landed>>()

  async function startOne(id: string, reader: Reader, start: (flying: Flying) => Promise<Landed>): Promise<Arrival> {
    let held: Held | null | undefined
    let [reads, sinceMs] = [0, 0]
    const joined = (reader: Reader) => {
      const joinedMs = nowMs()
      reads += 1
      sinceMs += joinedMs
      reader.onLeave(() => {
        reads -= 1
        sinceMs -= joinedMs
      })
    }
    joined(reader)
    const landing = start({
      loading(stamps) {
        held = stamps
      },
      waitedMs: (nowMs) => reads * nowMs - sinceMs,
    })
    const flight: Running = { landing, held: () => held, joined, startedMs: nowMs() }
    latest.set(id, flight)
    all.add(landing)
    try {
      return { kind: 'own', served: (await landing).served }
    } finally {
      all.delete(landing)
      if (latest.get(id) === flight) latest.delete(id)
    }
  }

  return {
    async join(id, { seen, reader, ageMsMax }, start) {
      const flight = latest.get(id)
      if (!flight || nowMs() - flight.startedMs > ageMsMax) return startOne(id, reader, start)
      const held = flight.held()
      if (held !== undefined && !sameStamps(seen, held)) return startOne(id, reader, start)
      flight.joined(reader)
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
