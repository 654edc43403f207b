import type { PendingWrite } from '../../analysis/pending/pending-write.ts'
import { createEvent, deleteEvent, type RowEvent } from '../../analysis/writes/row-event.ts'
import { isPlainJson } from '../../core/codec/plain-json.ts'
import type { ResultCodec } from '../../core/codec.ts'
import { nameOf } from '../../core/pending-names.ts'
import type { ValuesTag } from '../../core/tags.ts'
import type { TouchedColumns } from './pending-model.ts'

/** A write as it stands in a stream. */
export interface StoredWrite {
  readonly write: PendingWrite
  /** What it does to queries. Made only where a query may care. */
  readonly event: () => RowEvent
  /** Of the lookups that find its row, now or before; the first is that by its id, which names the row. */
  readonly guards: readonly ValuesTag[]
}

/** A write that JSON would not bring back as it was is a text of the codec. */
type Written = readonly [guards: readonly (readonly [shape: string, values: string])[], write: PendingWrite | string]

/** Two lines of JSON: what a flush needs, and what it needs only where queries may care. */
export function encodeStoredWrite(
  write: PendingWrite,
  touched: TouchedColumns,
  guards: readonly ValuesTag[],
  codec: ResultCodec,
): string {
  const names = guards.map(({ shape, values }) => [shape, values] as const)
  const written: Written = [names, isPlainJson(write) ? write : codec.encode(write, null)]
  return `${JSON.stringify(written)}\n${JSON.stringify(touched)}`
}

/** @throws when the text is damaged. */
export function decodeStoredWrite(model: string, text: string, codec: ResultCodec): StoredWrite {
  const end = text.indexOf('\n')
  const [names, written] = JSON.parse(text.slice(0, end)) as Written
  const write = typeof written === 'string' ? (codec.decode(written, null) as PendingWrite) : written
  return {
    write,
    event: () => eventOf(model, write, JSON.parse(text.slice(end + 1)) as TouchedColumns),
    guards: names.map(([shape, values]) => ({ kind: 'values', model, shape, values })),
  }
}

/**
 * Base and outcome are certain: the write was accepted only because nobody else had written the row meanwhile. Columns that the write
 * leaves as they are hold after it what they held before.
 */
function eventOf(model: string, { kind }: PendingWrite, { known, changed, before, after }: TouchedColumns): RowEvent {
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

/** Names the row that a write is about. */
export function rowOf({ guards }: StoredWrite): string {
  return nameOf(guards[0]!)
}

/** Each once, in order. */
export function distinctGuards(writes: readonly StoredWrite[]): readonly ValuesTag[] {
  const guards = writes.flatMap((write) => write.guards)
  return [...new Map(guards.map((guard) => [`${guard.shape} ${guard.values}`, guard])).values()]
}
