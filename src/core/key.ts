import { hash } from 'node:crypto'
import type { EntryKey } from './store.ts'

/** Everything that tells one query from another. */
export interface KeyParts {
  readonly model: string
  readonly operation: string
  /** The path by which the fluent API unpacks the result: `['select', 'posts']`. */
  readonly dataPath: readonly string[]
  /** The arguments in canonical form. */
  readonly args: string
  /** What else decides how a result looks: see {@link fingerprint}. */
  readonly fingerprint: string
}

/** The key of a query's entry. The digest is cryptographic, because arguments come from strangers. */
export function entryKey({ model, operation, dataPath, args, fingerprint }: KeyParts): EntryKey {
  return { model, digest: digest([model, operation, dataPath, args, fingerprint]) }
}

/** One text for several, such as schema, global omit and codec; different texts never share it. */
export function fingerprint(parts: readonly string[]): string {
  return digest(parts)
}

/** SHA-256 as 43 characters of base64url. JSON keeps the parts apart: `['ab', 'c']` is not `['a', 'bc']`. */
function digest(parts: readonly (string | readonly string[])[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url')
}
