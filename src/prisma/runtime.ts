import type { DataModel } from '../analysis/data-model.ts'
import type { DeclaredChanges } from '../analysis/writes/consequences.ts'
import type { AccelerateClient, CacheClient } from '../core/client.ts'
import type { CacheConfig } from '../core/config.ts'
import type { Report } from '../core/events.ts'
import type { CacheAside } from '../strategies/cache-aside.ts'
import type { EntryTtls } from '../strategies/entry-ttl.ts'
import type { Invalidator } from '../strategies/invalidator.ts'
import type { WriteBehind } from '../strategies/pending/write-behind.ts'
import type { ShapeLimits } from '../strategies/shape-limits.ts'
import type { WriteThrough } from '../strategies/write-through.ts'
import type { Batches } from './batches.ts'
import type { CallableModels } from './calls.ts'
import type { ExplainScope } from './explain-scope.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { UnseenColumns } from './pending/unseen-columns.ts'
import type { InfoScope } from './read-info.ts'
import type { ReadMemo } from './read-memo.ts'
import type { StoredRows } from './stored-rows.ts'
import type { Transactions } from './transactions.ts'
import type { WriteMemo } from './write-memo.ts'

/**
 * What every client made from one use of the plugin shares: configuration, analysis, strategies and store.
 *
 * Extending such a client puts the hooks on top again; the runtime stays the same.
 */
export interface Runtime {
  readonly config: CacheConfig
  readonly dataModel: DataModel
  /** What `alsoChanges` declares, and the views that it makes known. */
  readonly declared: DeclaredChanges
  readonly knownViews: ReadonlySet<string>
  /** Whether the database keeps what was written before an error, also in a transaction. */
  readonly keepsOnError: boolean
  readonly limits: ShapeLimits
  readonly readMemo: ReadMemo
  readonly writeMemo: WriteMemo
  readonly entryTtls: EntryTtls
  /** The shapes of a model that somebody has cached. */
  readonly shapesInUse: (model: string) => Promise<readonly string[]>
  readonly reader: CacheAside
  /** By model, where rows are stored. */
  readonly storedRows: ReadonlyMap<string, StoredRows>
  readonly invalidator: Invalidator
  readonly writeThrough: WriteThrough
  readonly writeBehind: WriteBehind
  readonly unseenColumns: UnseenColumns
  /** Those of the models whose accepted writes a query waits for. */
  readonly awaited: (models: Iterable<string>) => readonly string[]
  /** The models that are cached. */
  readonly callable: CallableModels
  readonly transactions: Transactions
  /** Whether each statement of a transaction of this client, with these options, sees what was committed before it. */
  readonly seesCommitted: (client: object, options: unknown) => Promise<boolean>
  readonly batches: Batches
  readonly info: InfoScope
  readonly explain: ExplainScope
  readonly report: Report
  /** `$cache` and `$accelerate`: the same objects on every client. */
  readonly cache: CacheClient
  readonly accelerate: AccelerateClient
  /** Part of every key: schema, client version and codec. */
  readonly fingerprint: string
  readonly lifecycle: Lifecycle
}
