import { LRUCache } from 'lru-cache'
import type { DataModel } from '../analysis/data-model.ts'
import type { Operation } from '../analysis/reads/read-analysis.ts'
import { analyseWrite, type WriteAnalysis, type WriteOptions } from '../analysis/writes/analyse-write.ts'
import { type CompiledWrite, compileWrite } from '../analysis/writes/compiled-write.ts'
import { parametrizedWrite } from '../analysis/writes/parametrized-write.ts'
import { Touches } from '../analysis/writes/touch.ts'
import { createClientNumbers } from './client-numbers.ts'

/** Analyses writes; once for all that differ in values alone, where that can be. */
export interface WriteMemo {
  analyse(write: Operation, options: MemoOptions): WriteAnalysis
}

/** All but these are the same for every write on a model. */
export interface MemoOptions extends WriteOptions {
  /** What stands for `client`. */
  readonly clientFingerprint: string
}

/** A program has some hundreds; arguments that are made up have any number. */
const kindsMax = 500
/** Of the text of a kind; one that is longer is analysed each time. */
const charactersMax = 1000

export function createWriteMemo(dataModel: DataModel): WriteMemo {
  const kinds = new LRUCache<string, CompiledWrite>({ max: kindsMax })
  const numberOf = createClientNumbers()
  const touches = new Touches()

  return {
    analyse(write, options) {
      const model = dataModel.models.get(write.model)
      const parametrized = model && parametrizedWrite(dataModel, model, write)
      if (!parametrized || parametrized.kind.length > charactersMax) return analyseWrite(dataModel, write, options)
      const { clientFingerprint, isUnpacked, mayWiden } = options
      const kind = `${numberOf(clientFingerprint)} ${isUnpacked ? 1 : 0} ${mayWiden ? 1 : 0} ${parametrized.kind}`
      let compiled = kinds.get(kind)
      if (!compiled) {
        compiled = compileWrite(dataModel, write, parametrized, { ...options, touches })
        kinds.set(kind, compiled)
      }
      return compiled.of(parametrized.given, parametrized.pins)
    },
  }
}
