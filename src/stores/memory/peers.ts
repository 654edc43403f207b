import type { DecideTouched, Store } from '../../core/store.ts'
import type { ValuesTag } from '../../core/tags.ts'

export interface PeersDeps {
  readonly namespace: string
  /** Every model that may have stamps here, and its table. */
  readonly models: ReadonlyMap<string, string>
}

/** A store, and its models with their tables. */
interface Peer {
  readonly store: Store
  readonly models: ReadonlyMap<string, string>
}

/** Clients come and go, some with every request, and few of them say goodbye. */
const peers = new Map<string, Set<WeakRef<Peer>>>()

/**
 * A store in this process that is told of every invalidation in the others of its namespace, as it tells them: each client has
 * entries of its own, and none serves what another has written over. They know each other by their tables: another client may have
 * another name for the model.
 */
export function withPeers(store: Store, { namespace, models }: PeersDeps): Store {
  const self: Peer = { store, models }
  const others = peers.get(namespace) ?? new Set()
  peers.set(namespace, others.add(new WeakRef(self)))

  /** Lives as long as somebody uses its store. */
  function everyone(): readonly Peer[] {
    const alive = [...others].flatMap((ref) => {
      const peer = ref.deref()
      if (!peer) others.delete(ref)
      return peer && peer !== self ? [peer] : []
    })
    return [self, ...alive]
  }

  async function dropRoots(names: readonly string[]): Promise<void> {
    const tables = names.map((name) => models.get(name)!)
    await Promise.all(
      everyone().map((peer) => peer.store.dropRoots(tables.flatMap((table) => modelsOfTable(peer, table)))),
    )
  }

  /** Nobody else may go on with a row as it was. */
  async function unlinkElsewhere(model: string, guards: readonly ValuesTag[]): Promise<void> {
    const others = everyone().filter((peer) => peer !== self)
    await Promise.all(others.map((peer) => touchIn(peer, models.get(model)!, () => guards)))
  }

  return {
    ...store,
    pending: {
      ...store.pending,
      async accept(group) {
        const accepting = store.pending.accept(group)
        const guards = group.rows.flatMap(({ answers }) => answers.map(({ guard }) => guard))
        await unlinkElsewhere(group.partition.model, guards)
        return accepting
      },
      async setAside(partition, token, write) {
        const setting = store.pending.setAside(partition, token, write)
        await unlinkElsewhere(partition.model, write.guards)
        return setting
      },
      async release(model, letter, fate, options) {
        const releasing = store.pending.release(model, letter, fate, options)
        await unlinkElsewhere(model, options.guards)
        return releasing
      },
    },

    async touch(model, decide, replacements) {
      // All in one step, before anyone may read.
      const stored = store.touch(model, decide, replacements)
      const others = everyone().filter((peer) => peer !== self)
      await Promise.all(others.map((peer) => touchIn(peer, models.get(model)!, decide)))
      return stored
    },
    dropRoots,
    async switchModels(names, to) {
      const tables = names.map((name) => models.get(name)!)
      const turn = (peer: Peer) =>
        peer.store.switchModels(
          tables.flatMap((table) => modelsOfTable(peer, table)),
          to,
        )
      await Promise.all(everyone().map(turn))
    },
    async touchUserTags(names) {
      await Promise.all(everyone().map((peer) => peer.store.touchUserTags(names)))
    },
    async soften({ models: names, userTags }) {
      const tables = names.map((name) => models.get(name)!)
      const soften = (peer: Peer) =>
        peer.store.soften({ models: tables.flatMap((table) => modelsOfTable(peer, table)), userTags })
      await Promise.all(everyone().map(soften))
    },
    async sweep(leaseMs) {
      const swept = await store.sweep(leaseMs)
      await dropRoots(swept)
      return swept
    },
  }
}

async function touchIn(peer: Peer, table: string, decide: DecideTouched): Promise<void> {
  const touches = modelsOfTable(peer, table).map((model) =>
    peer.store.touch(model, (shapes) => decide(shapes).map((tag) => ({ ...tag, model }))),
  )
  await Promise.all(touches)
}

function modelsOfTable({ models }: Peer, table: string): string[] {
  return [...models].flatMap(([model, ofModel]) => (ofModel === table ? [model] : []))
}
