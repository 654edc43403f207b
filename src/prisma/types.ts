import type { Types } from '@prisma/client/runtime/client'
import type { AccelerateClient, CacheClient } from '../core/client.ts'
import type { ReadMethods } from './types/read-methods.ts'
import type { AnyTypeMap, TypedConfig } from './types/typed-config.ts'

export type { CacheStrategy, Read, ReadBy } from './types/read-methods.ts'
export type { AnyTypeMap, QueryContext, TypedConfig, TypedModelConfig } from './types/typed-config.ts'

/**
 * The type of `cachePlugin`.
 *
 * Users give `TypeMap` (`cachePlugin<Prisma.TypeMap>({...})`) or nothing. `Client` is never given: inside
 * `prisma.$extends(cachePlugin({...}))` the compiler finds it by itself.
 */
export type CachePlugin = <TypeMap extends AnyTypeMap = AnyTypeMap, Client = unknown>(
  config?: TypedConfig<NoInfer<TypeMap>>,
) => CacheExtension<Client, TypeMapOf<Client, TypeMap>>

/**
 * What `cachePlugin(...)` returns: a function that `$extends` accepts, for any client and any schema.
 *
 * The `model` part exists for the compiler only. At run time no model method is overridden, because that would make
 * Prisma skip the query hooks of extensions added later.
 */
export type CacheExtension<Client = unknown, TypeMap = AnyTypeMap> = (client: Client) => {
  $extends: { extArgs: CacheExtensionArgs<TypeMap> }
}

/** The components that the compiler sees: read methods that take `cacheStrategy`, `$cache`, `$accelerate`. */
export type CacheExtensionArgs<TypeMap> = {
  result: NoComponents
  model: ModelComponents<TypeMap>
  query: NoComponents
  client: { $cache: () => CacheClient; $accelerate: () => AccelerateClient }
}

type NoComponents = Record<never, never>

/**
 * Per model where the schema is known, so that a method knows its model even where it is only a type
 * (`ReturnType<typeof prisma.city.findMany>`); else for all models at once.
 */
type ModelComponents<TypeMap> = TypeMap extends { meta: { modelProps: infer Prop extends string } }
  ? string extends Prop
    ? { $allModels: ReadMethods<AnyTypeMap, string> }
    : { [P in Prop]: ReadMethods<TypeMap, Types.Extensions.ModelKey<TypeMap, P>> }
  : never

/** The type map of a client, from where Prisma keeps it; `Fallback` for what is not a client of a known schema. */
type TypeMapOf<Client, Fallback> = Client extends {
  $extends: Types.Extensions.ExtendsHook<
    infer _Variant,
    infer _Callback,
    infer _ExtArgs,
    infer TypeMap extends AnyTypeMap
  >
}
  ? TypeMap
  : Fallback
