import fc from 'fast-check'
import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import type { DataModel, Field, Model } from '../../../src/analysis/data-model.ts'
import type { Shown } from './compare.ts'
import type { Ground } from './ground.ts'
import { type ReadArgs, readArgs } from './read-args.ts'
import { propertyOf } from './schema.ts'
import type { Args } from './values.ts'
import { type WriteCall, writeCalls } from './write-args.ts'

/** A read as data, so that it can be printed, shrunk, and run on any client. */
export interface ReadCall {
  readonly model: string
  readonly operation: string
  readonly args: Args
  /** Relations that are followed by the fluent API, with their arguments. */
  readonly fluent?: readonly { readonly name: string; readonly args: Args }[]
}

export type Step = { readonly seat: number } & (
  | { readonly kind: 'write'; readonly write: WriteCall }
  | { readonly kind: 'raw'; readonly sql: string }
  | { readonly kind: 'batch'; readonly writes: readonly WriteCall[] }
  /** `query` is read after every write, in the transaction. */
  | {
      readonly kind: 'transaction'
      readonly writes: readonly WriteCall[]
      readonly query: number
      readonly rollsBack: boolean
    }
)

/** Some reads that are asked again and again, and the writes between. */
export interface Program {
  readonly reads: readonly ReadCall[]
  readonly steps: readonly Step[]
}

/** @param seats how many clients take turns. */
export function programs(ground: Ground, { seats }: { readonly seats: number }): fc.Arbitrary<Program> {
  const { dataModel, models, features, rawWrites } = ground
  const args = readArgs(dataModel, features)
  const write = writeCalls(dataModel, args, models, features)
  const seat = fc.nat(seats - 1)
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('write' as const), seat, write }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('raw' as const), seat, sql: fc.constantFrom(...rawWrites) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('batch' as const),
        seat,
        writes: fc.array(write, { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('transaction' as const),
        seat,
        writes: fc.array(write, { minLength: 1, maxLength: 3 }),
        query: fc.nat(5),
        rollsBack: fc.boolean(),
      }),
    },
  )
  return fc.record({
    reads: fc.array(fc.oneof(...models.map((model) => readsOf(dataModel, args, model))), {
      minLength: 1,
      maxLength: 6,
      size: 'max',
    }),
    steps: fc.array(step, { minLength: 1, maxLength: 6, size: 'max' }),
  })
}

function readsOf(dataModel: DataModel, args: ReadArgs, model: Model): fc.Arbitrary<ReadCall> {
  const call = (operation: string, given: fc.Arbitrary<Args>) =>
    given.map((drawn): ReadCall => ({ model: model.name, operation, args: drawn }))
  const lookup = fc.tuple(args.uniqueWhere(model), args.selection(model)).map(([where, shown]) => ({ where, ...shown }))
  // Without an order, which row comes first is not part of the question.
  const first = args.list(model).map((list) => ({ orderBy: [keyOrder(model)].flat(), ...list }))
  const search = args.search(model)
  return fc.oneof(
    ...(search ? [{ weight: 2, arbitrary: call('findMany', search) }] : []),
    { weight: 4, arbitrary: call('findUnique', lookup) },
    { weight: 1, arbitrary: call('findUniqueOrThrow', lookup) },
    { weight: 1, arbitrary: call('findFirst', first) },
    { weight: 5, arbitrary: call('findMany', args.list(model)) },
    { weight: 1, arbitrary: call('count', args.count(model)) },
    { weight: 1, arbitrary: call('aggregate', args.aggregate(model)) },
    { weight: 1, arbitrary: call('groupBy', args.groupBy(model)) },
    { weight: 2, arbitrary: fluentReads(dataModel, args, model) },
  )
}

function keyOrder(model: Model): readonly Args[] {
  return (model.uniques[0]?.fields ?? []).map((name) => ({ [name]: 'asc' }))
}

/** `findUnique(...).author().posts(...)`. */
function fluentReads(dataModel: DataModel, args: ReadArgs, model: Model): fc.Arbitrary<ReadCall> {
  const targetOf = targetsIn(dataModel)
  const steps = relationsOf(model).map((field) => {
    const target = targetOf(field)
    const last = fc.record({
      name: fc.constant(field.name),
      args: field.isList ? args.list(target, 1) : args.selection(target, 1),
    })
    if (field.isList || relationsOf(target).length === 0) return last.map((one) => [one])
    const deeper = relationsOf(target).map((next) =>
      fc.record({
        name: fc.constant(next.name),
        args: next.isList ? args.list(targetOf(next), 1) : args.selection(targetOf(next), 1),
      }),
    )
    return fc.oneof(
      last.map((one) => [one]),
      fc.oneof(...deeper).map((one) => [{ name: field.name, args: {} }, one]),
    )
  })
  const where = args.uniqueWhere(model)
  if (steps.length === 0)
    return where.map((drawn) => ({ model: model.name, operation: 'findUnique', args: { where: drawn } }))
  return fc
    .tuple(where, fc.oneof(...steps))
    .map(([drawn, fluent]) => ({ model: model.name, operation: 'findUnique', args: { where: drawn }, fluent }))
}

function relationsOf(model: Model): readonly Field[] {
  return [...model.fields.values()].filter((field) => field.kind === 'relation' && !field.isHidden)
}

function targetsIn({ models }: DataModel): (field: Field) => Model {
  return (field) => models.get(field.relation!.model)!
}

type Runnable = (args?: unknown) => Prisma.PrismaPromise<unknown> & Record<string, Runnable>

export function runCall(client: PrismaClient, { model, operation, args }: WriteCall): Prisma.PrismaPromise<unknown> {
  const delegate = client[propertyOf(model) as 'user'] as unknown as Record<string, Runnable>
  return delegate[operation]!(args)
}

export function runRead(client: PrismaClient, { fluent = [], ...call }: ReadCall): PromiseLike<unknown> {
  let pending = runCall(client, call)
  for (const { name, args } of fluent) pending = (pending as unknown as Record<string, Runnable>)[name]!(args)
  return pending
}

/** The model and arguments that decide what a read shows. */
export function shownBy({ model, args, fluent = [] }: ReadCall, dataModel: DataModel): Shown {
  const targetOf = targetsIn(dataModel)
  return fluent.reduce(
    (shown, step) => ({ dataModel, model: targetOf(shown.model.fields.get(step.name)!), args: step.args }),
    {
      dataModel,
      model: dataModel.models.get(model)!,
      args,
    },
  )
}

/** Runs a step; `reads` are those of its program. */
export async function runStep(client: PrismaClient, step: Step, reads: readonly ReadCall[]): Promise<unknown> {
  switch (step.kind) {
    case 'write':
      return runCall(client, step.write)
    case 'raw':
      return step.sql.startsWith('WITH') ? client.$queryRawUnsafe(step.sql) : client.$executeRawUnsafe(step.sql)
    case 'batch':
      return client.$transaction(step.writes.map((write) => runCall(client, write)))
    case 'transaction': {
      const seen: unknown[] = []
      const read = reads[step.query % reads.length]!
      await client
        .$transaction(async (tx) => {
          for (const write of step.writes) {
            await runCall(tx as PrismaClient, write)
            seen.push(await runRead(tx as PrismaClient, read))
          }
          if (step.rollsBack) throw new RollBack()
        })
        .catch((error: unknown) => {
          if (!(error instanceof RollBack)) throw error
        })
      return seen
    }
  }
}

class RollBack extends Error {}

export function textOf(value: unknown): string {
  return fc.stringify(value).replaceAll('__proto__:null,', '')
}
