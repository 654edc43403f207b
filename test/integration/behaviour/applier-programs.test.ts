import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import type { Change, PendingWrite, Row } from '../../../src/analysis/pending/pending-write.ts'
import { batchOf, useApplier } from './applying.ts'

const applying = useApplier()

/** A change that is asked for, of whatever row; `null` deletes it. A row that is not there is created. */
type Intent = readonly [id: number, changes: Readonly<Record<string, Change>> | null]

interface Subject {
  readonly model: 'Sample' | 'Book' | 'User'
  readonly id: (id: number) => Row
  readonly fresh: (id: number) => Row
  readonly changes: Readonly<Record<string, fc.Arbitrary<Change>>>
}

const set = (value: fc.Arbitrary<unknown>) => value.map((one): Change => ({ op: 'set', value: one }))
const arithmetic = (
  value: fc.Arbitrary<unknown>,
  ops: readonly ('increment' | 'decrement' | 'multiply' | 'divide')[],
) => fc.tuple(fc.constantFrom(...ops), value).map(([op, one]): Change => ({ op, value: one }))
const small = fc.integer({ min: -9, max: 9 })
const divisor = fc.constantFrom(2, 3, -3)
const sums = ['increment', 'decrement'] as const
const products = ['multiply', 'divide'] as const
const cents = fc.integer({ min: -2000, max: 2000 }).map((one) => new Prisma.Decimal(one).div(1000))

const subjects: readonly Subject[] = [
  {
    model: 'Sample',
    id: (id) => ({ id }),
    fresh: (id) => ({
      ...{ id, int: id, bigInt: BigInt(id), float: id / 3, decimal: new Prisma.Decimal(id), boolean: true, string: '' },
      ...{
        dateTime: new Date(0),
        date: new Date(0),
        bytes: new Uint8Array(),
        json: '{}',
        colour: 'RED',
        intMaybe: null,
      },
      ...{ intList: [id], stringList: [] },
    }),
    changes: {
      int: fc.oneof(arithmetic(small, sums), arithmetic(divisor, ['divide']), set(small)),
      intMaybe: fc.oneof(arithmetic(small, sums), set(fc.option(small))),
      bigInt: fc.oneof(arithmetic(small.map(BigInt), sums), set(fc.bigInt({ min: -9n, max: 9n }))),
      float: fc.oneof(
        arithmetic(fc.constantFrom(0.1, 1e16, -1e16, 0.7), [...sums, 'multiply']),
        set(fc.constantFrom(0, 1 / 3)),
      ),
      decimal: fc.oneof(
        arithmetic(cents, sums),
        arithmetic(
          divisor.map((one) => new Prisma.Decimal(one)),
          products,
        ),
        set(cents),
      ),
      intList: fc.oneof(
        fc.array(small, { maxLength: 2 }).map((value): Change => ({ op: 'push', value })),
        set(fc.constant([1])),
      ),
      string: set(fc.string({ unit: 'grapheme', maxLength: 4 }).filter((text) => !text.includes('\0'))),
    },
  },
  {
    model: 'Book',
    id: (id) => ({ isbn: `book "${id}"` }),
    fresh: (id) => ({
      ...{ isbn: `book "${id}"`, title: 't', price: new Prisma.Decimal(id), released: null, stock: 0, writtenBy: null },
      ...{ editorId: null, room: null, row: null },
    }),
    // More digits than the column keeps: each step rounds.
    changes: { price: fc.oneof(arithmetic(cents, sums), set(fc.option(cents))), stock: arithmetic(small, sums) },
  },
  {
    model: 'User',
    id: (id) => ({ id }),
    fresh: (id) => ({
      id,
      email: `${id}@x`,
      name: null,
      role: 'READER',
      createdAt: new Date(0),
      updatedAt: new Date(0),
      managerId: null,
    }),
    // A delete clears the reports of the row.
    changes: { managerId: set(fc.option(fc.integer({ min: 1, max: 4 }))), name: set(fc.constantFrom('a', 'b')) },
  },
]

/** Programs whose every write succeeds when they are applied one by one. */
function writesOf(subject: Subject, intents: readonly Intent[]): PendingWrite[] {
  const present = new Set<number>([1, 2])
  return intents.flatMap(([id, changes]): PendingWrite[] => {
    if (!present.has(id)) return present.add(id) && [{ kind: 'create', row: subject.fresh(id) }]
    if (changes === null) return present.delete(id) ? [{ kind: 'delete', id: subject.id(id) }] : []
    const manager = changes.managerId?.value
    if (typeof manager === 'number' && !present.has(manager)) return []
    return [{ kind: 'update', id: subject.id(id), changes }]
  })
}

/** What Prisma makes of a write, alone. */
async function applyPlainly(prisma: PrismaClient, model: string, write: PendingWrite): Promise<void> {
  const name = model.toLowerCase() as 'sample'
  const plain = (row: Row) => ({ ...row, ...('json' in row ? { json: JSON.parse(row.json as string) } : {}) })
  if (write.kind === 'create') await prisma[name].create({ data: plain(write.row) as never })
  else if (write.kind === 'delete') await prisma[name].delete({ where: write.id as never })
  else {
    const data = Object.fromEntries(
      Object.entries(write.changes).map(([field, { op, value }]) => [field, { [op]: value }]),
    )
    await prisma[name].update({ where: write.id as never, data: data as never })
  }
}

it.each(subjects.map((subject) => [subject.model, subject] as const))(
  'a batch leaves the rows that its writes leave one by one: %s',
  async (model, subject) => {
    const { prisma, dataModel, applier } = applying
    const table = dataModel.models.get(model)!.table
    const reset = async () => {
      await prisma.$executeRawUnsafe(`DELETE FROM "${table}"`)
      for (const id of [1, 2]) await applyPlainly(prisma, model, { kind: 'create', row: subject.fresh(id) })
    }
    // Pending writes bring the time of an `@updatedAt` along.
    const rows = () =>
      prisma.$queryRawUnsafe(`SELECT (to_jsonb(t) - 'updatedAt')::text AS row FROM "${table}" t ORDER BY 1`)
    const changes = fc
      .record(subject.changes, { requiredKeys: [] })
      .map((one) => ({ ...one }) as Record<string, Change>)
    const intent = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.option(changes, { freq: 5 }))

    await fc.assert(
      fc.asyncProperty(fc.array(intent, { minLength: 2, maxLength: 14, size: 'max' }), async (intents) => {
        const writes = writesOf(subject, intents)
        await reset()
        for (const write of writes) await applyPlainly(prisma, model, write)
        const truth = await rows()
        await reset()
        const batch = await applying.batch(model, [])
        expect(await applier.apply(batchOf(batch, writes))).toBe('applied')
        expect(await rows()).toEqual(truth)
      }),
      { numRuns: 60, seed: 20_251_125 },
    )
  },
)
