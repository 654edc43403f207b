import { PrismaPg } from '@prisma/adapter-pg'
import fc from 'fast-check'
import pg from 'pg'
import { beforeAll, expect, it } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { DataModel, Model } from '../../../src/analysis/data-model.ts'
import { isPinnable } from '../../../src/analysis/equality/pin.ts'
import { type ClientView, plainView } from '../../../src/analysis/reads/rows.ts'
import { widen } from '../../../src/analysis/reads/widening.ts'
import type { RowEvent } from '../../../src/analysis/writes/row-event.ts'
import { touchedTags } from '../../../src/analysis/writes/touched.ts'
import { tagId } from '../../../src/core/stamp-tags.ts'
import { makeShape, partsOfField, prefixField, type Shape, tagsOfUse } from '../../../src/core/tags.ts'
import { createWriteMemo } from '../../../src/prisma/write-memo.ts'
import { stopLater } from '../../services/cleanup.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { type WatchedAdapter, watchedAdapter } from '../../services/watched-adapter.ts'
import { changedColumns, logChanges, modelOfTable, pinIn, type RowChange } from './change-log.ts'
import { checkPrograms } from './check-programs.ts'
import { runCall, textOf } from './programs.ts'
import { readArgs } from './read-args.ts'
import { propertyOf } from './schema.ts'
import { restartSequences } from './seed.ts'
import { type Subject, type SubjectName, subjects } from './subjects.ts'
import { type WriteCall, writeCalls } from './write-args.ts'

/**
 * What the analysis says of a write, against what the database writes down of it: every row that a statement, a nested write
 * or a cascade changed must have been announced, to every query that could show it. However little of a row comes back: of
 * a statement in a batch, of a client that leaves keys out, of a fluent call.
 */
export function itAnnouncesEveryChange(
  name: SubjectName,
  { programs, timeoutMs }: { readonly programs: number; readonly timeoutMs: number },
) {
  const subject = subjects[name]
  let bench: Bench
  beforeAll(async () => {
    bench = await makeBench(subject)
  })

  it('reach every query whose answer it changes', { timeout: timeoutMs }, async () => {
    const counts: Counts = { done: 0, changes: 0, cascaded: 0 }
    const { dataModel, models } = subject
    const write = writeCalls(dataModel, readArgs(dataModel), models)
    const steps = fc.record({ write, mayWiden: fc.boolean(), isUnpacked: fc.boolean(), isKeyless: fc.boolean() })
    await checkPrograms(steps, { length: 10, programs }, (program) => runProgram(bench, program, counts))
    console.info(`${counts.done} writes, ${counts.changes} rows changed, ${counts.cascaded} of them by cascades`)
    // Programs in which nothing happens would prove nothing.
    expect(counts.done).toBeGreaterThan(programs)
    expect(counts.changes).toBeGreaterThan(counts.done / 2)
    expect(counts.cascaded > 0).toBe(dataModel.hasForeignKeys)
  })
}

interface Counts {
  done: number
  changes: number
  cascaded: number
}

/** A write, and how much of its rows it may tell. */
interface Step {
  readonly write: WriteCall
  /** Whether more may be asked for than the arguments do. */
  readonly mayWiden: boolean
  /** Whether the result may be that of a relation. */
  readonly isUnpacked: boolean
  /** Whether the client leaves out nearly every column. */
  readonly isKeyless: boolean
}

interface Bench {
  readonly subject: Subject
  readonly sql: pg.Client
  readonly log: Awaited<ReturnType<typeof logChanges>>
  readonly adapter: WatchedAdapter
  readonly shapes: ReadonlyMap<string, readonly Shape[]>
  /** Runs a write, and resolves to what the analysis says of it. Rejects when the client does. */
  run(step: Step): Promise<readonly RowEvent[]>
}

async function makeBench(subject: Subject): Promise<Bench> {
  const { dataModel, models, tables, Client } = subject
  const databaseUrl = await freshDatabase()
  const sql = new pg.Client({ connectionString: databaseUrl })
  await sql.connect()
  stopLater(() => sql.end())
  await sql.query(`ALTER DATABASE "${new URL(databaseUrl).pathname.slice(1)}" SET synchronous_commit = off`)
  if (tables !== null) await sql.query(tables)
  const log = await logChanges(sql)

  const adapter = watchedAdapter(new PrismaPg({ connectionString: databaseUrl }))
  const leftOut = new Map(models.map((model) => [model.name, nearlyAll(model)]))
  const omit = Object.fromEntries(
    [...leftOut].map(([name, fields]) => [propertyOf(name), Object.fromEntries([...fields].map((one) => [one, true]))]),
  )
  const make = (options: object, view: ClientView) => {
    const client = new Client({ adapter, errorFormat: 'minimal', ...options } as never) as PrismaClient
    stopLater(() => client.$disconnect())
    return withAnalysis(client, { dataModel, view })
  }
  const plain = make({}, plainView)
  const keyless = make({ omit }, { ...plainView, omitted: leftOut })
  const shapes = new Map([...dataModel.models.values()].map((model) => [model.name, shapesOf(dataModel, model)]))
  const run = (step: Step) => (step.isKeyless ? keyless : plain)(step)
  return { subject, sql, log, adapter, shapes, run }
}

