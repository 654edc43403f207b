import type { BeginLoad, BegunLoad, EntryKey, Store } from '../../../src/core/store.ts'

/** Begins a load of a model that is not switched off. */
export async function begun(store: Store, key: EntryKey, begin: BeginLoad): Promise<BegunLoad> {
  const answer = await store.beginLoad(key, begin)
  if (answer === 'off') throw new Error(`${key.model} is switched off.`)
  return answer
}
