import { systemClock } from '../../../../src/core/clock.ts'
import { createNonceSource } from '../../../../src/core/nonce.ts'
import { createRedisStore } from '../../../../src/stores/redis/redis-store.ts'
import { serveWorker } from '../../../services/process.ts'
import { waitUntil } from '../../../services/wait-until.ts'
import { fillEntry, key, retainMs, servedRow } from './entries.ts'

interface Use {
  readonly url: string
  readonly use: string
  readonly namespace: string
}

serveWorker({
  /** Resolves to what is still open and would keep the process alive; lets go of the parent, so that it may end. */
  async useAndClose({ url, use, namespace }: Use) {
    const before = kinds()
    const store = createRedisStore({
      source: url,
      namespace,
      models: new Map([['City', 'City']]),
      commandDeadlineMs: 1_000,
      leaseMs: 10_000,
      clock: systemClock,
      makeNonce: createNonceSource(),
      report: () => {},
    })
    if (use === 'in use') {
      await fillEntry(store, 'row')
      await servedRow(store)
      await store.acquireLease(key, 'a', retainMs)
      // Left open, with somebody who waits.
      void (await store.watchLease(key)).released(retainMs)
    }
    if (use === 'unreachable') await servedRow(store).catch(() => null)
    await store.close()
    const leftOver = () => kinds().filter((kind) => !before.includes(kind))
    await waitUntil(() => leftOver().length === 0, { what: 'everything to close', deadlineMs: 5_000 }).catch(() => {})
    const left = leftOver()
    process.removeAllListeners('disconnect')
    setImmediate(() => process.disconnect())
    return left
  },
})

/** `TCPSocketWrap` 1, `TCPSocketWrap` 2: one name for each, so that counts are compared too. */
function kinds(): readonly string[] {
  const counts = new Map<string, number>()
  return process.getActiveResourcesInfo().map((kind) => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    return `${kind} ${counts.get(kind)}`
  })
}
