import type { Types } from '@prisma/client/runtime/client'
import type { ModelConfig, PluginConfig } from '../../core/config.ts'
import type { ReadOperation } from './read-methods.ts'

/**
 * The configuration of a client whose schema is known: the names of `models` are checked, and the `ttl` and `tags` functions
 * know what they are given. With {@link AnyTypeMap}, the plain `PluginConfig`.
 */
export type TypedConfig<TypeMap extends AnyTypeMap> = string extends keyof TypeMap['model']
  ? PluginConfig
  : Omit<PluginConfig, 'models'> & {
      /** The models to cache, named as in the schema. Writes to all other models are watched all the same. Default `{}`. */
      readonly models?:
        | { readonly [Model in keyof TypeMap['model']]?: TypedModelConfig<TypeMap, Model> | undefined }
        | undefined
    }

/** The configuration of one model; `ttl` and `tags` functions get a {@link QueryContext}. */
export type TypedModelConfig<TypeMap extends AnyTypeMap, Model extends keyof TypeMap['model']> = ModelConfig<
  QueryContext<TypeMap, Model>
>

/**
 * What a `ttl` or `tags` function is given: one member per read operation, told apart by `operation`.
 *
 * The result of a query depends on what it selected, which nobody knows when the configuration is written. So every field
 * is optional, and relations are `unknown`; before `operation` is looked at, `result` is the union of all of them.
 *
 * @example tags: (query) => (query.operation === 'findMany' ? query.result.map((city) => `country-${city.countryCode}`) : [])
 */
export type QueryContext<TypeMap extends AnyTypeMap, Model extends keyof TypeMap['model']> = {
  [Operation in ReadOperation & keyof TypeMap['model'][Model]['operations']]: {
    readonly operation: Operation
    readonly args: ArgsOf<TypeMap['model'][Model]['operations'][Operation]>
    readonly result: CachedResult<TypeMap['model'][Model], Operation>
  }
}[ReadOperation & keyof TypeMap['model'][Model]['operations']]

/** The least that a type map is known to hold. `Prisma.TypeMap` of every generated client is one. */
export interface AnyTypeMap {
  globalOmitOptions: object
  meta: { modelProps: string }
  model: Record<string, ModelTypes>
}

interface ModelTypes {
  payload: Types.Payload
  operations: { [Operation in ReadOperation]?: { args: unknown; result: unknown } }
}

// Aggregates are taken from Prisma: there the type map already makes every part optional.
type CachedResult<Model extends ModelTypes, Operation extends ReadOperation> = Operation extends 'findMany'
  ? readonly CachedRow<Model['payload']>[]
  : Operation extends 'findUnique' | 'findFirst'
    ? CachedRow<Model['payload']> | null
    : Operation extends 'findUniqueOrThrow' | 'findFirstOrThrow'
      ? CachedRow<Model['payload']>
      : ResultOf<Model['operations'][Operation]>

/** A row of which some fields may not have been selected. */
type CachedRow<Payload extends Types.Payload> = {
  readonly [Field in keyof Payload['scalars']]?: Payload['scalars'][Field]
} & {
  readonly [Relation in keyof Payload['objects']]?: unknown
}

type ArgsOf<Operation> = Operation extends { args: infer Args } ? Args : never
type ResultOf<Operation> = Operation extends { result: infer Result } ? Result : never
