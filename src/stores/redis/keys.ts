import { createHash } from 'node:crypto'
import type { EntryKey } from '../../core/store.ts'

/**
 * The names of everything this plugin keeps in Redis. All of one model's keys carry its `{hash tag}`, so that one script
 * may touch them on a cluster. Values of rows are digested: no key shows one.
 */
export interface Keys {
  model(model: string): string
  values(model: string, shape: string, values: string): string
  entry(key: EntryKey): string
  lease(key: EntryKey): string
  userTag(name: string): string
  readonly userMark: string
  readonly intents: string
}

export function createKeys(namespace: string): Keys {
  const model = (name: string) => `${namespace}:{${name}}`
  return {
    model,
    values: (name, shape, values) => `${model(name)}:v:${digest(`${shape}\n${values}`)}`,
    entry: (key) => `${model(key.model)}:e:${key.digest}`,
    lease: (key) => `${model(key.model)}:l:${key.digest}`,
    userTag: (name) => `${namespace}:u:${digest(name)}`,
    userMark: `${namespace}:user-mark`,
    intents: `${namespace}:intents`,
  }
}

/** 128 bits and more: values come from strangers, who must not be able to make two of them collide. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
