import { expect, it } from 'vitest'
import type { Stamp } from '../../../src/core/store.ts'
import { type Arrival, createFlights, type Flying, type Joining, type Landed } from '../../../src/strategies/flights.ts'
import { createReader, type Reader } from '../../../src/strategies/readers.ts'

const key = 'City k'
let nowMs = 0
const clock = { nowMs: () => nowMs }
const info = { status: 'miss', source: 'database', ageMs: null } as const
const loadedAs = (payload: string, filling: Promise<unknown> = Promise.resolve()): Landed => {
  return { kind: 'loaded', payload, served: { result: payload, info }, filling }
}

/** A flight that begins its load, and lands, when the test says so. */
function held() {
  let begin: (stamps: readonly Stamp[]) => void = () => {}
  let land: (landed: Landed) => void = () => {}
  const landing = new Promise<Landed>((resolve) => {
    land = resolve
  })
  let urgency = (_nowMs: number) => Number.NaN
  const start = (flying: Flying) => {
    begin = flying.loading
    urgency = flying.waiting.urgency
    return landing
  }
  return {
    start,
    urgency: (nowMs: number) => urgency(nowMs),
    begin: (stamps: readonly Stamp[]) => begin(stamps),
    land: (landed: Landed) => land(landed),
  }
}

const saw = (
  seen: readonly (Stamp | null)[],
  reader: Reader = createReader(),
  began = Number.POSITIVE_INFINITY,
): Joining => ({
  began,
  seen,
  reader,
  limitMs: Number.POSITIVE_INFINITY,
})

const own = (payload: string): Arrival => ({ kind: 'own', served: { result: payload, info } })

it('lets reads join before the database is asked, whatever they saw', async () => {
  const flights = createFlights(clock)
  const flight = held()
  const first = flights.join(key, saw([null]), flight.start)
  const second = flights.join(key, saw(['other']), held().start)
  flight.begin(['a'])
  flight.land(loadedAs('row'))
  expect(await Promise.all([first, second])).toEqual([own('row'), { kind: 'joined', payload: 'row' }])
})

it('sends who joined back when the flight found an entry, which may be older than their read', async () => {
  const flights = createFlights(clock)
  const flight = held()
  const first = flights.join(key, saw([null]), flight.start)
  const second = flights.join(key, saw([null]), held().start)
  flight.land({ kind: 'found', served: { result: 'row', info } })
  expect(await Promise.all([first, second])).toEqual([own('row'), { kind: 'too-early' }])
})

it('R16: lets a read join a load under way only if it saw the stamps of the load', async () => {
  const flights = createFlights(clock)
  const older = held()
  const newer = held()
  const first = flights.join(key, saw(['a']), older.start)
  older.begin(['a'])
  const same = flights.join(key, saw(['a']), held().start)
  const invalidated = flights.join(key, saw(['b']), newer.start)
  newer.begin(['b'])
  const after = flights.join(key, saw(['b']), held().start)
  older.land(loadedAs('old'))
  newer.land(loadedAs('new'))
  expect(await Promise.all([first, same, invalidated, after])).toEqual([
    own('old'),
    { kind: 'joined', payload: 'old' },
    own('new'),
    { kind: 'joined', payload: 'new' },
  ])
})

it('lets a read join a load under way that it began before, whatever it saw; and none that it did not', async () => {
  const flights = createFlights(clock)
  const [older, newer] = [held(), held()]
  const early = flights.turn()
  const first = flights.join(key, saw([null]), older.start)
  older.begin(['a', 'mark'])
  const late = flights.turn()
  const joined = flights.join(key, saw([null], createReader(), early), held().start)
  const second = flights.join(key, saw([null], createReader(), late), newer.start)
  newer.begin(['a', 'mark'])
  const both = [early, late].map((began) => flights.join(key, saw([null], createReader(), began), held().start))
  older.land(loadedAs('old'))
  newer.land(loadedAs('new'))
  expect(await Promise.all([first, joined, second, ...both])).toEqual([
    own('old'),
    { kind: 'joined', payload: 'old' },
    own('new'),
    { kind: 'joined', payload: 'new' },
    { kind: 'joined', payload: 'new' },
  ])
})

it('starts another flight where a stamp is missing, or where the load holds the mark of the user tags', async () => {
  const flights = createFlights(clock)
  const flight = held()
  void flights.join(key, saw(['a']), flight.start)
  flight.begin(['a', 'mark'])
  const other = held()
  const second = flights.join(key, saw(['a']), other.start)
  other.begin(['a', 'mark'])
  other.land(loadedAs('second'))
  expect(await second).toEqual(own('second'))
  const third = held()
  const missing = flights.join(key, saw([null, null]), third.start)
  third.land(loadedAs('third'))
  expect(await missing).toEqual(own('third'))
})

it('forgets a flight that failed', async () => {
  const flights = createFlights(clock)
  const failing = flights.join(key, saw(['a']), () => Promise.reject(new Error('no database')))
  await expect(failing).rejects.toThrow('no database')
  expect(flights.running()).toEqual([])
  const next = held()
  const again = flights.join(key, saw(['a']), next.start)
  next.land(loadedAs('row'))
  expect(await again).toEqual(own('row'))
})

it('is joined while its result is being stored, and is over when it is stored', async () => {
  const flights = createFlights(clock)
  const flight = held()
  let filled = () => {}
  const filling = new Promise<void>((resolve) => {
    filled = resolve
  })
  const first = flights.join(key, saw(['a']), flight.start)
  flight.begin(['a'])
  flight.land(loadedAs('row', filling))
  expect(flights.running()).toHaveLength(1)
  expect(await first).toEqual(own('row'))
  expect(await flights.join(key, saw(['a']), held().start)).toEqual({ kind: 'joined', payload: 'row' })
  expect(flights.running()).toHaveLength(1)
  filled()
  await Promise.all(flights.running())
  const next = held()
  const after = flights.join(key, saw(['a']), next.start)
  next.land(loadedAs('next'))
  expect(await after).toEqual(own('next'))
})

it('knows how long its readers have waited, together', async () => {
  const flights = createFlights(clock)
  const flight = held()
  nowMs = 100
  const reads = [flights.join(key, saw([null]), flight.start)]
  nowMs = 110
  expect(flight.urgency(nowMs)).toBe(10)
  for (let i = 0; i < 3; i += 1) reads.push(flights.join(key, saw([null]), held().start))
  nowMs = 115
  expect(flight.urgency(nowMs)).toBe(15 + 3 * 5)
  flight.land(loadedAs('row'))
  await Promise.all(reads)
})

it('does not let a read join a load that was given up', async () => {
  const flights = createFlights(clock)
  const [older, newer] = [held(), held()]
  const reader = createReader()
  const first = flights.join(key, saw([null], reader), older.start)
  reader.leave({ isAnswered: false })
  const second = flights.join(key, saw([null]), newer.start)
  older.land(loadedAs('old'))
  newer.land(loadedAs('new'))
  expect(await Promise.all([first, second])).toEqual([own('old'), own('new')])
})
