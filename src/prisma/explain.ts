import { explainDependencies, takeNotes } from '../analysis/explain-read.ts'
import { explainEvents } from '../analysis/explain-write.ts'
import { isRead } from '../analysis/reads/analyse-read.ts'
import { coarsened } from '../analysis/reads/coarsened.ts'
import { anyRowReturned } from '../analysis/writes/analyse-write.ts'
import type { Explanation, ReadExplanation, WriteExplanation } from '../core/client.ts'
import { parseShape } from '../core/tags.ts'
import type { ClientInUse } from './client-in-use.ts'
import { type Effect, effectOfRaw, effectOfWrite } from './effects.ts'
import type { Hook } from './hook.ts'
import { planRead } from './read-plans.ts'
import { analyseCall } from './read-shapes.ts'
import { readCall } from './reads.ts'
import type { Runtime } from './runtime.ts'

/** What a call would do, without doing it. Asks the store which shapes are in use, and nobody else. */
export async function explainCall(hook: Hook, runtime: Runtime, client: ClientInUse): Promise<Explanation> {
  const { model, operation } = hook
  if (model === undefined) {
    const effect = await effectOfRaw(hook, runtime, client)
    return explainEffect({ model: null, operation }, effect, runtime)
  }
  const onModel = { ...hook, model }
  if (isRead(operation)) return explainRead(onModel, runtime, client)
  return explainEffect({ model, operation }, effectOfWrite(onModel, runtime, client), runtime)
}

function explainRead(hook: Hook & { readonly model: string }, runtime: Runtime, client: ClientInUse): ReadExplanation {
  const { model, operation } = hook
  const bypassed = (bypass: string) => ({ kind: 'read', model, operation, bypass, dependsOn: [], coarse: [] }) as const
  const call = readCall(hook, runtime, client)
  if (call.kind === 'bypass') return bypassed(call.reason)
  const planned = planRead(call, runtime)
  if (planned.kind === 'bypass') return bypassed(planned.reason)
  const notes = takeNotes()
  const analysed = analyseCall(planned.isRow ? { ...call, args: planned.widened(call.args) } : call, runtime, notes)
  const read =
    analysed.kind === 'known' ? coarsened(analysed, runtime.limits.isRefused) : { dependencies: [], late: [] }
  const isLimited = read !== analysed
  return {
    kind: 'read',
    model,
    operation,
    bypass: null,
    dependsOn: explainDependencies(read, notes),
    coarse: isLimited ? [...notes.coarse, 'the store has no room for more kinds of queries of a model'] : notes.coarse,
  }
}

async function explainEffect(
  call: Pick<WriteExplanation, 'model' | 'operation'>,
  effect: Effect | null,
  { shapesInUse, dataModel }: Runtime,
): Promise<WriteExplanation> {
  const events = effect?.outcome(anyRowReturned).events ?? []
  const models = [...new Set(events.map((event) => event.model))]
  const shapes = await Promise.all(
    models.map(async (model) => [model, (await shapesInUse(model)).map(parseShape)] as const),
  )
  return { kind: 'write', ...call, ...explainEvents(dataModel, events, new Map(shapes)) }
}
