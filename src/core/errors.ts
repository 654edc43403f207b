/** Every code a {@link CacheError} can carry. A program may branch on them; they do not change within a major version. */
export const errorCodes = [
  'CONFIG.INVALID',
  'QUERY.INVALID_STRATEGY',
  'INVALIDATE.INVALID_TARGET',
  'EXPLAIN.UNSUPPORTED',
  'STORE.UNAVAILABLE',
  'STORE.TIMEOUT',
  'LOAD.TIMEOUT',
  'WRITE_BEHIND.UNCONFIRMED',
  'WRITE_BEHIND.NOT_DURABLE',
  'WRITE_BEHIND.OTHER_DATABASE',
  'WRITE_BEHIND.FLUSH_TIMEOUT',
  'WRITE_BEHIND.NO_DEAD_LETTER',
  'WRITE_BEHIND.REFUSED',
  'CODEC.UNDECODABLE',
  'KEY.UNSUPPORTED_VALUE',
  'WRITE_BEHIND.NO_TABLE',
  'WRITE_BEHIND.ROW_NOT_FOUND',
  'WRITE_BEHIND.UNWRITABLE_VALUE',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** What a {@link CacheError} says beyond its sentence. Never holds row values. */
export interface CacheErrorDetails {
  /** What to do about it, in a sentence. */
  readonly fix?: string
  /** The model concerned. */
  readonly model?: string
  /** Every problem found, one line each (`CONFIG.INVALID`). */
  readonly problems?: readonly string[]
  readonly cause?: unknown
}

/** The one error class of this package. Errors of the database are never wrapped in it. */
export class CacheError extends Error {
  override readonly name = 'CacheError'
  readonly code: ErrorCode
  readonly fix: string | undefined
  readonly model: string | undefined
  readonly problems: readonly string[]

  constructor(code: ErrorCode, message: string, { fix, model, problems = [], cause }: CacheErrorDetails = {}) {
    super(fix === undefined ? message : `${message} ${fix}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.fix = fix
    this.model = model
    this.problems = problems
  }
}

/** Whether the store is out of reach, which it reports by itself. */
export function isStoreError(error: unknown): boolean {
  return error instanceof CacheError && error.code.startsWith('STORE.')
}

/** Whether accepted writes did not reach the database in time: then nothing may be answered, and nothing written after them. */
export function isFlushTimeout(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'WRITE_BEHIND.FLUSH_TIMEOUT'
}

/** Whether a text in the store is damaged, or of another release. */
export function isUndecodable(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'CODEC.UNDECODABLE'
}
