import type { Model } from '../../../analysis/data-model.ts'
import type { Wave } from '../../../analysis/pending/coalesce.ts'
import type { Condition } from '../fence.ts'
import type { RawClient } from '../raw-client.ts'
import { rowNotFound, unwritableValue } from '../refusals.ts'
import type { WavePlan, WaveWriter } from '../wave-writer.ts'
import { readColumnTypes } from './column-types.ts'
import { type Names, quote, tableName } from './names.ts'
import { type Column, type Statement, statementsOf, type Target } from './statements.ts'
import { elementOfField } from './text-of.ts'

/** Writes many rows with one statement each, by arrays of texts that the statement casts. */
export function createPostgresWriter(client: RawClient, names: Names): WaveWriter {
  const targets = new Map<string, Target>()
  return {
    async prepare(model) {
      const target = targets.get(model.name) ?? (await readTarget(client, names, model))
      targets.set(model.name, target)
      return { plan: (waves) => planOf(target, encoded(target, waves)) }
    },
    forget(model) {
      targets.delete(model.name)
    },
  }
}

function planOf({ model }: Target, statements: readonly Statement[]): WavePlan {
  const [only, ...others] = statements
  return {
    async write(tx, step) {
      for (const [i, { sql, values, kind, rows }] of statements.entries()) {
        const isLast = i === statements.length - 1
        const whole = isLast ? `WITH moved AS (${step.sql(values.length + 1)}) ${sql()}` : sql()
        const touched = await tx.$executeRawUnsafe(whole, ...values, ...(isLast ? step.values : []))
        if (kind !== 'create' && touched !== rows) throw rowNotFound(model, kind)
      }
      if (statements.length === 0) await tx.$executeRawUnsafe(step.sql(1), ...step.values)
    },
    writeIf: only && others.length === 0 ? (tx, condition) => writeIf(tx, only, condition) : null,
  }
}

/** Where a row is missing the statement divides by zero, which takes all of it back. */
async function writeIf(
  client: RawClient,
  { sql, values, kind, rows }: Statement,
  condition: Condition,
): Promise<boolean> {
  const { ctes, holds, values: known } = condition
  const count = `$${values.length + known.length + 1}::int`
  const complete = kind === 'create' ? '1' : `1 / (CASE WHEN ${holds} AND w.n <> ${count} THEN 0 ELSE 1 END)`
  const [found] = await client.$queryRawUnsafe<readonly { readonly held: boolean }[]>(
    `WITH ${ctes(values.length + 1)}, written AS (${sql(holds)} RETURNING 1)
     SELECT ${holds} AS held, ${complete} AS complete FROM (SELECT count(*)::int AS n FROM written) w`,
    ...[...values, ...known, ...(kind === 'create' ? [] : [rows])],
  )
  return found!.held
}

async function readTarget(client: RawClient, names: Names, model: Model): Promise<Target> {
  const types = await readColumnTypes(client, names, model)
  const columns = model.scalars.flatMap((field): Column[] => {
    const found = types.get(field.column)
    // What is missing stays in the statement: the database then says so.
    const column = { field, name: quote(field.column), type: found?.type ?? 'text', elementOf: elementOfField(field) }
    return found?.isGenerated ? [] : [column]
  })
  return {
    model,
    table: tableName(names, model),
    columns: new Map(columns.map((column) => [column.field.name, column])),
  }
}

function encoded(target: Target, waves: readonly Wave[]) {
  try {
    return waves.flatMap((wave) => statementsOf(target, wave))
  } catch (cause) {
    throw unwritableValue(target.model, cause)
  }
}
