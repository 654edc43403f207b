import { Decimal, isObjectEnumValue } from '@prisma/client/runtime/client'

/** The class of decimals in results. */
export { Decimal }

/**
 * A name for the objects that Prisma takes as arguments and that are no data: `DbNull`, `JsonNull`, `AnyNull`, `skip` and
 * references to fields. `undefined` for every other object.
 *
 * They are known by what they do, not by identity or class, because an application may load a second copy of the runtime.
 *
 * Source: the classes in the runtime of client 7.10. `skip` and the references have no published test.
 */
export function identify(value: object): string | undefined {
  return nullName(value) ?? skipName(value) ?? fieldName(value)
}

function nullName(value: object): string | undefined {
  return isObjectEnumValue(value) ? JSON.stringify(['enum', value._getNamespace(), value._getName()]) : undefined
}

/** `skip.ifUndefined(undefined)` is `skip` itself. */
function skipName(value: object): string | undefined {
  const { ifUndefined } = value as { readonly ifUndefined?: unknown }
  if (typeof ifUndefined !== 'function') return undefined
  return ifUndefined.call(value, undefined) === value ? JSON.stringify(['skip']) : undefined
}

/** What `prisma.city.fields.name` is. */
function fieldName(value: object): string | undefined {
  const { modelName, name, typeName, isList, _toGraphQLInputType } = value as Readonly<Record<string, unknown>>
  if (typeof _toGraphQLInputType !== 'function') return undefined
  if (typeof modelName !== 'string' || typeof name !== 'string') return undefined
  return JSON.stringify(['field', modelName, name, typeName, isList])
}
