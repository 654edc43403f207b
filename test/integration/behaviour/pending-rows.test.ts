import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import type { Model } from '../../../src/analysis/data-model.ts'
import type { ResolvedWrite, Row } from '../../../src/analysis/pending/pending-write.ts'
import { planPendingWrite } from '../../../src/analysis/pending/plan-pending-write.ts'
import { plainView } from '../../../src/analysis/reads/rows.ts'
import { readDataModel } from '../../../src/prisma/schema/read-data-model.ts'
import { identify } from '../../../src/prisma/values.ts'
import { uncachedClient } from '../../services/client.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { type Call, callsOf, type Data } from './pending-calls.ts'
import { expectSame } from './same.ts'

const dataModel = readDataModel(readFileSync(new URL('../../../prisma/schema.prisma', import.meta.url), 'utf8'))
const options = { Decimal: Prisma.Decimal, identify, client: plainView }

/** As many programs per model, of so many calls. */
const runs = Number(process.env.PENDING_RUNS ?? 4)
const callsMax = 20

let url: string
beforeAll(async () => {
  url = await freshDatabase()
})

// The time of Prisma is that of the process: both sides then make the same.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_772_600_767_089 })
})

afterEach(() => {
  vi.useRealTimers()
})

const models: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  Sample: {},
  City: { countryCode: ['FR', 'DE'] },
  Device: {},
  Event: {},
  Post: { authorId: [1, 2] },
  Person: { mentorId: [null, null, 1] },
  Book: { writtenBy: [null], editorId: [null], room: [null], row: [null, 1] },
  User: { managerId: [null, null, 1] },
}

describe('a row that is accepted before the database has seen it', () => {
  it.each(Object.keys(models))('is the one that Prisma returns: %s', async (name) => {
    const prisma = uncachedClient(url)
    const model = dataModel.models.get(name)!
    const counts = { calls: 0, accepted: 0, compared: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(callsOf(model, models[name], fixedOf(model)), { minLength: callsMax, maxLength: callsMax }),
        async (calls) => {
          await reset(prisma, name)
          // There have to be rows first.
          for (const [i, call] of calls.entries()) {
            await runBoth(prisma, model, i < 3 ? { ...call, operation: 'create' } : call, counts)
          }
        },
      ),
      { seed: Number(process.env.PENDING_SEED ?? 4711), numRuns: runs, endOnFailure: true },
    )
    if (process.env.PENDING_COUNTS) console.log(name, counts)
    expect(counts.accepted / counts.calls).toBeGreaterThan(0.5)
    expect(counts.compared / counts.accepted).toBeGreaterThan(0.8)
  })
})

/** The id, and what is referenced: changes of these are never accepted. */
function fixedOf(model: Model): readonly string[] {
  return [...model.idFields, ...(dataModel.references.get(model.name) ?? []).flatMap(({ toFields }) => toFields)]
}

interface Delegate {
  readonly [operation: string]: (args: unknown) => Promise<unknown>
}

const reasons = new Map<string, number>()

function delegateOf(prisma: PrismaClient, model: string): Delegate {
  return (prisma as unknown as Readonly<Record<string, Delegate>>)[model[0]!.toLowerCase() + model.slice(1)]!
}

async function reset(prisma: PrismaClient, model: string): Promise<void> {
  await prisma.$executeRawUnsafe(
    'TRUNCATE "User", "Country", "Person", "books", "Sample", "Device", "Event" RESTART IDENTITY CASCADE',
  )
  await prisma.country.createMany({ data: ['FR', 'DE'].map((code) => ({ code, name: code, region: 'Europe' })) })
  await prisma.user.createMany({ data: [{ email: 'one' }, { email: 'two' }] })
  if (model === 'Person') await prisma.person.create({ data: { handle: 'one' } })
}

