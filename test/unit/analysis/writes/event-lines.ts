import { expect } from 'vitest'
import type { DataModel } from '../../../../src/analysis/data-model.ts'
import { plainView } from '../../../../src/analysis/reads/rows.ts'
import { analyseWrite, type WriteOptions } from '../../../../src/analysis/writes/analyse-write.ts'
import type { RowEvent } from '../../../../src/analysis/writes/row-event.ts'
import { createWriteMemo } from '../../../../src/prisma/write-memo.ts'
import { blog } from '../schemas.ts'

export const plainOptions: WriteOptions = {
  client: plainView,
  declared: new Map(),
  isUnpacked: false,
  mayWiden: true,
}

export interface EventsOptions extends Partial<WriteOptions> {
  readonly dataModel?: DataModel
  readonly result?: unknown
}

/** Events as lines: `update User name,updatedAt where id=1 was orgId=1 is orgId=2`. */
export function events(
  model: string,
  operation: string,
  args: unknown,
  { dataModel = blog, result, ...options }: EventsOptions = {},
): string[] {
  const write = { model, operation, args }
  const plain = analyseWrite(dataModel, write, { ...plainOptions, ...options })
  const memo = createWriteMemo(dataModel)
  const again = { ...plainOptions, ...options, clientFingerprint: '' }
  const all = [plain, memo.analyse(write, again), memo.analyse(write, again)].map((analysis) => {
    const { events: found } = analysis.outcome(result)
    for (const event of [...found, ...analysis.expected()]) {
      if (!analysis.models.includes(event.model)) throw new Error(`${event.model} is not said to be touched`)
    }
    return { found: found.map(lineOf), expected: analysis.expected().map(lineOf), widenings: analysis.widenings }
  })
  for (const one of all) expect(one).toEqual(all[0])
  return all[0]!.found
}

export function lineOf({ kind, model, changed, before, after }: RowEvent): string {
  const isKept = (column: string) => changed !== 'all' && !changed.includes(column)
  const show = (word: string, known: readonly (readonly [string, string | null])[]) =>
    known.length === 0 ? '' : ` ${word} ${known.map(([column, pin]) => `${column}=${pin}`).sort()}`
  if (kind === 'any') return `any ${model}`
  if (kind === 'create') return `create ${model}${show('with', [...after])}`
  if (kind === 'delete') return `delete ${model}${show('with', [...before])}`
  const kept = [...before].filter(([column]) => isKept(column))
  const was = [...before].filter(([column]) => !isKept(column))
  const is = [...after].filter(([column]) => !isKept(column))
  return `update ${model} ${changed}${show('where', kept)}${show('was', was)}${show('is', is)}`
}
