/** What the values of one field are, in the results of a client. */
export type ValueKind = 'plain' | 'float' | 'date' | 'decimal' | 'bigint' | 'bytes' | 'json'

export interface FieldType {
  /** One of the kinds, or the rows of another model. */
  readonly is: ValueKind | { readonly rowsOf: string }
  readonly isList: boolean
}

/** By name: the fields that a row may have. */
export type RowType = ReadonlyMap<string, FieldType>

/** The type of the rows of a model; `undefined` when it is not known. */
export type RowTypes = (model: string) => RowType | undefined
