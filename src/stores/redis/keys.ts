import { createHash } from 'node:crypto'
import type { EntryKey } from '../../core/store.ts'
import type { ValuesTag } from '../../core/tags.ts'
import { nameOf } from '../../core/values-name.ts'

/**
 * The names of everything this plugin keeps in Redis. All of one model's keys carry its `{hash tag}`, so that one script
 * may touch them on a cluster. Values of rows are digested: no key shows one.
 *
 * A model is named as its table: while it is being renamed in the schema, the processes of both releases understand each other.
 */
export interface Keys {
  /** The table of a model, as it stands in keys and intents: without spaces and braces. */
  table(model: string): string
  model(model: string): string
  /** The same, of a table. */
  ofTable(table: string): string
  values(tag: ValuesTag): string
  entry(key: EntryKey): string
  lease(key: EntryKey): string
  userTag(name: string): string
  pending(model: string): PendingKeys
  readonly userMark: string
  readonly intents: string
  /** set of the empty text, by which lookups read many keys in one command */
  readonly anchor: string
}

/** What is kept of the writes of a model that are accepted and not in the database yet. */
export interface PendingKeys {
  /** hash: `backlog`, `partitions`, for which `database`, and in which `life` of which `server` writes are accepted */
  readonly state: string
  /** hash: name of a lookup -> the latest write on its row */
  readonly marks: string
  /** sorted set: synchronous writes under way, and until when */
  readonly gates: string
  /** hash: row -> `<id>\n<failure>` of its dead letter */
  readonly dead: string
  /** set: writes of the streams that were set aside */
  readonly aside: string
  /** channel */
  readonly news: string
  stream(partition: number): string
  lead(partition: number): string
  /** list: what was set aside for a row, in order, the dead letter first */
  parked(row: string): string
}

/** @param tables by model; one that is not there is named as it is. */
export function createKeys(namespace: string, tables: ReadonlyMap<string, string>): Keys {
  const ofTable = (table: string) => `${namespace}:{${table}}`
  const table = (model: string) => encodeURIComponent(tables.get(model) ?? model)
  const names = new Map([...tables.keys()].map((name) => [name, ofTable(table(name))]))
  const model = (name: string) => names.get(name) ?? ofTable(table(name))
  return {
    table,
    model,
    ofTable,
    values: (tag) => `${model(tag.model)}:v:${nameOf(tag)}`,
    entry: (key) => `${model(key.model)}:e:${key.digest}`,
    lease: (key) => `${model(key.model)}:l:${key.digest}`,
    pending: (name) => pendingKeys(`${model(name)}:p`),
    userTag: (name) => `${namespace}:u:${digest(name)}`,
    userMark: `${namespace}:user-mark`,
    intents: `${namespace}:intents`,
    anchor: `${namespace}:anchor`,
  }
}

function pendingKeys(prefix: string): PendingKeys {
  return {
    state: `${prefix}:state`,
    marks: `${prefix}:marks`,
    gates: `${prefix}:gates`,
    dead: `${prefix}:dead`,
    aside: `${prefix}:aside`,
    news: `${prefix}:news`,
    stream: (partition) => `${prefix}:stream:${partition}`,
    lead: (partition) => `${prefix}:lead:${partition}`,
    parked: (row) => `${prefix}:parked:${row}`,
  }
}

/** 128 bits and more: values come from strangers, who must not be able to make two of them collide. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
