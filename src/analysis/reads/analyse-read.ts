import { makeShape } from '../../core/tags.ts'
import type { DataModel, Model } from '../data-model.ts'
import { type Collected, collect } from './collect.ts'
import { mentionedModels } from './mentioned-models.ts'
import { asList, isNode, type Node, unknownKey } from './node.ts'
import { addField, readOrdering } from './ordering.ts'
import type { Operation, ReadAnalysis, ReadOptions } from './read-analysis.ts'
import { followFilters } from './relation-filters.ts'
import { fieldSet, type Reading, type Rows } from './rows.ts'
import { namesOf, readSelection } from './selection.ts'
import { readWhere } from './where.ts'

/**
 * Everything that the answer of a read can depend on.
 *
 * Per model: the rows that the arguments pin, and the columns of them that can alter the answer. What is not understood makes
 * it depend on every row and column of all models that are mentioned: coarser, never wrong.
 */
export function analyseRead(
  dataModel: DataModel,
  { model: name, operation, args }: Operation,
  options: ReadOptions,
): ReadAnalysis {
  const model = dataModel.models.get(name)
  if (!model) return unknown(`The schema has no model ${name}.`)
  const read = reads.get(operation)
  if (!read) return unknown(`${operation} is not a read that the analysis knows.`)
  const related = mentionedModels(dataModel, model, args)
  if (related === 'too-deep') return unknown('The arguments are nested too deeply.')
  const view = [name, ...related].find((one) => dataModel.models.get(one)?.isView && !options.knownViews.has(one))
  if (view !== undefined) return unknown(`${view} is a view, and no alsoChanges says which models it shows.`)

  const collected = collect(dataModel, options)
  const node: Node = isNode(args) ? args : {}
  const key = unknownKey(node, read.keys)
  if (key !== undefined) collected.reading.giveUp(`${operation} has the argument ${key}, which is not known`)
  readRoot(collected, { model, operation, node, isUnpacked: options.unpacked.length > 0 })
  return collected.finish([name, ...related].map((one) => ({ model: one, uses: [wholeList] })))
}

/** Whether an operation on a model only reads. Everything that is not known to only read counts as a write. */
export function isRead(operation: string): boolean {
  return reads.has(operation)
}

const wholeList = { shape: makeShape([], 'all'), values: [] }

interface Root {
  readonly model: Model
  readonly operation: string
  readonly node: Node
  readonly isUnpacked: boolean
}

function readRoot({ reading }: Collected, { model, operation, node, isUnpacked }: Root): void {
  const { shows, extra } = reads.get(operation)!
  const fields = fieldSet(model)
  const { branches, filters } = readWhere({ reading, model, fields, place: ['where'], negated: false }, node.where)
  const shown = shows && !isUnpacked ? { path: [], node, place: [] } : null
  const rows: Rows = { model, branches, fields, place: [], shown }
  if (shown && isFirstRows(operation, node)) reading.emitListed(rows)
  else reading.emit(rows)
  followFilters(reading, rows, filters)
  if (shows) readSelection(reading, rows, node)
  if (operation.startsWith('findUnique')) return
  readOrdering(reading, rows, shows ? node : { ...node, distinct: undefined })
  for (const name of extra) for (const field of namesOf(node[name])) addAggregate(reading, rows, name, field)
  if (node.having !== undefined) addHaving(reading, rows, node.having)
}

/** Whether a result shows the first of the rows that its `where` selects, and not too many: one that leaves is among them. */
function isFirstRows(operation: string, { take, skip, cursor, distinct }: Node): boolean {
  if (skip || cursor !== undefined || distinct !== undefined) return false
  return operation.startsWith('findFirst') || (typeof take === 'number' && Math.abs(take) <= listedMax)
}

/** Each row of a list is one more tag to compare with every hit. */
const listedMax = 32

function addAggregate(reading: Reading, { model, fields }: Rows, name: string, field: unknown): void {
  // `_count: true` counts rows.
  if (name === '_count' && typeof field === 'boolean') return
  addField(reading, model, fields, field)
}

/** `having: { views: { _avg: { gt: 1 } } }`, within AND, OR and NOT. */
function addHaving(reading: Reading, rows: Rows, having: unknown): void {
  if (!isNode(having)) {
    reading.giveUp('having is not an object')
    return
  }
  for (const name in having) {
    if (having[name] === undefined) continue
    if (name === 'AND' || name === 'OR' || name === 'NOT') {
      for (const part of asList(having[name])) addHaving(reading, rows, part)
    } else addField(reading, rows.model, rows.fields, name)
  }
}

interface ReadKind {
  readonly keys: ReadonlySet<string>
  /** Whether the result shows rows. */
  readonly shows: boolean
  /** Arguments that name fields. */
  readonly extra: readonly string[]
}

function readKind(keys: readonly string[], { shows = true, extra = [] }: Partial<ReadKind> = {}): ReadKind {
  return { keys: new Set([...keys, ...extra]), shows, extra }
}

const lookup = readKind(['where', 'select', 'include', 'omit', 'relationLoadStrategy'])
const list = readKind([...lookup.keys, 'orderBy', 'cursor', 'take', 'skip', 'distinct'])
const paged = ['where', 'orderBy', 'cursor', 'take', 'skip']
const sums = ['_count', '_sum', '_avg', '_min', '_max']

const reads: ReadonlyMap<string, ReadKind> = new Map([
  ['findUnique', lookup],
  ['findUniqueOrThrow', lookup],
  ['findFirst', list],
  ['findFirstOrThrow', list],
  ['findMany', list],
  ['count', readKind(paged, { shows: false, extra: ['select'] })],
  ['aggregate', readKind(paged, { shows: false, extra: sums })],
  ['groupBy', readKind(['where', 'orderBy', 'having', 'take', 'skip'], { shows: false, extra: ['by', ...sums] })],
])

function unknown(reason: string): ReadAnalysis {
  return { kind: 'unknown', reason }
}
