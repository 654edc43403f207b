import { fill, isFlushed, learningStep, look } from './learning.ts'
import { expectOf } from './promises.ts'
import { obtainStamps, validEntry } from './redis.ts'
import type { Go, World } from './scenario.ts'
import type { Reader, Row, State, Write } from './state.ts'

/** What reads do: by key (row 0) as `learning.ts` says, all others behind a barrier. */
export function readerSteps(state: State, world: World, go: Go): void {
  for (const [index, reader] of state.readers.entries()) {
    const isOfList = world.scenario.readers[index] === 'of the list'
    const next = isOfList ? listStep(state, world, reader) : rowStep(state, world, reader)
    const name = `reader ${index} ${isOfList ? 'of the list' : 'of the row'}`
    if (next) go(`${name} ${next.label}`, (draft) => next.change(draft.readers[index]!, draft))
  }
}

interface ReaderStep {
  readonly label: string
  readonly change: (reader: Reader, draft: State) => string | undefined
}

const step = (label: string, change: ReaderStep['change']): ReaderStep => ({ label, change })

function rowStep(state: State, world: World, now: Reader): ReaderStep | null {
  if (now.at === 'idle')
    return step('begins, and looks', (reader, draft) => {
      Object.assign(reader, expectOf(draft, [0]))
      return serve(reader, look(reader, draft, world, 0))
    })
  if (now.at === 'loaded')
    return step('fills', (reader, draft) => {
      fill(draft, reader, 0)
      return serve(reader, reader.data)
    })
  const next = learningStep(state, world, now, 0)
  if (!next) return null
  return step(next.label, (reader, draft) => {
    const row = next.change(reader, draft)
    if (now.at !== 'loading') return serve(reader, row)
    Object.assign(reader, { at: 'loaded', data: row })
    return undefined
  })
}

function listStep(state: State, world: World, now: Reader): ReaderStep | null {
  const lookUp = (reader: Reader, draft: State) => {
    const entry = validEntry(draft.redis, 'list')
    Object.assign(reader, { at: 'missed', upTo: 0 })
    return serve(reader, entry?.data)
  }
  switch (now.at) {
    case 'idle':
      return step('begins, and reads how far the stream goes', (reader, draft) => {
        Object.assign(reader, expectOf(draft, [...draft.db.rows.keys()]))
        const { stream, lastId } = draft.redis
        if (stream.length === 0) return lookUp(reader, draft)
        if (!world.follows('listsWait') && validEntry(draft.redis, 'list')) return lookUp(reader, draft)
        Object.assign(reader, { at: 'waiting', upTo: lastId })
        return undefined
      })
    case 'waiting':
      return isFlushed(state, now.upTo, world) ? step('has waited, and looks', lookUp) : null
    case 'missed':
      return step('obtains stamps', (reader, { redis }) => {
        Object.assign(reader, { at: 'loading', held: obtainStamps(redis, 'list') })
        return undefined
      })
    case 'loading':
      return step('reads the database', (reader, { db }) => {
        Object.assign(reader, { at: 'loaded', data: db.rows.flat() })
        return undefined
      })
    default:
      return step('fills', (reader, draft) => {
        fill(draft, reader, 'list')
        return serve(reader, reader.data)
      })
  }
}

/** Ends the read, if there is something to serve. */
function serve(reader: Reader, data: Row | undefined): string | undefined {
  if (data === undefined) return undefined
  const { must, mustNot } = reader
  const missing = must.find((write) => !data.includes(write))
  const refused = mustNot.find((write) => data.includes(write))
  Object.assign(reader, { at: 'idle', must: nothing, mustNot: nothing, upTo: 0, held: null, data: nothing })
  if (missing !== undefined) return `WRONG: served [${data.join(' ')}], without write ${missing}`
  return refused === undefined ? undefined : `WRONG: served [${data.join(' ')}], with write ${refused}`
}

const nothing: readonly Write[] = []
