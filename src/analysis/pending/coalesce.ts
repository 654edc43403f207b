import type { DataModel, Field, Model } from '../data-model.ts'
import { exactSum } from './exact-sum.ts'
import type { Change, Changes, PendingWrite, Row } from './pending-write.ts'
import { deletesReachSiblings } from './siblings.ts'

/** Writes of which no two concern one row. Applied in this order: creates, updates, deletes. */
export interface Wave {
  readonly creates: readonly Row[]
  readonly updates: readonly RowUpdate[]
  /** The ids. */
  readonly deletes: readonly Row[]
}

export interface RowUpdate {
  readonly id: Row
  readonly changes: Changes
}

export interface CoalesceContext {
  readonly dataModel: DataModel
  readonly model: Model
  /** Makes a decimal of its digits. */
  readonly makeDecimal: (digits: string) => unknown
}

/**
 * Writes of one model, in order of acceptance, as few that leave the same rows.
 *
 * All that happens to one row becomes one write as far as the outcome can be known here. The rest waits for the next wave: waves are
 * applied one after another. Writes of different rows change places within a wave. Where that could end otherwise it ends in an
 * error of the database (a unique value that another row still has), with one exception that is minded: deletes that reach other
 * rows of the model.
 */
export function coalesce(writes: readonly PendingWrite[], context: CoalesceContext): readonly Wave[] {
  const waves: Slot[][] = []
  const slots = new Map<string, Slot>()
  const isBarrier = deletesReachSiblings(context.dataModel, context.model)
  // No write may go to a wave before this one.
  let floor = 0

  for (const write of writes) {
    const key = keyOfRow(context.model, write.kind === 'create' ? write.row : write.id)
    const moves = write.kind === 'update' && context.model.idFields.some((name) => name in write.changes)
    if (moves) floor = waves.length
    else if (isBarrier && write.kind === 'delete') floor = Math.max(floor, waves.length - 1)

    const slot = slots.get(key)
    const composed = slot && slot.wave >= floor ? compose(slot.write, write, context) : undefined
    // What a delete reaches must be there, or gone, as it was.
    if (slot && composed !== undefined && !(isBarrier && composed === null)) slot.write = composed
    else {
      const wave = Math.max(floor, slot ? slot.wave + 1 : 0)
      const added = { wave, write }
      slots.set(key, added)
      waves[wave] ??= []
      waves[wave].push(added)
    }
    if (moves || (isBarrier && write.kind === 'delete')) floor = waves.length
  }
  return waves.map(waveOf)
}

interface Slot {
  readonly wave: number
  /** `null`: a row that came and went. */
  write: PendingWrite | null
}

function waveOf(slots: readonly Slot[]): Wave {
  const creates: Row[] = []
  const updates: RowUpdate[] = []
  const deletes: Row[] = []
  for (const { write } of slots) {
    if (write?.kind === 'create') creates.push(write.row)
    else if (write?.kind === 'update') updates.push(write)
    else if (write) deletes.push(write.id)
  }
  return { creates, updates, deletes }
}

/** Equal for equal ids. A row is always named by its id as the database returned it. */
function keyOfRow({ idFields }: Model, row: Row): string {
  return idFields.length === 1
    ? textOfId(row[idFields[0]!])
    : JSON.stringify(idFields.map((name) => textOfId(row[name])))
}

function textOfId(value: unknown): string {
  if (typeof value === 'string') return value
  return value instanceof Date ? value.toISOString() : String(value)
}

/** Both as one; `null` if nothing is left of them, `undefined` if they must stay two. */
function compose(
  earlier: PendingWrite | null,
  later: PendingWrite,
  context: CoalesceContext,
): PendingWrite | null | undefined {
  if (earlier === null) return later.kind === 'create' ? later : undefined
  if (earlier.kind === 'delete' || later.kind === 'create') return undefined
  if (later.kind === 'delete') return earlier.kind === 'create' ? null : later
  return earlier.kind === 'create' ? changedRow(earlier.row, later, context) : changedTwice(earlier, later, context)
}

type Update = Extract<PendingWrite, { kind: 'update' }>

function changedRow(row: Row, { changes }: Update, context: CoalesceContext): PendingWrite | undefined {
  const changed: Record<string, unknown> = { ...row }
  for (const [name, change] of Object.entries(changes)) {
    // A field that the row lacks is left to the database.
    const earlier: Change | null = row[name] === undefined ? null : { op: 'set', value: row[name] }
    const composed = composeChange(earlier ?? unknownValue, change, context.model.fields.get(name), context)
    if (composed?.op !== 'set') return undefined
    changed[name] = composed.value
  }
  return { kind: 'create', row: changed }
}

const unknownValue: Change = { op: 'set', value: undefined }

function changedTwice({ id, changes }: Update, later: Update, context: CoalesceContext): PendingWrite | undefined {
  const composed: Record<string, Change> = { ...changes }
  for (const [name, change] of Object.entries(later.changes)) {
    const earlier = changes[name]
    const both = earlier ? composeChange(earlier, change, context.model.fields.get(name), context) : change
    if (!both) return undefined
    composed[name] = both
  }
  return { kind: 'update', id, changes: composed }
}

/** What is not computed exactly stays two. */
function composeChange(
  earlier: Change,
  later: Change,
  field: Field | undefined,
  { dataModel: { provider }, makeDecimal }: CoalesceContext,
): Change | undefined {
  if (later.op === 'set') return later
  if (later.op === 'push') return pushed(earlier, later.value)
  if (!field || earlier.op === 'push') return undefined
  const sum = { provider, field, makeDecimal }
  if (earlier.op === 'set') {
    // Whatever is added to NULL, it stays NULL.
    if (earlier.value === null) return earlier
    const value = exactSum(sum, earlier.value, later)
    return value === undefined ? undefined : { op: 'set', value }
  }
  const start = earlier.op === 'increment' ? earlier.value : exactSum(sum, 0, earlier)
  const value = start === undefined ? undefined : exactSum(sum, start, later)
  return value === undefined ? undefined : { op: 'increment', value }
}

function pushed(earlier: Change, items: readonly unknown[]): Change | undefined {
  if ((earlier.op !== 'push' && earlier.op !== 'set') || !Array.isArray(earlier.value)) return undefined
  return { op: earlier.op, value: [...earlier.value, ...items] }
}
