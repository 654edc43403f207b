import pg from 'pg'
import { beforeAll, expect, it } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { Model } from '../../../src/analysis/data-model.ts'
import { isPinnable } from '../../../src/analysis/equality/pin.ts'
import { plainView } from '../../../src/analysis/reads/rows.ts'
import { analyseWrite } from '../../../src/analysis/writes/analyse-write.ts'
import type { RowEvent } from '../../../src/analysis/writes/row-event.ts'
import { touchedTags } from '../../../src/analysis/writes/touched.ts'
import { tagId } from '../../../src/core/store.ts'
import { makeShape, partsOfField, prefixField, type Shape, tagsOfUse } from '../../../src/core/tags.ts'
import { stopLater } from '../../services/cleanup.ts'
import { watchedClient } from '../../services/client.ts'
import { freshDatabase } from '../../services/fresh.ts'
import type { WatchedAdapter } from '../../services/watched-adapter.ts'
import { changedColumns, logChanges, modelOfTable, pinIn, type RowChange } from './change-log.ts'
import { checkPrograms } from './check-programs.ts'
import { runCall, textOf } from './programs.ts'
import { readArgs } from './read-args.ts'
import { clientModels, dataModel } from './schema.ts'
import { differentialSeed, restartSequences } from './seed.ts'
import { type WriteCall, writeCalls } from './write-args.ts'

/**
 * What the analysis says of a write, against what the database writes down of it: every row that a statement, a nested write
 * or a cascade changed must have been announced, to every query that could show it.
 */
export function itAnnouncesEveryChange({
  programs,
  timeoutMs,
}: {
  readonly programs: number
  readonly timeoutMs: number
}) {
  let bench: Bench
  beforeAll(async () => {
    bench = await makeBench()
  })

  it('reach every query whose answer it changes', { timeout: timeoutMs }, async () => {
    const counts: Counts = { done: 0, changes: 0, cascaded: 0 }
    const calls = writeCalls(dataModel, readArgs(dataModel), clientModels)
    await checkPrograms(calls, { length: 10, programs }, (writes) => runProgram(bench, writes, counts))
    console.info(`${counts.done} writes, ${counts.changes} rows changed, ${counts.cascaded} of them by cascades`)
    // Programs in which nothing happens would prove nothing.
    expect(counts.done).toBeGreaterThan(programs)
    expect(counts.changes).toBeGreaterThan(counts.done / 2)
    expect(counts.cascaded).toBeGreaterThan(0)
  })
}

interface Counts {
  done: number
  changes: number
  cascaded: number
}

interface Bench {
  readonly sql: pg.Client
  readonly log: Awaited<ReturnType<typeof logChanges>>
  readonly client: PrismaClient
  readonly adapter: WatchedAdapter
  /** Those of the last write. */
  events(): readonly RowEvent[]
}

async function makeBench(): Promise<Bench> {
  const databaseUrl = await freshDatabase()
  const sql = new pg.Client({ connectionString: databaseUrl })
  await sql.connect()
  stopLater(() => sql.end())
  await sql.query(`ALTER DATABASE "${new URL(databaseUrl).pathname.slice(1)}" SET synchronous_commit = off`)
  const log = await logChanges(sql)
  const { client, adapter } = watchedClient(databaseUrl)
  let events: readonly RowEvent[] = []
  const analysed = withAnalysis(client, (found) => {
    events = found
  })
  return { sql, log, client: analysed, adapter, events: () => events }
}

async function runProgram({ sql, log, client, adapter, events }: Bench, writes: readonly WriteCall[], counts: Counts) {
  await sql.query(`${differentialSeed} ${restartSequences}`)
  await log.take()
  for (const write of writes) {
    adapter.clear()
    const done = await runCall(client, write).then(
      () => true,
      () => false,
    )
    const changes = await log.take()
    if (!done) continue
    const tables = adapter.writtenTables()
    expectTablesNamed(tables, events(), write)
    const tags = new Set(touchedTags(events(), everyShape).map(tagId))
    for (const change of changes) expectTouched(change, tags, { events: events(), write })
    counts.done += 1
    counts.changes += changes.length
    counts.cascaded += changes.filter(({ table }) => !tables.has(table)).length
  }
}

/** Analyses every write as the plugin does, and tells the events. */
function withAnalysis(client: PrismaClient, onEvents: (events: readonly RowEvent[]) => void): PrismaClient {
  const options = {
    client: plainView,
    declared: new Map(),
    isUnpacked: false,
    mayWiden: true,
  }
  const extended = client.$extends({
    query: {
      $allModels: {
        async $allOperations({ model, operation, args, query }) {
          const analysed = analyseWrite(dataModel, { model, operation, args }, options)
          const result = await query(analysed.args as typeof args)
          const events = analysed.events(result)
          const unexpected = events.filter((event) => !analysed.models.includes(event.model))
          expect(unexpected, 'events of models that were not announced before the write').toEqual([])
          onEvents(events)
          return result
        },
      },
    },
  })
  return extended as unknown as PrismaClient
}

/** The driver saw these tables written. */
function expectTablesNamed(tables: ReadonlySet<string>, events: readonly RowEvent[], write: WriteCall): void {
  const named = new Set(events.map((event) => event.model))
  for (const table of tables) {
    expect(named, `the models of the events of ${textOf(write)}`).toContain(modelOfTable(table).name)
  }
}

/** Shapes that pin nothing, each column, pairs in both orders, and beginnings of texts; and that read everything, nothing, or one column. */
function shapesOf(model: Model): readonly Shape[] {
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

const everyShape = new Map([...dataModel.models.values()].map((model) => [model.name, shapesOf(model)]))

interface About {
  readonly events: readonly RowEvent[]
  readonly write: WriteCall
}

/** The queries that pin the values which the row had, or has, must be touched, unless nothing changed that they read. */
function expectTouched(change: RowChange, tags: ReadonlySet<string>, { events, write }: About): void {
  const model = modelOfTable(change.table)
  if (tags.has(tagId({ kind: 'root', model: model.name }))) return
  const byColumn = new Map(model.scalars.map((field) => [field.column, field]))
  const changed = changedColumns(change)
  for (const shape of everyShape.get(model.name)!) {
    const { fields, columns } = shape
    const pinned = fields.map((field) => partsOfField(field).column)
    const matters = (column: string) => columns === 'all' || columns.includes(column) || pinned.includes(column)
    if (change.kind === 'UPDATE' && !changed.some(matters)) continue
    for (const row of [change.before, change.after]) {
      if (!row) continue
      const pins = fields.map((field) => {
        const { column, length } = partsOfField(field)
        const pin = pinIn(row, byColumn.get(column)!)
        return typeof pin === 'string' && length !== null ? pin.slice(0, length) : pin
      })
      // A value that is never pinned is in no tag.
      if (pins.includes(undefined)) continue
      const ofQuery = tagsOfUse(model.name, { shape, values: pins.length === 0 ? [] : [pins as (string | null)[]] })
      if (ofQuery.some((tag) => tags.has(tagId(tag)))) continue
      const lines = events.map(({ kind, model, changed, before, after }) =>
        JSON.stringify([kind, model, changed, [...before], [...after]]),
      )
      throw new Error([`${shape.id} of ${model.name}: ${JSON.stringify(change)}`, textOf(write), ...lines].join('\n'))
    }
  }
}
