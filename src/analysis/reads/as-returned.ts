import type { DataModel, Field, Model } from '../data-model.ts'
import { isPinnable, pinOf } from '../equality/pin.ts'
import { isNode, type Node } from './node.ts'

/** A lookup by a unique key, spelled as the row has it that it finds. */
export interface AsReturned {
  readonly where: Node
  /** Whether that is sure of all values: then an answer that there is no row is, too. */
  readonly isCertain: boolean
}

/**
 * The `where` of a `findUnique`, with its values as their row returns them: UUIDs in lower case, days without a time.
 *
 * Prisma makes one statement of the lookups by a key that it is asked for in one tick, and tells each its row by comparing what it asked for with
 * what came back: not as the database compares, so that one that is spelled otherwise is told that there is no row. One that is alone
 * is told of it, and so is one with more than values in its `where`. Where nobody knows how a value is spelled in its row (`char(n)`, texts on
 * MySQL), what is told then is not certain.
 *
 * Source: what `findUnique` returns on client 7.10, alone and with others.
 */
export function asReturned(dataModel: DataModel, model: Model, where: Node): AsReturned {
  const names = Object.keys(where)
  if (names.length === 1 && haveOneSpelling(dataModel, model)) return { where, isCertain: true }
  return spelledOut(dataModel, model, where)
}

/** By model: whether that is so of all values that its unique keys may have. Nearly always it is, and every miss asks. */
const oneSpelling = new WeakMap<Model, boolean>()

function haveOneSpelling(dataModel: DataModel, model: Model): boolean {
  let have = oneSpelling.get(model)
  if (have === undefined) {
    have = model.uniques.every(({ fields }) => {
      return fields.every((name) => {
        const field = model.fields.get(name)!
        return isPinnable(dataModel, field) && !hasSpellings(field)
      })
    })
    oneSpelling.set(model, have)
  }
  return have
}

function hasSpellings({ nativeType }: Field): boolean {
  return nativeType?.name === 'Uuid' || nativeType?.name === 'Date'
}

function spelledOut(dataModel: DataModel, model: Model, where: Node): AsReturned {
  const others: Record<string, unknown> = {}
  let isCertain = true
  let isAlone = false
  for (const [name, value] of Object.entries(where)) {
    const field = model.fields.get(name)
    let spelled = value
    if (!field && isNode(value) && model.uniques.some((unique) => unique.name === name)) {
      const inner = spelledOut(dataModel, model, value)
      spelled = inner.where
      isCertain &&= inner.isCertain
    } else if (field && !isNode(value)) {
      const pin = pinOf(dataModel, field, value)
      if (typeof pin === 'string') spelled = spelledBy(pin, field, value)
      isCertain &&= value === undefined || pin !== undefined
    } else isAlone = true
    if (spelled !== value) others[name] = spelled
  }
  return {
    where: Object.keys(others).length === 0 ? where : { ...where, ...others },
    isCertain: isCertain || isAlone,
  }
}

function spelledBy(pin: string, { nativeType }: Field, value: unknown): unknown {
  if (nativeType?.name === 'Uuid') return pin
  return nativeType?.name === 'Date' ? new Date(`${pin}T00:00:00.000Z`) : value
}
