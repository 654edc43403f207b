/** How results become text and come back type for type. */
export interface Codec {
  /** Part of every key: entries of one codec are never read by another. */
  readonly name: string
  /** @throws when the value would not come back as it was; the result is then returned without being stored. */
  encode(value: unknown): string
  /** A fresh value with every call. @throws CacheError `CODEC.UNDECODABLE`. */
  decode(text: string): unknown
}

/**
 * - `'schema'`     rows as lists of values, many rows column by column; what a column holds is known from the schema.
 * - `'superjson'`  what a value is stands beside it.
 */
export type CodecChoice = 'schema' | 'superjson' | Codec

/** A codec that is told what it has before it. Every {@link Codec} is one. */
export interface ResultCodec {
  readonly name: string
  /**
   * @param model whose rows the value is, or holds as a list; `null` where it is anything else, such as a number.
   * @throws as that of {@link Codec}.
   */
  encode(value: unknown, model: string | null): string
  /**
   * @param model as it was encoded with.
   * @throws as that of {@link Codec}.
   */
  decode(text: string, model: string | null): unknown
  /**
   * Parses a text once, for values that are made of it again and again: a fresh one with every call. `null` where each has to be decoded.
   *
   * @throws as `decode`; what it returns does not.
   */
  maker?(text: string, model: string | null): (() => unknown) | null
}
