import { LRUCache } from 'lru-cache'
import type { ResultCodec } from '../codec.ts'
import { CacheError } from '../errors.ts'
import { byColumns, type Columns, columnsOf, formatColumns, parseColumns, writeList, writeRow } from './columns.ts'
import type { RowType, RowTypes } from './result-types.ts'
import { columnReader, mayCompileText, type ReadWritten, type RowReaderDeps, rowReader } from './row-reader.ts'
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
 * The default codec: writes the values of rows, with the names of their columns once, and knows from the schema which of them are dates,
 * decimals, bigints and bytes.
 *
 * - `[0]` is `null`
 * - `[1,"isbn,price,released",["978-0","9.95",981158400000]]` is a row
 * - `[2,"isbn,price",[["978-0","9.95"],null]]` is a list of rows
 * - `[3,"isbn,price",[["978-0","978-1", ...],["9.95","12.5", ...]]]` is one of more rows than columns, column by column
 *
 * What is not exactly what the schema says (an aggregate, a computed field, NaN within a JSON value) is written by superjson, behind a `~`:
 * slower, never wrong.
 */
export function schemaCodec({ Decimal, types, mayCompile = mayCompileText() }: SchemaCodecDeps): ResultCodec {
  const general = superjsonCodec({ Decimal })
  const deps = { types, forms: valueForms(Decimal), mayCompile }
  const readers = createReaders({ ...deps, isKept: false })
  const keptReaders = createReaders({ ...deps, isKept: true })

  /** By model, the columns of the row that was written last, without relations: the next one is likely to have the same. */
  const written = new Map<RowType, { readonly columns: Columns; readonly names: string }>()

  function write(value: unknown, type: RowType): unknown {
    if (value === null) return [kinds.none]
    const isList = Array.isArray(value)
    const last = isList ? undefined : written.get(type)
    const alike = last ? writeRow(value, last.columns, type, deps) : unfit
    if (last && alike !== unfit) return [kinds.row, last.names, alike]
    const columns = columnsOf(isList ? value : [value], type, types)
    if (columns === unfit) return unfit
    const one = (row: unknown) => writeRow(row, columns, type, deps)
    const values = isList ? writeList(value, one) : one(value)
    if (values === unfit) return unfit
    const names = formatColumns(columns)
    if (!isList) {
      if (columns.every(({ inner }) => inner === null)) written.set(type, { columns, names })
      return [kinds.row, names, values]
    }
    const lists = byColumns(values as readonly unknown[], columns.length)
    return lists ? [kinds.columns, names, lists] : [kinds.list, names, values]
  }

  const codec: ResultCodec = {
    name: 'schema-2',
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
        return read(JSON.parse(text), model, readers)
      } catch (cause) {
        throw undecodable(cause)
      }
    },
    parse(text, model) {
      if (model === null || text.startsWith(generalMark)) {
        return { value: codec.decode(text, model), again: null, bytes: 0 }
      }
      try {
        const written = JSON.parse(text)
        const again = () => read(written, model, keptReaders)
        return { value: again(), again, bytes: bytesOfParsed(text) }
      } catch (cause) {
        throw undecodable(cause)
      }
    },
  }
  return codec
}

/** What JSON takes when it is parsed: some bytes for each character, and more for each string, list and object. */
function bytesOfParsed(text: string): number {
  let bytes = 4 * text.length
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code === quote) bytes += quoteBytes
    else if (code === bracket || code === brace) bytes += holderBytes
  }
  return bytes
}

const [quote, bracket, brace] = ['"', '[', '{'].map((character) => character.charCodeAt(0))
/** A string has two of them. */
const quoteBytes = 12
const holderBytes = 64

function read(whole: unknown, model: string, readerOf: ReaderOf): unknown {
  if (!Array.isArray(whole)) throw new TypeError('no list')
  const [kind, columns, written] = whole as readonly unknown[]
  if (kind === kinds.none) return null
  if (typeof columns !== 'string') throw new TypeError('no columns')
  if (kind === kinds.columns) return readerOf('columns', model, columns)(written)
  const reader = readerOf('rows', model, columns)
  if (kind === kinds.row) return reader(written)
  if (kind !== kinds.list || !Array.isArray(written)) throw new TypeError('no rows')
  const rows: unknown[] = []
  for (const row of written) rows.push(row === null ? null : reader(row))
  return rows
}

type ReaderOf = (layout: keyof typeof makers, model: string, columns: string) => ReadWritten

const makers = { rows: rowReader, columns: columnReader }

function createReaders(deps: RowReaderDeps): ReaderOf {
  const readers = new LRUCache<string, ReadWritten>({ max: readersMax })
  /** By model: most rows of a model are read alike. */
  const latest = { rows: new Map<string, Latest>(), columns: new Map<string, Latest>() }
  return (layout, model, text) => {
    const last = latest[layout].get(model)
    if (last?.text === text) return last.reader
    const id = `${layout} ${model} ${text}`
    let reader = readers.get(id)
    if (!reader) {
      const type = deps.types(model)
      if (!type) throw new TypeError('no such model')
      reader = makers[layout](parseColumns(text), type, deps)
      readers.set(id, reader)
    }
    latest[layout].set(model, { text, reader })
    return reader
  }
}

function undecodable(cause: unknown): CacheError {
  return new CacheError('CODEC.UNDECODABLE', 'An entry in the store could not be decoded.', { cause })
}

const kinds = { none: 0, row: 1, list: 2, columns: 3 } as const

interface Latest {
  readonly text: string
  readonly reader: ReadWritten
}

const generalMark = '~'

/** Selections come from the application's own code; those that it makes up anew are compiled again. */
const readersMax = 1000