/** All columns but the last: a client must show something. */
function nearlyAll({ scalars }: Model): ReadonlySet<string> {
  return new Set(
    scalars
      .filter((field) => !field.isHidden)
      .slice(0, -1)
      .map((field) => field.name),
  )
}

async function runProgram(bench: Bench, steps: readonly Step[], counts: Counts) {
  const { subject, sql, log, adapter, shapes } = bench
  await sql.query(`${subject.rows} ${restartSequences}`)
  await log.take()
  for (const step of steps) {
    adapter.clear()
    const events = await bench.run(step).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'AssertionError') throw error
      return null
    })
    const changes = await log.take()
    if (!events) continue
    const tables = adapter.writtenTables()
    const about = { subject, events, step }
    expectTablesNamed(tables, about)
    const tags = new Set(touchedTags(events, shapes).map(tagId))
    for (const change of changes) expectTouched(change, tags, { ...about, shapes })
    counts.done += 1
    counts.changes += changes.length
    counts.cascaded += changes.filter(({ table }) => !tables.has(table)).length
  }
}

interface Analysed {
  readonly dataModel: DataModel
  readonly view: ClientView
}

/** Analyses every write as the plugin does. */
function withAnalysis(client: PrismaClient, { dataModel, view }: Analysed): Bench['run'] {
  const memo = createWriteMemo(dataModel)
  let events: readonly RowEvent[] = []
  let options = { mayWiden: true, isUnpacked: false }
  const extended = client.$extends({
    query: {
      $allModels: {
        async $allOperations({ model, operation, args, query }) {
          const analysis = { client: view, clientFingerprint: '', declared: new Map(), ...options }
          const analysed = memo.analyse({ model, operation, args }, analysis)
          const result = await query(widen(args, analysed.widenings) as typeof args)
          events = analysed.outcome(result).events
          const unexpected = events.filter((event) => !analysed.models.includes(event.model))
          expect(unexpected, 'events of models that were not announced before the write').toEqual([])
          return result
        },
      },
    },
  }) as unknown as PrismaClient
  return async ({ write, mayWiden, isUnpacked }) => {
    options = { mayWiden, isUnpacked }
    await runCall(extended, write)
    return events
  }
}

/** The driver saw these tables written. */
function expectTablesNamed(tables: ReadonlySet<string>, { subject, events, step }: About): void {
  const named = new Set(events.map((event) => event.model))
  for (const table of tables) {
    const { name } = modelOfTable(subject.dataModel, table)
    expect(named, `the models of the events of ${textOf(step)}`).toContain(name)
  }
}

/** Shapes that pin nothing, each column, pairs in both orders, and beginnings of texts; and that read everything, nothing, or one column. */
function shapesOf(dataModel: DataModel, model: Model): readonly Shape[] {
  const fields = model.scalars.filter((field) => isPinnable(dataModel, field)).map((field) => field.column)
  const pairs = fields.flatMap((one, i) =>
    fields.slice(i + 1, i + 4).flatMap((other) => [
      [one, other],
      [other, one],
    ]),
  )
  const texts = model.scalars.filter((field) => fields.includes(field.column) && field.type === 'String')
  const beginnings = texts.flatMap(({ column }) => [[prefixField(column, 1)], [fields[0]!, prefixField(column, 2)]])
  const pinned = [[], ...fields.map((field) => [field]), ...pairs, ...beginnings]
  const columns = ['all' as const, [], ...model.scalars.slice(0, 8).map((field) => [field.column])]
  return pinned.flatMap((pins) => columns.map((column) => makeShape(pins, column)))
}

interface About {
  readonly subject: Subject
  readonly events: readonly RowEvent[]
  readonly step: Step
}

/** The queries that pin the values which the row had, or has, must be touched, unless nothing changed that they read. */
function expectTouched(
  change: RowChange,
  tags: ReadonlySet<string>,
  { subject: { dataModel }, events, step, shapes }: About & Pick<Bench, 'shapes'>,
): void {
  const model = modelOfTable(dataModel, change.table)
  if (tags.has(tagId({ kind: 'root', model: model.name }))) return
  const byColumn = new Map(model.scalars.map((field) => [field.column, field]))
  const changed = changedColumns(change)
  for (const shape of shapes.get(model.name)!) {
    const { fields, columns } = shape
    const pinned = fields.map((field) => partsOfField(field).column)
    const matters = (column: string) => columns === 'all' || columns.includes(column) || pinned.includes(column)
    if (change.kind === 'UPDATE' && !changed.some(matters)) continue
    for (const row of [change.before, change.after]) {
      if (!row) continue
      const pins = fields.map((field) => {
        const { column, length } = partsOfField(field)
        const pin = pinIn(dataModel, row, byColumn.get(column)!)
        return typeof pin === 'string' && length !== null ? pin.slice(0, length) : pin
      })
      // A value that is never pinned is in no tag.
      if (pins.includes(undefined)) continue
      const ofQuery = tagsOfUse(model.name, { shape, values: pins.length === 0 ? [] : [pins as (string | null)[]] })
      if (ofQuery.some((tag) => tags.has(tagId(tag)))) continue
      const lines = events.map(({ kind, model, changed, before, after }) =>
        JSON.stringify([kind, model, changed, [...before], [...after]]),
      )
      throw new Error([`${shape.id} of ${model.name}: ${JSON.stringify(change)}`, textOf(step), ...lines].join('\n'))
    }
  }
}
