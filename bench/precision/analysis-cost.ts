import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Bench } from 'tinybench'
import type { CityRow } from '../../examples/shared/world/world.ts'
import { analyseRead } from '../../src/analysis/reads/analyse-read.ts'
import { plainView } from '../../src/analysis/reads/rows.ts'
import { stampTagsOf } from '../../src/core/stamp-tags.ts'
import { readDataModel } from '../../src/prisma/schema/read-data-model.ts'
import { queryOf } from './workload.ts'

export interface AnalysisCost {
  readonly name: string
  /** Microseconds from the arguments of a read to the tags that its entry depends on: mean, and median. */
  readonly meanUs: number
  readonly medianUs: number
}

/** Measures the analysis of the workload's reads and of one with many relations, away from database and store. */
export async function measureAnalysis({ id, name, countryCode }: CityRow): Promise<readonly AnalysisCost[]> {
  const schema = resolve(import.meta.dirname, '../../prisma/schema.prisma')
  const dataModel = readDataModel(readFileSync(schema, 'utf8'))
  const context = { client: plainView, unpacked: [], knownViews: new Set<string>(), listener: undefined }
  const calls = [
    { name: 'page', model: 'City', ...queryOf({ kind: 'page', id }) },
    { name: 'list', model: 'City', ...queryOf({ kind: 'list', countryCode }) },
    { name: 'count', model: 'City', ...queryOf({ kind: 'count', countryCode }) },
    { name: 'search', model: 'City', ...queryOf({ kind: 'search', prefix: name.slice(0, 3) }) },
    { name: 'six relations', model: 'Post', operation: 'findMany', args: sixRelations },
  ]

  const bench = new Bench({ time: 500, warmupTime: 300 })
  for (const { name, ...call } of calls) {
    bench.add(name, () => {
      const read = analyseRead(dataModel, call, context)
      if (read.kind === 'unknown') throw new Error(read.reason)
      stampTagsOf(read.dependencies)
    })
  }
  await bench.run()
  return bench.tasks.map(({ name, result }) => {
    if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`)
    const { mean, p50 } = result.latency
    return { name, meanUs: mean * 1000, medianUs: p50 * 1000 }
  })
}

const sixRelations = {
  where: { published: true, author: { email: { endsWith: '@example.com' } }, tags: { some: { name: 'news' } } },
  include: {
    author: { select: { name: true, profile: true } },
    tags: true,
    comments: { where: { authorId: 7 }, orderBy: { id: 'desc' }, take: 3, include: { author: true } },
    _count: { select: { comments: true } },
  },
  orderBy: [{ author: { name: 'asc' } }, { id: 'asc' }],
  take: 20,
}
