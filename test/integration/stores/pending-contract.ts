import { afterEach, beforeEach, describe } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import { type Accepting, acceptingBy } from './pending/accepting.ts'
import { itAccepts } from './pending/accepting-contract.ts'
import { itSetsAside } from './pending/aside-contract.ts'
import { itSettles } from './pending/settling-contract.ts'
import type { MakeStore } from './store-contract.ts'

/** A store, and another handle on the same data. Valid within a test. */
export interface Handles extends Accepting {
  readonly store: Store
  readonly other: Store
  readonly others: Accepting
}

export interface PendingContractOptions {
  /** Called before each operation of the store, as when somebody flushes the scripts of the server. */
  readonly beforeEachCall?: () => Promise<unknown>
}

/** What every store keeps to that accepts writes. `open` makes a fresh set of data and returns handles on it. */
export function describePendingContract(
  name: string,
  open: () => Promise<MakeStore>,
  { beforeEachCall }: PendingContractOptions = {},
): void {
  describe(`${name} as a store of pending writes`, () => {
    let current!: Handles
    beforeEach(async () => {
      const make = await open()
      const [store, other] = [await make(), await make()].map((one) => disturbed(one, beforeEachCall)) as [Store, Store]
      // The way to the store is open then, and what it does at first is done.
      await Promise.all([store.stamps([]), other.stamps([])])
      current = { store, other, others: acceptingBy(other), ...acceptingBy(store) }
    })
    afterEach(async () => {
      await current.store.close()
      await current.other.close()
    })
    const handles = new Proxy({} as Handles, { get: (_, property) => Reflect.get(current, property) })
    itAccepts(handles)
    itSettles(handles)
    itSetsAside(handles)
  })
}

function disturbed(store: Store, beforeEachCall: (() => Promise<unknown>) | undefined): Store {
  if (!beforeEachCall) return store
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(_, property) {
        const value: unknown = Reflect.get(target, property)
        if (property === 'pending') return wrap(value as object)
        if (typeof value !== 'function' || property === 'listen' || property === 'close') return value
        return async (...args: unknown[]) => {
          await beforeEachCall()
          return value.apply(target, args)
        }
      },
    })
  return wrap(store)
}
