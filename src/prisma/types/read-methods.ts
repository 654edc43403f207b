import type { Types } from '@prisma/client/runtime/client'

/**
 * The read methods of one model as Prisma types them on an extended client, with `cacheStrategy` added to the arguments.
 *
 * `TypeMap` is that of the client at the time the plugin was added. A call finds the model in the type of `this`, and so
 * knows the extensions added later as well; `TypeMap` stands in where there is no `this`:
 * `ReturnType<typeof prisma.city.findMany>`.
 */
export type ReadMethods<TypeMap extends Types.Extensions.TypeMapDef, Model extends PropertyKey> = {
  [Operation in ArgsOptional & keyof TypeMap['model'][Model]['operations']]: () => Read<TypeMap, Model, Operation>
} & {
  // A view without a unique field has no `findUnique`.
  [Operation in ArgsRequired & keyof TypeMap['model'][Model]['operations']]: () => ReadBy<TypeMap, Model, Operation>
}

/** Operations that take `cacheStrategy`. */
export type ReadOperation = ArgsOptional | ArgsRequired

type ArgsOptional = 'findFirst' | 'findFirstOrThrow' | 'findMany' | 'count' | 'aggregate'
type ArgsRequired = 'findUnique' | 'findUniqueOrThrow' | 'groupBy'

/**
 * A read whose arguments may be left out.
 *
 * `A` has no constraint: `this` is not known yet when one would be needed, and literals (`'asc'`) would widen. `Exact` checks
 * the arguments all the same.
 */
export type Read<
  TypeMap extends Types.Extensions.TypeMapDef,
  Model extends PropertyKey,
  Operation extends PropertyKey,
> = <This, A>(
  this: This,
  args?: Checked<A, ReadArgs<SiteOf<This, TypeMap, Model>, Operation>>,
) => ReadResult<SiteOf<This, TypeMap, Model>, A, Operation>

/** A read that needs arguments. */
export type ReadBy<
  TypeMap extends Types.Extensions.TypeMapDef,
  Model extends PropertyKey,
  Operation extends PropertyKey,
> = <This, A>(
  this: This,
  args: Checked<A, ReadArgs<SiteOf<This, TypeMap, Model>, Operation>>,
) => ReadResult<SiteOf<This, TypeMap, Model>, A, Operation>

/**
 * How one query is cached; the name and shape are Accelerate's. `false` goes to the database and fills nothing.
 *
 * @example { ttl: 60, swr: 30, tags: ['home'] }
 */
export type CacheStrategy =
  | false
  | {
      /** How long the result is fresh: seconds, or a string with a unit such as `'5m'`. Default: that of the model. */
      readonly ttl?: number | string | undefined
      /** How long after `ttl` it may still be served while it is refreshed: seconds, or a string with a unit. */
      readonly swr?: number | string | undefined
      /** Names for `$cache.invalidate({ tags })`; at most 64, each 1 to 128 characters. */
      readonly tags?: readonly string[] | undefined
    }

// `Exact` of no arguments has no keys; an editor completes from the second part while nothing is written.
type Checked<A, Args> = Types.Utils.Exact<A, Args> | Args

/** Where a method stands: a client's type map, and the name of a model in it. */
interface Site {
  typeMap: Types.Extensions.TypeMapDef
  model: PropertyKey
}

type ReadArgs<
  S extends Site,
  Operation extends PropertyKey,
> = S['typeMap']['model'][S['model']]['operations'][Operation]['args'] & { cacheStrategy?: CacheStrategy | undefined }

type ReadResult<S extends Site, A, Operation extends PropertyKey> = Types.Extensions.DynamicModelExtensionFnResult<
  S['typeMap'],
  S['model'],
  A,
  Operation,
  Types.Extensions.DynamicModelExtensionFnResultNull<Operation>
>

/**
 * The site that `this` stands for.
 *
 * - On a client or a transaction client, `this` is Prisma's own alias, whose arguments hold everything.
 * - Inside another extension (`Prisma.getExtensionContext(this)`) it is a mixture that only leads to the model itself.
 * - Elsewhere, the one that the method was made for.
 */
type SiteOf<This, TypeMap extends Types.Extensions.TypeMapDef, Model extends PropertyKey> =
  This extends Types.Extensions.DynamicModelExtensionThis<infer Found, infer Name extends string, infer _ExtArgs>
    ? string extends Name
      ? MixtureSite<This, TypeMap, Model>
      : { typeMap: Found; model: Name }
    : MixtureSite<This, TypeMap, Model>

type MixtureSite<This, TypeMap extends Types.Extensions.TypeMapDef, Model extends PropertyKey> = This extends {
  [K: symbol]: { types: infer Found extends NamedModel }
}
  ? { typeMap: WithModel<TypeMap, Found>; model: Found['payload']['name'] }
  : { typeMap: TypeMap; model: Model }

type WithModel<TypeMap extends Types.Extensions.TypeMapDef, Model extends NamedModel> = {
  globalOmitOptions: TypeMap['globalOmitOptions']
  model: {
    [Name in keyof TypeMap['model'] | Model['payload']['name']]: Name extends Model['payload']['name']
      ? Model
      : TypeMap['model'][Name]
  }
}

interface NamedModel {
  payload: { name: string }
}
