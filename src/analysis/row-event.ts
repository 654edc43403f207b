import type { Columns } from '../core/tags.ts'
import type { Model } from './data-model.ts'

/** What a write did to the rows of one model: to one row, or to several that share what is known. */
export interface RowEvent {
  readonly model: string
  /** `'any'`: rows and columns are unknown. */
  readonly kind: 'create' | 'update' | 'delete' | 'any'
  /** Field to pinned text. In an update these hold before and after it, so no changed field is among them. */
  readonly known: ReadonlyMap<string, string>
  readonly changed: Columns
}

/** Something unknown happened to a model. */
export function anyEvent(model: string): RowEvent {
  return { model, kind: 'any', known: nothing, changed: 'all' }
}

export function createEvent(model: string, known: ReadonlyMap<string, string> = nothing): RowEvent {
  return { model, kind: 'create', known, changed: 'all' }
}

export function deleteEvent(model: string, known: ReadonlyMap<string, string> = nothing): RowEvent {
  return { model, kind: 'delete', known, changed: 'all' }
}

/** An update of some fields, and of those that every update changes. */
export function updateEvent(model: Model, changed: Columns, known: ReadonlyMap<string, string> = nothing): RowEvent {
  if (changed === 'all') return { model: model.name, kind: 'update', known: nothing, changed }
  const all = new Set([...changed, ...model.alwaysChanged])
  const kept = [...known].filter(([field]) => !all.has(field))
  return { model: model.name, kind: 'update', known: new Map(kept), changed: [...all].sort() }
}

const nothing: ReadonlyMap<string, string> = new Map()
