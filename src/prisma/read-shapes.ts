import { analyseRead } from '../analysis/reads/analyse-read.ts'
import { coarsened, type KnownRead } from '../analysis/reads/coarsened.ts'
import { inOrder } from '../analysis/reads/node.ts'
import { parametrized } from '../analysis/reads/parametrized.ts'
import type { ReadAnalysis, ReadListener } from '../analysis/reads/read-analysis.ts'
import { fingerprint } from '../core/key.ts'
import { createMissStreak } from '../strategies/miss-streak.ts'
import type { ReadCall } from './read-call.ts'
import type { ReadShape } from './read-shape.ts'
import type { Runtime } from './runtime.ts'

/** A read, taken apart: its shape, and the pins of what it asks for. */
export interface ShapedRead {
  readonly shape: ReadShape
  readonly pins: readonly string[]
}

/** Analyses a read, once for all that differ only in values; or says why it must not be cached. Its arguments have a canonical form. */
export function shapeRead(call: ReadCall, runtime: Runtime): ShapedRead | { readonly reason: string } {
  const { dataModel, readMemo } = runtime
  const model = dataModel.models.get(call.model)
  if (!model) return { reason: `The schema has no model ${call.model}.` }
  const { args, pins } = parametrized(dataModel, model, call.args)
  const text = readMemo.textOf({ ...call, args })
  const known = text === null ? undefined : readMemo.shapes.get(text)
  if (known) return { shape: known, pins }
  const shape = shapeOf({ ...call, args }, runtime)
  if ('reason' in shape) return shape
  if (text !== null) readMemo.shapes.keep(text, shape)
  return { shape, pins }
}

function shapeOf(call: ReadCall, runtime: Runtime): ReadShape | { readonly reason: string } {
  const analysed = analyseCall(call, runtime)
  if (analysed.kind === 'unknown') return { reason: analysed.reason }
  const read = coarsened(analysed, runtime.limits.isRefused)
  // Processes that disagree about the room for shapes would take each other's entries for invalid.
  const coarse = read === analysed ? [] : shapeIdsOf(read)
  return {
    read,
    marks: read.late.map(({ model, shape }) => ({ kind: 'mark', model, shape: shape.id })),
    models: read.dependencies.map((dependency) => dependency.model),
    fingerprint: fingerprint([runtime.fingerprint, call.clientFingerprint, ...coarse]),
    misses: createMissStreak(),
    name: [call.operation, ...shapeIdsOf(read)].join(' '),
  }
}

function shapeIdsOf({ dependencies }: KnownRead): string[] {
  return dependencies.flatMap(({ model, uses }) => uses.map(({ shape }) => `${model} ${shape.id}`))
}

/** What a call depends on: the same for every order of its keys, or processes would not take each other's entries for valid. */
export function analyseCall(
  {
    model,
    operation,
    args,
    dataPath,
    clientView,
  }: Pick<ReadCall, 'model' | 'operation' | 'args' | 'dataPath' | 'clientView'>,
  { dataModel, knownViews }: Pick<Runtime, 'dataModel' | 'knownViews'>,
  listener?: ReadListener,
): ReadAnalysis {
  // `['select', 'author', 'select', 'posts']`
  const unpacked = dataPath.filter((_, i) => i % 2 === 1)
  return analyseRead(
    dataModel,
    { model, operation, args: inOrder(args) },
    { client: clientView, unpacked, knownViews, listener },
  )
}
