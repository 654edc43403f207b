import { get_config, get_dmmf } from '@prisma/prisma-schema-wasm'
import type { ReferentialAction } from '../../analysis/data-model.ts'

/** The parts of the DMMF that are read; its version is pinned in package.json. */
export interface Dmmf {
  readonly datamodel: {
    readonly models: readonly RawModel[]
    readonly enums: readonly RawEnum[]
    readonly indexes: readonly RawIndex[]
  }
  readonly mappings: { readonly modelOperations: readonly { readonly model: string; readonly deleteMany?: string }[] }
}

export interface RawEnum {
  readonly name: string
  readonly values: readonly { readonly name: string; readonly dbName?: string | null }[]
}

export interface RawIndex {
  readonly model: string
  readonly fields: readonly { readonly name: string }[]
}

export interface RawModel {
  readonly name: string
  readonly dbName: string | null
  /** `@@schema`. */
  readonly schema?: string | null
  readonly fields: readonly RawField[]
  readonly primaryKey: { readonly name: string | null; readonly fields: readonly string[] } | null
  readonly uniqueIndexes: readonly { readonly name: string | null; readonly fields: readonly string[] }[]
}

export interface RawField {
  readonly name: string
  readonly dbName?: string
  readonly kind: string
  readonly type: string
  readonly nativeType?: readonly [string, readonly string[]] | null
  readonly isList: boolean
  readonly isRequired: boolean
  readonly isId: boolean
  readonly isUnique: boolean
  readonly isUpdatedAt?: boolean
  readonly default?: unknown
  readonly relationName?: string
  readonly relationFromFields?: readonly string[]
  readonly relationToFields?: readonly string[]
  readonly relationOnDelete?: ReferentialAction
  readonly relationOnUpdate?: ReferentialAction
}

export interface SchemaConfig {
  readonly provider: string
  readonly previewFeatures: readonly string[]
}

/** Throws what the schema parser throws when the text is not a valid schema. Takes about 100 ms. */
export function parseSchema(text: string): { readonly dmmf: Dmmf; readonly config: SchemaConfig } {
  const input = JSON.stringify({ prismaSchema: text })
  const dmmf = JSON.parse(get_dmmf(input)) as Dmmf
  const { config } = JSON.parse(get_config(input)) as RawConfig
  return {
    dmmf,
    config: {
      provider: config.datasources[0]?.activeProvider ?? 'unknown',
      previewFeatures: config.generators.flatMap((one) => one.previewFeatures),
    },
  }
}

interface RawConfig {
  readonly config: {
    readonly datasources: readonly { readonly activeProvider: string }[]
    readonly generators: readonly { readonly previewFeatures: readonly string[] }[]
  }
}
