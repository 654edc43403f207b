/** A random nonce at a tag. It changes with every invalidation and never returns to an earlier value. */
export type Stamp = string

/** Where an entry lives. The store adds its namespace. */
export interface EntryKey {
  readonly model: string
  /** Digest of everything that tells one query from another. */
  readonly digest: string
}
