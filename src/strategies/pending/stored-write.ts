import type { PendingWrite } from '../../analysis/pending/pending-write.ts'
import { nothingKnown, type RowEvent } from '../../analysis/writes/row-event.ts'
import type { Codec } from '../../core/codec.ts'
import { nameOf } from '../../core/pending-store.ts'
import type { Pin, ValuesTag } from '../../core/tags.ts'

/** A write as it stands in a stream. */
export interface StoredWrite {
  readonly write: PendingWrite
  /** What it does to queries. */
  readonly event: RowEvent
  /** Of the lookups that find its row, now or before; the first is that by its id, which names the row. */
  readonly guards: readonly ValuesTag[]
}

type Pairs = readonly (readonly [column: string, pin: Pin])[]

/** In JSON. */
interface Header {
  /** Columns and pins before; */
  readonly b: Pairs
  /** those of them after that differ. */
  readonly a: Pairs
  readonly c: RowEvent['changed']
  readonly k: readonly (readonly [shape: string, values: string])[]
}

/** One line that says what it touches, then the write. */
export function encodeStoredWrite({ write, event, guards }: StoredWrite, codec: Codec): string {
  const header: Header = {
    b: [...event.before],
    a: [...event.after].filter(([column, pin]) => event.before.get(column) !== pin),
    c: event.changed,
    k: guards.map(({ shape, values }) => [shape, values]),
  }
  return `${JSON.stringify(header)}\n${codec.encode(write)}`
}

/** @throws when the text is damaged. */
export function decodeStoredWrite(model: string, text: string, codec: Codec): StoredWrite {
  const end = text.indexOf('\n')
  const { b, a, c, k } = JSON.parse(text.slice(0, end)) as Header
  const write = codec.decode(text.slice(end + 1)) as PendingWrite
  const after = write.kind === 'delete' ? nothingKnown : new Map([...b, ...a])
  return {
    write,
    event: { model, kind: write.kind, before: new Map(b), after, changed: c },
    guards: k.map(([shape, values]) => ({ kind: 'values', model, shape, values })),
  }
}

/** Names the row that a write is about. */
export function rowOf({ guards }: StoredWrite): string {
  return nameOf(guards[0]!)
}

/** Each once, in order. */
export function distinctGuards(writes: readonly StoredWrite[]): readonly ValuesTag[] {
  const guards = writes.flatMap((write) => write.guards)
  return [...new Map(guards.map((guard) => [`${guard.shape} ${guard.values}`, guard])).values()]
}
