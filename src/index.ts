export type {
  AccelerateClient,
  CacheClient,
  CacheStats,
  DeadLetter,
  DeadLetters,
  ExplainedDependency,
  ExplainedEvent,
  ExplainedTouch,
  Explanation,
  InvalidateTarget,
  ModelStats,
  ReadExplanation,
  ReadInfo,
  WriteBehindGauges,
  WriteExplanation,
} from './core/client.ts'
export type { Codec, CodecChoice } from './core/codec.ts'
export type {
  AdaptiveTtlConfig,
  BatchConfig,
  DefaultsConfig,
  Durability,
  LoadTimeoutConfig,
  MemoryConfig,
  ModelConfig,
  PendingReads,
  PluginConfig,
  RefreshAheadConfig,
  ResultContext,
  Strategy,
} from './core/config.ts'
export { CacheError, type ErrorCode } from './core/errors.ts'
export type { CacheEvent } from './core/events.ts'
export { cachePlugin } from './plugin.ts'
export type {
  AnyTypeMap,
  CacheExtension,
  CachePlugin,
  CacheStrategy,
  QueryContext,
  Read,
  ReadBy,
  TypedConfig,
  TypedModelConfig,
} from './prisma/types.ts'
