import { expect } from 'vitest'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { Model, Unique } from '../../../src/analysis/data-model.ts'
import { expectSame } from '../behaviour/same.ts'
import type { Seat } from './world.ts'

type Row = Readonly<Record<string, unknown>>
type Finders = { findMany(args: object): Promise<Row[]>; findUnique(args: object): Promise<Row | null> }

/**
 * Every lookup of every row that there is, or was since the start, by each of its keys, through every client: what a write stored
 * must be what the database holds.
 */
export function allLookups(models: readonly Model[]): {
  check(seats: readonly Seat[], after: string): Promise<void>
  readonly count: number
} {
  const seen = new Map<string, { readonly model: Model; readonly where: object }>()
  let count = 0
  return {
    get count() {
      return count
    },
    async check(seats, after) {
      const truths = new Map<string, Row>()
      for (const model of models) {
        const select = columnsOf(model)
        for (const row of await finders(seats[0]!.plain, model).findMany({ select })) {
          for (const unique of model.uniques) {
            const where = whereOf(unique, row)
            if (!where) continue
            const name = JSON.stringify([model.name, where], (_, value) =>
              typeof value === 'bigint' ? String(value) : value,
            )
            seen.set(name, { model, where })
            truths.set(name, row)
          }
        }
      }
      for (const seat of seats) {
        const lookups = [...seen].map(async ([name, { model, where }]) => {
          const found = await finders(seat.cached, model).findUnique({ where, select: columnsOf(model) })
          expectSame(found, truths.get(name) ?? null, `${name} of ${seat.name} ${after}`)
        })
        await Promise.all(lookups)
        count += lookups.length
      }
      expect(truths.size, 'rows to look up').toBeGreaterThan(0)
    },
  }
}

function columnsOf(model: Model): object {
  return Object.fromEntries(model.scalars.flatMap(({ name, isHidden }) => (isHidden ? [] : [[name, true]])))
}

function whereOf({ name, fields }: Unique, row: Row): object | null {
  const values = Object.fromEntries(fields.map((field) => [field, row[field]]))
  if (Object.values(values).some((value) => value === null || value === undefined)) return null
  return fields.length === 1 ? values : { [name]: values }
}

function finders(client: PrismaClient, { name }: Model): Finders {
  const property = name.slice(0, 1).toLowerCase() + name.slice(1)
  return (client as unknown as Record<string, Finders>)[property]!
}
