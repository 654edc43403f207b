import { isUint8Array } from 'node:util/types'
import type { Field } from '../../data-model.ts'
import {
  fitsIndex,
  indexedBytesMax,
  isStorableText,
  type NativeType,
  simpleRule,
  type ValueRule,
} from './value-rule.ts'

export function booleanRule(nativeType: NativeType): ValueRule | null {
  if (nativeType !== null && nativeType.name !== 'Boolean') return null
  return simpleRule((given) => (typeof given === 'boolean' ? given : undefined))
}

export function enumRule({ enumLabels }: Field): ValueRule {
  return simpleRule((given) => (typeof given === 'string' && enumLabels.has(given) ? given : undefined))
}

/** Text that comes back as it is; not `char(n)`, which pads, and not what is checked or folded by the database. */
export function stringRule(field: Field): ValueRule | null {
  const { nativeType } = field
  const accept = (given: unknown, lengthMax: number) =>
    typeof given === 'string' && isStorableText(given) && isWithin(given, lengthMax) && fitsIndex(field, given)
      ? given
      : undefined
  switch (nativeType?.name) {
    case undefined:
    case 'Text':
      return simpleRule((given) => accept(given, Number.POSITIVE_INFINITY))
    case 'VarChar': {
      const lengthMax = nativeType?.args[0] === undefined ? Number.POSITIVE_INFINITY : Number(nativeType.args[0])
      return simpleRule((given) => accept(given, lengthMax))
    }
    case 'Uuid':
      return simpleRule((given) => (typeof given === 'string' && uuid.test(given) ? given.toLowerCase() : undefined))
    default:
      return null
  }
}

/** PostgreSQL takes other spellings too: without hyphens, in braces. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Counted in code points, as PostgreSQL does. */
function isWithin(text: string, lengthMax: number): boolean {
  return text.length <= lengthMax || Array.from(text).length <= lengthMax
}

export function bytesRule({ nativeType, isIndexed }: Field): ValueRule | null {
  if (nativeType !== null && nativeType.name !== 'ByteA') return null
  // Copied into a plain array: a `Buffer` may share its memory with others.
  const accept = (given: unknown) =>
    isUint8Array(given) && (!isIndexed || given.length <= indexedBytesMax) ? new Uint8Array(given) : undefined
  // How the bytes of a default are spelled in the database is not certain.
  return simpleRule(accept, { ofDefault: () => undefined, copy: (value) => accept(value) ?? value })
}
