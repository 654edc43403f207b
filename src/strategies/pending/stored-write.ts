import type { PendingWrite } from '../../analysis/pending/pending-write.ts'
import { createEvent, deleteEvent, type RowEvent } from '../../analysis/writes/row-event.ts'
import { isPlainJson } from '../../core/codec/plain-json.ts'
import type { ResultCodec } from '../../core/codec.ts'
import type { ValuesTag } from '../../core/tags.ts'
import { nameOf } from '../../core/values-name.ts'
import type { TouchedColumns } from './pending-model.ts'

/** A write as it stands in a stream. */
export interface StoredWrite {
  readonly write: PendingWrite
  /** Of the lookups that find its row, now or before; the first is that by its id, and is the name of the row. */
  readonly names: readonly string[]
  /** Of the same lookups. */
  readonly guards: () => readonly ValuesTag[]
  /** What it does to queries. */
  readonly event: () => RowEvent
}

/** What few flushes ask for. */
type Rest = readonly [guards: readonly (readonly [shape: string, values: string])[], touched: TouchedColumns]

/**
 * Three lines: the names, with a space between them; the write as JSON, or as a text of the codec where JSON would not bring it back; and
 * what a flush reads only where queries may care, or something was lost.
 */
export function encodeStoredWrite(
  write: PendingWrite,
  touched: TouchedColumns,
  guards: readonly ValuesTag[],
  codec: ResultCodec,
): string {
  const rest: Rest = [guards.map(({ shape, values }) => [shape, values]), touched]
  const written = isPlainJson(write) ? write : codec.encode(write, null)
  return `${guards.map(nameOf).join(' ')}\n${JSON.stringify(written)}\n${JSON.stringify(rest)}`
}

/** @throws when what a flush needs is damaged; the others throw where the rest is. */
export function decodeStoredWrite(model: string, text: string, codec: ResultCodec): StoredWrite {
  const namesEnd = text.indexOf('\n')
  const writeEnd = text.indexOf('\n', namesEnd + 1)
  const written = JSON.parse(text.slice(namesEnd + 1, writeEnd)) as PendingWrite | string
  const write = typeof written === 'string' ? (codec.decode(written, null) as PendingWrite) : written
  const rest = () => JSON.parse(text.slice(writeEnd + 1)) as Rest
  return {
    write,
    names: text.slice(0, namesEnd).split(' '),
    guards: () => rest()[0].map(([shape, values]) => ({ kind: 'values', model, shape, values })),
    event: () => eventOf(model, write, rest()[1]),
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
export function rowOf({ names }: StoredWrite): string {
  return names[0]!
}

/** Each once, in order. */
export function distinctNames(writes: readonly StoredWrite[]): readonly string[] {
  const names = new Set<string>()
  for (const write of writes) for (const name of write.names) names.add(name)
  return [...names]
}

/** Each once, in order. */
export function distinctGuards(writes: readonly StoredWrite[]): readonly ValuesTag[] {
  const guards = writes.flatMap((write) => write.guards())
  return [...new Map(guards.map((guard) => [`${guard.shape} ${guard.values}`, guard])).values()]
}
