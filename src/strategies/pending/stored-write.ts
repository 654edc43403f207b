import type { PendingWrite } from '../../analysis/pending/pending-write.ts'
import { createEvent, deleteEvent, type RowEvent } from '../../analysis/writes/row-event.ts'
import { isPlainJson } from '../../core/codec/plain-json.ts'
import type { ResultCodec } from '../../core/codec.ts'
import { CacheError } from '../../core/errors.ts'
import type { ValuesTag } from '../../core/tags.ts'
import { nameOf } from '../../core/values-name.ts'
import type { Pins } from './pending-model.ts'

/**
 * A write as it stands in a stream. What it says is read when it is asked for, each time: many wait while the database works, and objects that
 * wait cost the garbage collector more than texts.
 */
export class StoredWrite {
  readonly text: string
  readonly #model: string
  readonly #codec: ResultCodec

  constructor(model: string, text: string, codec: ResultCodec) {
    this.text = text
    this.#model = model
    this.#codec = codec
  }

  /** @throws CacheError `CODEC.UNDECODABLE`. */
  get write(): PendingWrite {
    const [start, end] = this.#lineEnds()
    return this.#decoded(() => {
      const written = JSON.parse(this.text.slice(start + 1, end)) as PendingWrite | string
      return typeof written === 'string' ? (this.#codec.decode(written, null) as PendingWrite) : written
    })
  }

  /**
   * Of the lookups that find its row, now or before, with a space between them; the first is that by its id, and is the name of the {@link row}.
   */
  get names(): string {
    return this.text.slice(0, this.text.indexOf('\n'))
  }

  /** Names the row that it is about. */
  get row(): string {
    return this.names.split(' ', 1)[0]!
  }

  /** Of the same lookups as the names. @throws CacheError `CODEC.UNDECODABLE`. */
  get guards(): readonly ValuesTag[] {
    const model = this.#model
    return this.#decoded(() => this.#rest()[0].map(([shape, values]) => ({ kind: 'values', model, shape, values })))
  }

  /** What it does to queries. @throws CacheError `CODEC.UNDECODABLE`. */
  get event(): RowEvent {
    return this.#decoded(() => eventOf(this.#model, this.write, this.#rest()))
  }

  #decoded<T>(decode: () => T): T {
    try {
      return decode()
    } catch (cause) {
      const details = { model: this.#model, cause }
      throw new CacheError('CODEC.UNDECODABLE', 'An accepted write could not be decoded.', details)
    }
  }

  #lineEnds(): readonly [names: number, write: number] {
    const names = this.text.indexOf('\n')
    return [names, this.text.indexOf('\n', names + 1)]
  }

  #rest(): Rest {
    return JSON.parse(this.text.slice(this.#lineEnds()[1] + 1)) as Rest
  }
}

/** What queries have to know of a write, as columns and their values. */
export interface TouchedColumns {
  /** What the row held in columns that queries are likely to pin; of a create and a delete, all that it holds. */
  readonly known: JsonOnce<Pins>
  /** `all` for a create and a delete. */
  readonly changed: 'all' | readonly string[]
  /** Of an update: what the changed columns held before, and hold after. */
  readonly before: Pins
  readonly after: Pins
}

/** A value whose JSON is written again and again. */
export class JsonOnce<T> {
  readonly value: T
  #text: string | undefined

  constructor(value: T) {
    this.value = value
  }

  get text(): string {
    this.#text ??= asciiJson(this.value)
    return this.#text
  }
}

/**
 * As JSON without other characters than those of ASCII: one of them, the name of a city, makes the text twice as large in memory, and with
 * it the whole entry of the stream that it is read in.
 */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u0080-\uffff]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** Lookups, as a stored write tells them. */
export interface Found {
  /** With a space between them. */
  readonly names: string
  readonly guards: JsonOnce<readonly (readonly [shape: string, values: string])[]>
}

export function foundBy(guards: readonly ValuesTag[]): Found {
  return {
    names: guards.map(nameOf).join(' '),
    guards: new JsonOnce(guards.map(({ shape, values }) => [shape, values] as const)),
  }
}

/** What few flushes ask for. */
type Rest = readonly [
  guards: readonly (readonly [shape: string, values: string])[],
  known: Pins,
  changed: TouchedColumns['changed'],
  before: Pins,
  after: Pins,
]

/**
 * Three lines: the names, with a space between them; the write as JSON, or as a text of the codec where JSON would not bring it back; and
 * what a flush reads only where queries may care, or something was lost.
 */
export function encodeStoredWrite(
  write: PendingWrite,
  { known, changed, before, after }: TouchedColumns,
  { names, guards }: Found,
  codec: ResultCodec,
): string {
  const written = JSON.stringify(isPlainJson(write) ? write : codec.encode(write, null))
  const changes = asciiJson([changed, before, after]).slice(1)
  return `${names}\n${written}\n[${guards.text},${known.text},${changes}`
}

/**
 * Base and outcome are certain: the write was accepted only because nobody else had written the row meanwhile. Columns that the write
 * leaves as they are hold after it what they held before.
 */
function eventOf(model: string, { kind }: PendingWrite, [, known, changed, before, after]: Rest): RowEvent {
  if (kind === 'create') return createEvent(model, new Map(known))
  if (kind === 'delete') return deleteEvent(model, new Map(known))
  const kept = new Map(known)
  for (const column of changed) kept.delete(column)
  return {
    ...{ model, kind, changed },
    before: before.length === 0 ? kept : new Map([...kept, ...before]),
    after: after.length === 0 ? kept : new Map([...kept, ...after]),
  }
}

/** With a space between them: those of a row once, unless its writes have others. */
export function namesOf(writes: readonly StoredWrite[]): string {
  return [...new Set(writes.map(({ names }) => names))].join(' ')
}

/** Each once, in order. */
export function distinctGuards(writes: readonly StoredWrite[]): readonly ValuesTag[] {
  const guards = writes.flatMap((write) => write.guards)
  return [...new Map(guards.map((guard) => [`${guard.shape} ${guard.values}`, guard])).values()]
}
