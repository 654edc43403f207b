import { LRUCache } from 'lru-cache'
import type { ResultCodec } from '../codec.ts'
import { CacheError } from '../errors.ts'
import { columnsOf, formatColumns, parseColumns, writeList, writeRow } from './columns.ts'
import type { RowType, RowTypes } from './result-types.ts'
import { mayCompileText, type ReadRow, rowReader } from './row-reader.ts'
import type { DecimalClass } from './rules.ts'
import { superjsonCodec } from './superjson-codec.ts'
import { unfit, valueForms } from './values.ts'

export interface SchemaCodecDeps {
  readonly Decimal: DecimalClass
  readonly types: RowTypes
  /** Whether readers are made of text. Default: where Node allows it. */
  readonly mayCompile?: boolean
}

/**
 * The default codec: writes rows as lists of values, with the names of their columns once, and knows from the schema which of them are
 * dates, decimals, bigints and bytes.
 *
 * `[2,"isbn,price,released",[["978-0","9.95",981158400000], ...]]`; 2 is a list of rows, 1 one row, 0 `null`. What is not exactly what the
 * schema says (an aggregate, a computed field, NaN within a JSON value) is written by superjson, behind a `~`: slower, never wrong.
 */
export function schemaCodec({ Decimal, types, mayCompile = mayCompileText() }: SchemaCodecDeps): ResultCodec {
  const general = superjsonCodec({ Decimal })
  const deps = { types, forms: valueForms(Decimal), mayCompile }
  const readers = new LRUCache<string, ReadRow>({ max: readersMax })
  /** By model: most rows of a model are read alike. */
  const latest = new Map<string, { readonly text: string; readonly reader: ReadRow }>()

  function write(value: unknown, type: RowType): unknown {
    if (value === null) return [kinds.none]
    const isList = Array.isArray(value)
    const columns = columnsOf(isList ? value : [value], type, types)
    if (columns === unfit) return unfit
    const one = (row: unknown) => writeRow(row, columns, type, deps)
    const written = isList ? writeList(value, one) : one(value)
    return written === unfit ? unfit : [isList ? kinds.list : kinds.row, formatColumns(columns), written]
  }

  function readerOf(model: string, text: string): ReadRow {
    const last = latest.get(model)
    if (last?.text === text) return last.reader
    const id = `${model} ${text}`
    let reader = readers.get(id)
    if (!reader) {
      const type = types(model)
      if (!type) throw new TypeError('no such model')
      reader = rowReader(parseColumns(text), type, deps)
      readers.set(id, reader)
    }
    latest.set(model, { text, reader })
    return reader
  }

  function read(text: string, model: string): unknown {
    const [kind, columns, written] = JSON.parse(text) as readonly unknown[]
    if (kind === kinds.none) return null
    if (typeof columns !== 'string') throw new TypeError('no columns')
    const reader = readerOf(model, columns)
    if (kind === kinds.row) return reader(written)
    if (kind !== kinds.list || !Array.isArray(written)) throw new TypeError('no rows')
    const rows: unknown[] = []
    for (const row of written) rows.push(row === null ? null : reader(row))
    return rows
  }

  return {
    name: 'schema-1',
    encode(value, model) {
      // As superjson alone writes it: whoever reads it may have been told to use that.
      if (model === null) return general.encode(value)
      const type = types(model)
      const written = type ? write(value, type) : unfit
      return written === unfit ? `${generalMark}${general.encode(value)}` : JSON.stringify(written)
    },
    decode(text, model) {
      if (model === null) return general.decode(text)
      if (text.startsWith(generalMark)) return general.decode(text.slice(generalMark.length))
      try {
        return read(text, model)
      } catch (cause) {
        throw new CacheError('CODEC.UNDECODABLE', 'An entry in the store could not be decoded.', { cause })
      }
    },
  }
}

const kinds = { none: 0, row: 1, list: 2 } as const

const generalMark = '~'

/** Selections come from the application's own code; those that it makes up anew are compiled again. */
const readersMax = 1000
