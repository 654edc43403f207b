import { expect } from 'vitest'
import type { DataModel, Model } from '../../../src/analysis/data-model.ts'
import { canonical } from '../../../src/core/canonical.ts'
import { expectSame } from '../behaviour/same.ts'
import type { Args } from './values.ts'

/** What came of a call: its result, or its error as far as a program can tell errors apart. */
export type Outcome = { readonly result: unknown } | { readonly error: ErrorFacts }

interface ErrorFacts {
  readonly name: string
  readonly code: unknown
  readonly meta: unknown
  readonly message: string
}

export async function outcomeOf(run: () => PromiseLike<unknown>): Promise<Outcome> {
  try {
    return { result: await run() }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { code, meta } = error as { readonly code?: unknown; readonly meta?: unknown }
    return {
      error: {
        name: error.name,
        code,
        meta: withoutDatabase(JSON.stringify(meta)),
        message: withoutDatabase(error.message),
      },
    }
  }
}

/** MariaDB names the database in some of its errors, which on the twin is another one. */
function withoutDatabase<Text extends string | undefined>(text: Text): Text {
  return text?.replaceAll(/cache_test_[0-9a-f]{8}/g, 'the database') as Text
}

/** Where a query did not ask for an order it has none: such lists are compared as sets. */
export interface Shown {
  readonly dataModel: DataModel
  readonly model: Model
  readonly args: Args
}

export function expectSameOutcome(
  actual: Outcome,
  expected: Outcome,
  { shown, about }: { shown: Shown | null; about: string },
): void {
  if ('error' in actual || 'error' in expected) {
    expect(actual, `${about}: the error`).toEqual(expected)
    return
  }
  const same = (result: unknown) => (shown ? withoutOrder(result, shown) : result)
  expectSame(same(actual.result), same(expected.result), about)
}

/** Lists without an order of their own, sorted. */
export function withoutOrder(value: unknown, { dataModel, model, args }: Shown): unknown {
  if (Array.isArray(value)) {
    const rows = value.map((row) => withoutOrder(row, { dataModel, model, args }))
    return args.orderBy === undefined ? rows.sort(byText) : rows
  }
  if (typeof value !== 'object' || value === null) return value
  const related = { ...(args.select as Args | undefined), ...(args.include as Args | undefined) }
  const entries = Object.entries(value).map(([name, inner]) => {
    const target = dataModel.models.get(model.fields.get(name)?.relation?.model ?? '')
    const node = related[name]
    return [
      name,
      target
        ? withoutOrder(inner, { dataModel, model: target, args: typeof node === 'object' ? (node as Args) : {} })
        : inner,
    ]
  })
  return Object.assign(Object.create(Object.getPrototypeOf(value)), Object.fromEntries(entries))
}

function byText(one: unknown, other: unknown): number {
  const [left, right] = [canonical(one), canonical(other)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** The time of a write differs between two databases that are written one after the other. */
export function withoutTimes(outcome: Outcome, sinceMs: number): Outcome {
  return 'error' in outcome ? outcome : { result: masked(outcome.result, sinceMs) }
}

function masked(value: unknown, sinceMs: number): unknown {
  if (value instanceof Date) return value.getTime() >= sinceMs ? new Date(0) : value
  if (Array.isArray(value)) return value.map((item) => masked(item, sinceMs))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner, sinceMs)]))
}
