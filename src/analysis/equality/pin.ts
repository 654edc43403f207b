import { firstCharacters, type Pin, partsOfField } from '../../core/tags.ts'
import type { DataModel, Field } from '../data-model.ts'
import { bytesText, dateText, decimalText, integerText } from './number-and-time.ts'
import { Parameter } from './parameter.ts'
import type { Pinner } from './pinner.ts'
import { stringPinner } from './string.ts'

/**
 * A value as a {@link Pin}: equal for two values exactly when the database holds them for equal. `undefined` when that is not
 * plainly so: then nothing may be pinned by it.
 *
 * Never pinned are floats, JSON, lists, mapped enums, times of day, references to other fields, and text where the database
 * compares it more loosely than its characters: MySQL, SQL Server, `citext`, `char(n)`. A column that was given such a collation
 * by hand does not show in the schema and must not be cached by that key.
 */
export function pinOf(dataModel: DataModel, field: Field, value: unknown): Pin | undefined {
  return pinningOf(dataModel, field).pin(value)
}

/** Whether values of the field can be pinned at all. */
export function isPinnable(dataModel: DataModel, field: Field): boolean {
  return pinningOf(dataModel, field).isPossible
}

/**
 * Whether a value of one field, as a pin, is the pin of the equal value of the other: so that what is known of a foreign key is
 * known of the key that it references.
 */
export function pinsAlike(dataModel: DataModel, one: Field, other: Field): boolean {
  const isSpelledAlike = ['Uuid', 'Date'].every(
    (name) => (one.nativeType?.name === name) === (other.nativeType?.name === name),
  )
  return one.type === other.type && isSpelledAlike && isPinnable(dataModel, one) && isPinnable(dataModel, other)
}

/**
 * The first characters that a text must have to begin with another, as a pin; `undefined` when nothing certain follows.
 *
 * Source: the statements of client 7.10 on PostgreSQL, `LIKE ($1 || '%')`: what is `%`, `_` or a backslash in the text is a
 * pattern too. At most three characters, so that there are few kinds of queries.
 */
export function prefixPin(
  dataModel: DataModel,
  field: Field,
  text: unknown,
): { length: number; pin: string } | undefined {
  const isCompared = postgres.has(dataModel.provider) && field.type === 'String' && field.nativeType?.name !== 'Uuid'
  if (!isCompared || typeof text !== 'string' || pinOf(dataModel, field, text) === undefined) return undefined
  const pin = firstCharacters(/^[^%_\\]*/.exec(text)![0], prefixMax)
  return pin === '' ? undefined : { length: Array.from(pin).length, pin }
}

const prefixMax = 3

/** A column of such a name would be taken for the first characters of another. */
function isAmbiguous({ column }: Field): boolean {
  return partsOfField(column).length !== null
}

/** How values of one field are pinned. */
interface Pinning {
  readonly isPossible: boolean
  readonly pin: (value: unknown) => Pin | undefined
}

/** By field, because it does not change and is asked for with every query. */
const pinnings = new WeakMap<Field, Pinning>()

function pinningOf(dataModel: DataModel, field: Field): Pinning {
  let pinning = pinnings.get(field)
  if (pinning === undefined) {
    pinning = makePinning(dataModel, field)
    pinnings.set(field, pinning)
  }
  return pinning
}

function makePinning(dataModel: DataModel, field: Field): Pinning {
  const pinner = makePinner(dataModel, field)
  const mayBeAbsent = !field.isList && !isAmbiguous(field) && !field.isRequired && field.type !== 'Json'
  const pin = (value: unknown): Pin | undefined => {
    if (value === undefined) return undefined
    // An absent value equals nothing but an absent value, whatever the type; of JSON there are two kinds.
    if (value === null) return mayBeAbsent ? null : undefined
    if (value instanceof Parameter) return value.field === field ? value.pin : undefined
    return pinner?.(value)
  }
  return { isPossible: pinner !== null, pin }
}

const postgres: ReadonlySet<string> = new Set(['postgresql', 'postgres', 'cockroachdb'])

function makePinner({ provider }: DataModel, field: Field): Pinner | null {
  if (field.isList || isAmbiguous(field)) return null
  if (field.kind === 'enum') {
    const { enumValues } = field
    if (enumValues.length === 0) return null
    return (value) => (typeof value === 'string' && enumValues.includes(value) ? value : undefined)
  }
  if (field.kind !== 'scalar') return null
  const isPostgres = postgres.has(provider)
  switch (field.type) {
    case 'Int':
    case 'BigInt':
      return integerText
    case 'Boolean':
      return (value) => (typeof value === 'boolean' ? String(value) : undefined)
    case 'String':
      return isPostgres || provider === 'sqlite' ? stringPinner(field.nativeType) : null
    case 'Decimal':
      return isPostgres ? decimalText(field.nativeType) : null
    case 'DateTime':
      return isPostgres ? dateText(field.nativeType) : null
    case 'Bytes':
      return isPostgres ? bytesText : null
    default:
      return null
  }
}
