import type { EntryKey, StampTag, Store } from '../../../../src/core/store.ts'
import { TagList } from '../../../../src/core/tag-list.ts'

export const key: EntryKey = { model: 'City', digest: 'entry-of-the-test' }
export const root = { kind: 'root', model: 'City' } as const
export const shape = { kind: 'shape', model: 'City', shape: 'id|*' } as const
export const value = { kind: 'values', model: 'City', shape: 'id|*', values: '#1' } as const
export const tags: readonly StampTag[] = [root, shape, value]
export const retainMs = 60_000

/** Fills as a reader does: under stamps that were obtained before its row was read. */
export async function fillEntry(store: Store, row: string): Promise<void> {
  const stamps = await store.obtainStamps(tags, retainMs)
  await store.fill(key, JSON.stringify({ row, stamps }), retainMs)
}

/** The row that a reader is served, or null for a miss: every stamp must be there and equal. */
export async function servedRow(store: Store): Promise<string | null> {
  const { entry, stamps } = await store.lookup(key, new TagList(tags))
  if (entry === null) return null
  const { row, stamps: held } = JSON.parse(entry.text) as { row: string; stamps: string[] }
  return held.every((stamp, i) => stamps[i] === stamp) ? row : null
}

/** What a write to the row does when its values are known. */
export function touchRow(store: Store): Promise<number> {
  return store.touch('City', (shapes) => shapes.map((id) => ({ ...value, shape: id })))
}
