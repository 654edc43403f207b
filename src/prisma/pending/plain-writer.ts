import { DbNull, JsonNull } from '@prisma/client/runtime/client'
import type { Model } from '../../analysis/data-model.ts'
import type { Wave } from '../../analysis/pending/coalesce.ts'
import type { Changes, Row } from '../../analysis/pending/pending-write.ts'
import { prismaCodeOf } from '../driver-error.ts'
import { clientProperty } from '../internals.ts'
import type { Step } from './fence.ts'
import type { RawClient } from './raw-client.ts'
import { rowNotFound, unwritableValue } from './refusals.ts'
import type { WaveWriter } from './wave-writer.ts'

/** Writes row by row, with the client's own operations: for databases without arrays, and where Prisma acts as the foreign keys. */
export function createPlainWriter(): WaveWriter {
  return {
    async prepare(model) {
      return { plan: (waves) => ({ write: (tx, step) => write(tx, { model, waves, step }), writeIf: null }) }
    },
    forget() {},
  }
}

interface Work {
  readonly model: Model
  readonly waves: readonly Wave[]
  readonly step: Step
}

async function write(tx: RawClient, { model, waves, step }: Work): Promise<void> {
  const rows = delegateOf(tx, model)
  const select = Object.fromEntries(model.idFields.map((name) => [name, true]))
  for (const { creates, updates, deletes } of waves) {
    for (const row of creates) await rows.create({ data: dataOf(model, row), select })
    for (const { id, changes } of updates) {
      const data = changedData(model, changes)
      await found(model, 'update', rows.update({ where: whereOf(model, id), data, select }))
    }
    for (const id of deletes) await found(model, 'delete', rows.delete({ where: whereOf(model, id), select }))
  }
  await tx.$executeRawUnsafe(step.sql(1), ...step.values)
}

async function found(model: Model, kind: 'update' | 'delete', write: Promise<unknown>): Promise<void> {
  try {
    await write
  } catch (error) {
    throw prismaCodeOf(error) === 'P2025' ? rowNotFound(model, kind) : error
  }
}

interface Delegate {
  create(args: object): Promise<unknown>
  update(args: object): Promise<unknown>
  delete(args: object): Promise<unknown>
}

function delegateOf(tx: RawClient, { name }: Model): Delegate {
  return (tx as unknown as Readonly<Record<string, Delegate>>)[clientProperty(name)]!
}

function whereOf({ uniques, idFields }: Model, id: Row): object {
  return idFields.length === 1 ? id : { [uniques[0]!.name]: id }
}

function dataOf(model: Model, row: Row): Row {
  // The client takes no NULL for a list: what is left out becomes it.
  const isGiven = (name: string, value: unknown) =>
    value !== undefined && !(value === null && model.fields.get(name)?.isList)
  const given = Object.entries(row).filter(([name, value]) => isGiven(name, value))
  return Object.fromEntries(given.map(([name, value]) => [name, argumentOf(model, name, value)]))
}

function changedData(model: Model, changes: Changes): Row {
  // `{ set: ... }` would be a value of its own in a Json field.
  const data = Object.entries(changes).map(([name, { op, value }]) => {
    const given = argumentOf(model, name, value)
    return [name, op === 'set' ? given : { [op]: given }] as const
  })
  return Object.fromEntries(data)
}

/** Pending writes hold JSON as text. */
function argumentOf(model: Model, name: string, value: unknown): unknown {
  const field = model.fields.get(name)
  if (field?.type !== 'Json' || field.kind !== 'scalar') return value
  try {
    return field.isList ? (value as readonly string[]).map((item) => JSON.parse(item)) : jsonArgument(value)
  } catch (cause) {
    throw unwritableValue(model, cause)
  }
}

function jsonArgument(value: unknown): unknown {
  return value === null ? DbNull : (JSON.parse(value as string) ?? JsonNull)
}