async function runBoth(
  prisma: PrismaClient,
  model: Model,
  call: Call,
  counts: { calls: number; accepted: number; compared: number },
): Promise<void> {
  const table = delegateOf(prisma, model.name)
  const rows = (await table.findMany!({})) as readonly Row[]
  const args = argsOf(model, call, rows)
  const planned = planPendingWrite(dataModel, model, { operation: call.operation, args }, options)
  counts.calls += 1
  if ('synchronous' in planned) {
    reasons.set(planned.synchronous, (reasons.get(planned.synchronous) ?? 0) + 1)
    await table[call.operation]!(args).catch(() => undefined)
    return
  }
  const base = planned.lookup ? ((await table.findUnique!({ where: args.where })) as Row | null) : null
  vi.setSystemTime(Date.now() + 1001)
  const now = new Date()
  const ids = await nextIds(prisma, model, planned.idsNeeded)
  const resolved = planned.resolve(base, { now, ids })
  if (resolved.kind === 'synchronous') {
    reasons.set(resolved.reason, (reasons.get(resolved.reason) ?? 0) + 1)
    await table[call.operation]!(args).catch(() => undefined)
    return
  }
  counts.accepted += 1
  const { writes } = resolved
  let actual: unknown
  try {
    actual = await table[call.operation]!(withGenerated(model, call, args, writes))
  } catch (error) {
    // Whether keys are free and foreign keys exist is not known when a write is accepted.
    const { code } = error as { readonly code?: unknown }
    if (code === 'P2002' || code === 'P2003') return
    throw error
  }
  counts.compared += 1
  expectSame(planned.result(writes), actual, `the result of ${call.operation}`)
  for (const { after, write } of writes) {
    const id = write.kind === 'create' ? write.row : write.id
    const where = Object.fromEntries(model.idFields.map((name) => [name, id[name]]))
    expectSame(after, await table.findUnique!({ where }), 'the row afterwards')
    if (write.kind === 'create') await expectStored(prisma, model, write.row, where)
  }
}

/** What the client does not tell apart: lists and JSON that are NULL, and those that are empty. */
async function expectStored(prisma: PrismaClient, model: Model, row: Row, where: Row): Promise<void> {
  const unclear = model.scalars.filter(({ isList, type }) => isList || type === 'Json')
  if (unclear.length === 0) return
  const columns = unclear.map(({ column }) => `"${column}" IS NULL AS "${column}"`)
  const [found] = await prisma.$queryRawUnsafe<Record<string, boolean>[]>(
    `SELECT ${columns} FROM "${model.table}" WHERE id = $1`,
    where.id,
  )
  const isNull = (name: string) => row[name] === null || row[name] === undefined
  expect(found).toEqual(Object.fromEntries(unclear.map(({ name, column }) => [column, isNull(name)])))
}

function argsOf(model: Model, call: Call, rows: readonly Row[]): Readonly<Record<string, unknown>> {
  const { operation, data, others, changes, shown } = call
  const where = whereOf(model, call, rows)
  switch (operation) {
    case 'create':
      return { data, ...shown }
    case 'createMany':
      return { data: [data, ...others] }
    case 'createManyAndReturn':
      return { data: [data, ...others], ...shown }
    case 'update':
      return { where, data: changes, ...shown }
    case 'upsert':
      return { where, create: data, update: changes, ...shown }
    case 'delete':
      return { where, ...shown }
  }
}

function whereOf(model: Model, { row, key, data }: Call, rows: readonly Row[]): Data {
  const uniques = model.uniques.filter(({ fields }) => fields.length === 1)
  const name = uniques[key % uniques.length]!.fields[0]!
  const chosen = row < 0 ? undefined : rows[row % Math.max(rows.length, 1)]
  const value = chosen?.[name] ?? data[name] ?? (model.fields.get(name)?.type === 'String' ? 'none' : 99)
  return { [name]: value }
}

async function nextIds(prisma: PrismaClient, model: Model, count: number): Promise<readonly bigint[]> {
  if (count === 0) return []
  const rows = await prisma.$queryRawUnsafe<{ id: bigint }[]>(
    `SELECT nextval(pg_get_serial_sequence('"${model.table}"', 'id')) AS id FROM generate_series(1, ${count})`,
  )
  return rows.map(({ id }) => id)
}

/** The same call, given what is made anew each time: ids. */
function withGenerated(model: Model, call: Call, args: Data, writes: readonly ResolvedWrite[]): Data {
  const fill = (data: Data, { write }: ResolvedWrite): Data => {
    if (write.kind !== 'create') return data
    const made = model.scalars.filter((field) => isMadeAnew(field.default?.kind) && data[field.name] === undefined)
    return { ...data, ...Object.fromEntries(made.map(({ name }) => [name, write.row[name]])) }
  }
  if (call.operation === 'create') return { ...args, data: fill(call.data, writes[0]!) }
  if (call.operation === 'upsert') return { ...args, create: fill(call.data, writes[0]!) }
  if (!Array.isArray(args.data)) return args
  return { ...args, data: args.data.map((data, i) => fill(data as Data, writes[i]!)) }
}

function isMadeAnew(kind: string | undefined): boolean {
  return kind === 'autoincrement' || kind === 'uuid'
}
