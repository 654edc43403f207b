import type { ClientView } from '../analysis/reads/rows.ts'
import { computedFieldsOf, globalOmitOf } from './internals.ts'

/** What a client's own `omit` and its computed fields do to the selection of every query. */
export function clientViewOf(client: object, models: Iterable<string>): ClientView {
  const names = [...models]
  const omit = record(globalOmitOf(client))
  const computed = computedFieldsOf(client, names)
  return {
    omitted: new Map(names.map((name) => [name, omittedFields(omit[propertyOf(name)])])),
    computed: new Map(names.map((name) => [name, neededFields(computed[name])])),
  }
}

function omittedFields(omit: unknown): ReadonlySet<string> {
  return new Set(Object.entries(record(omit)).flatMap(([field, isOmitted]) => (isOmitted === true ? [field] : [])))
}

function neededFields(computed: unknown): ReadonlyMap<string, readonly string[]> {
  const entries = Object.entries(record(computed))
  return new Map(entries.map(([name, needs]) => [name, Array.isArray(needs) ? needs : []]))
}

/** The property of the client that a model has: `userProfile` of `UserProfile`. */
function propertyOf(model: string): string {
  return model.slice(0, 1).toLowerCase() + model.slice(1)
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
