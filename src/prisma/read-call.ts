import type { ClientView } from '../analysis/reads/rows.ts'
import type { ParsedStrategy } from '../core/config.ts'

/** A read, as it reaches the cache. */
export interface ReadCall {
  readonly model: string
  readonly operation: string
  /** Without `cacheStrategy`. */
  readonly args: unknown
  readonly dataPath: readonly string[]
  /** Whether the result may be loaded with other arguments than these, and still be shown as these ask for it. */
  readonly mayLoadOtherwise: boolean
  readonly strategy: Extract<ParsedStrategy, { kind: 'cache' }> | null
  /** What the client adds to the key: global omit, computed fields. */
  readonly clientFingerprint: string
  readonly clientView: ClientView
}
