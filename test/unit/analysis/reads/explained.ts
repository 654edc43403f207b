import { expect } from 'vitest'
import type { DataModel } from '../../../../src/analysis/data-model.ts'
import { analyseRead } from '../../../../src/analysis/reads/analyse-read.ts'
import { bound, parametrized } from '../../../../src/analysis/reads/parametrized.ts'
import type { Operation, ReadAnalysis, ReadOptions } from '../../../../src/analysis/reads/read-analysis.ts'
import { plainView } from '../../../../src/analysis/reads/rows.ts'
import { blog } from '../schemas.ts'

/**
 * What a read depends on, per model, as lines: `id=1 [name]`, `authorId=? [title]` where only the result tells the values, and
 * `+name=x [id]` where only rows that enter matter.
 */
export function read(
  model: string,
  operation: string,
  args: unknown,
  { dataModel = blog, ...options }: Partial<ReadOptions> & { readonly dataModel?: DataModel } = {},
): Readonly<Record<string, readonly string[]>> | string {
  const found = analysed(dataModel, { model, operation, args }, options)
  if (found.kind === 'unknown') return found.reason
  const lines = found.dependencies.map(({ model, uses }) => {
    const texts = uses.flatMap(({ shape, values }) => {
      const columns = shape.columns === 'all' ? '*' : shape.columns.join(',')
      const sign = shape.isEntering ? '+' : ''
      const isLate = found.late.some((use) => use.model === model && use.shape.id === shape.id)
      const late = isLate ? [`${shape.fields.map((one) => `${one}=?`).join(' ')} [${columns}]`] : []
      if (shape.fields.length === 0) return [`[${columns}]`]
      return [
        ...values.map((pins) => `${sign}${shape.fields.map((one, i) => `${one}=${pins[i]}`).join(' ')} [${columns}]`),
        ...late,
      ]
    })
    return [model, texts] as const
  })
  return Object.fromEntries(lines)
}

const plain: ReadOptions = { client: plainView, unpacked: [], knownViews: new Set() }

/** What the analysis finds; and that it finds the same by way of parameters. */
export function analysed(
  dataModel: DataModel,
  { model: name, operation, args }: Operation,
  options: Partial<ReadOptions> = {},
): ReadAnalysis {
  const analyse = (args: unknown) => analyseRead(dataModel, { model: name, operation, args }, { ...plain, ...options })
  const found = analyse(args)
  const model = dataModel.models.get(name)
  if (model) {
    const given = parametrized(dataModel, model, args)
    const ofParameters = analyse(given.args)
    expect(ofParameters.kind === 'known' ? bound(ofParameters, given.pins) : ofParameters).toEqual(found)
  }
  return found
}

/** What has to be asked for in addition: `include.posts: authorId`. */
export function asked(model: string, args: unknown, options: Partial<ReadOptions> = {}): readonly string[] {
  const found = analysed(blog, { model, operation: 'findMany', args }, options)
  if (found.kind === 'unknown') throw new Error(found.reason)
  return found.widenings.map(({ place, names }) => `${place.join('.')}: ${names}`)
}
