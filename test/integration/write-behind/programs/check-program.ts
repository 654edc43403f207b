import { expect } from 'vitest'
import type { Random } from '../../behaviour/random.ts'
import { drawRead, drawWrite, everyRead } from './draw.ts'
import { type Call, decoded, outcomeOf, type Step, textOf } from './steps.ts'
import type { World } from './world.ts'

export interface Counts {
  writes: number
  reads: number
  accepted: number
  synchronous: number
  hits: number
}

/**
 * One step at a time, each in one of the processes: every read shows all that any of them was told is done, as the database shows it
 * that was given the same writes at once.
 */
export async function checkProgram(
  world: World,
  random: Random,
  { length, counts }: { length: number; counts: Counts },
) {
  const drawn = await world.reset(random)
  const { workers, shadow } = world
  const history: string[] = []
  const about = (what: string) => `${what}\n(seed ${random.seed}, ${drawn})\n${history.slice(-12).join('\n')}`
  const read = async (call: Call) => {
    const step: Step = { kind: 'call', call }
    const at = random.integer(workers.length)
    const [seen, expected] = [await workers[at]!.call<string>('run', step), await outcomeOf(shadow, step)]
    counts.reads += 1
    if (seen !== expected) expect(shown(seen), about(`${at} reads ${textOf(step)}`)).toEqual(shown(expected))
    expect(seen, about(`${at} reads ${textOf(step)}`)).toBe(expected)
  }

  for (let i = 0; i < length; i += 1) {
    const step = drawWrite(random)
    const at = random.integer(workers.length)
    const expected = await beside(world, step, (told) => workers[at]!.call<string>('run', told))
    if (expected) {
      history.push(`${at}: ${textOf(step)}`)
      counts.writes += 1
      expect(expected.seen, about(`${at} is told of ${textOf(step)}`)).toBe(expected.told)
      for (const call of readsAfter(step)) await read(call)
    }
    for (let reads = random.integer(3); reads > 0; reads -= 1) await read(drawRead(random))
    if (random.integer(40) === 0) await workers[random.integer(workers.length)]!.call('flush')
  }

  await workers[random.integer(workers.length)]!.call('flush')
  expect(await workers[0]!.call('deadLetters'), about('the dead letters')).toEqual([])
  const [rows, others] = await world.rows()
  expect(rows, about('the rows at the end')).toBe(others)
  for (const worker of workers) {
    for (const call of everyRead()) {
      const step: Step = { kind: 'call', call }
      expect(await worker.call('run', step), about(`at the end, ${textOf(step)}`)).toBe(await outcomeOf(shadow, step))
    }
    const stats = await worker.call<Omit<Counts, 'writes' | 'reads'>>('stats')
    for (const name of ['accepted', 'synchronous', 'hits'] as const) counts[name] += stats[name]
  }
}

/**
 * Runs a step on both databases. Ids that are made on the way are made by the processes, and given to the other one. `null` for a step
 * that breaks a constraint: that an accepted write does so is told later, and not to its caller.
 */
async function beside(
  { shadow }: World,
  step: Step,
  run: (step: Step) => Promise<string>,
): Promise<{ readonly seen: string; readonly told: string } | null> {
  if (step.kind === 'call' && !hasIds(step.call)) {
    const rows = (step.call.args as { data: object | readonly object[] }).data
    const keys = [rows].flat() as readonly { slug?: string; userId?: number }[]
    if (await areTaken(shadow, step.call, keys)) return null
    const seen = await run(step)
    const told = { ...step.call, args: { data: given(decoded(seen)) } }
    return { seen, told: await outcomeOf(shadow, { kind: 'call', call: told }) }
  }
  if (step.kind !== 'call' && step.kind !== 'raw' && !step.calls.every(hasIds)) return null
  const told = await outcomeOf(shadow, step)
  if (told.startsWith('error') && told !== 'error P2025') return null
  return { seen: await run(step), told }
}

/** A row that was returned, such that it may be created. What was not given is NULL, also a list. */
function given(row: unknown): unknown {
  if (Array.isArray(row)) return row.map(given)
  const isGiven = (value: unknown) => value !== null && !(Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(row as object).filter(([, value]) => isGiven(value)))
}

function hasIds({ operation, args }: Call): boolean {
  if (!operation.startsWith('create')) return true
  const { data } = args as { data: object | readonly object[] }
  return [data].flat().every((row) => 'id' in row)
}

async function areTaken(
  shadow: World['shadow'],
  { model }: Call,
  keys: readonly { slug?: string; userId?: number }[],
): Promise<boolean> {
  const [name] = (['slug', 'userId'] as const).filter((one) => one in keys[0]!)
  if (name === undefined) return false
  const values = keys.map((row) => row[name])
  if (new Set(values).size < values.length) return true
  const call: Call = { model, operation: 'count', args: { where: { [name]: { in: values } } } }
  return decoded(await outcomeOf(shadow, { kind: 'call', call })) !== 0
}

/** The row that was written, by the key by which it was. */
function readsAfter(step: Step): readonly Call[] {
  if (step.kind === 'raw') return []
  const calls = step.kind === 'call' ? [step.call] : step.calls
  return calls.flatMap(({ model, args }): Call[] => {
    const { where } = args as { where?: object }
    const isKey = where !== undefined && Object.values(where).every((value) => typeof value !== 'object')
    return isKey && model !== 'user' && model !== 'country' ? [{ model, operation: 'findUnique', args: { where } }] : []
  })
}

/** So that a failure is readable. */
function shown(text: string): unknown {
  return text.startsWith('error') ? text : decoded(text)
}
