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
   * The same for a text that will be asked for again.
   *
   * @throws as `decode`; `again` does not.
   */
  parse?(text: string, model: string | null): Parsed
}

/** What was parsed of a text. */
export interface Parsed {
  readonly value: unknown
  /** Makes a fresh value with every call. `null` where each has to be decoded anew. */
  readonly again: (() => unknown) | null
  /** What `again` keeps, as far as can be told. */
  readonly bytes: number
}
