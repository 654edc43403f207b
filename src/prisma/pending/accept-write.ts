import { planPendingWrite } from '../../analysis/pending/plan-pending-write.ts'
import type { ClientInUse } from '../client-in-use.ts'
import type { Hook } from '../hook.ts'
import { dataPathOf, howRun } from '../internals.ts'
import type { Runtime } from '../runtime.ts'
import { Decimal, identify } from '../values.ts'

/** What became of a write that may be accepted first and applied later. */
export type AcceptedWrite =
  | { readonly kind: 'accepted'; readonly result: unknown }
  /** It has to be made at once; the reason in a line. */
  | { readonly kind: 'synchronous'; readonly reason: string }

/** Accepts a write of a model with write-behind, if what becomes of it is known without the database. */
export async function acceptWrite(
  { model: name, operation, args, ...hook }: Hook & { readonly model: string },
  { dataModel, declared, writeBehind, config, keepsOnError, unseenColumns }: Runtime,
  client: ClientInUse,
): Promise<AcceptedWrite> {
  const synchronous = (reason: string): AcceptedWrite => ({ kind: 'synchronous', reason })
  if (howRun(hook).kind !== 'alone') return synchronous('it is part of a transaction')
  if (!client.isInnermost) return synchronous('a query extension was added behind the cache')
  if (dataPathOf(hook)?.length !== 0) return synchronous('its result is unpacked')
  if ((declared.get(name)?.length ?? 0) > 0) return synchronous('the database changes more than it says')
  // Then a batch could be applied in part.
  if (keepsOnError) return synchronous('the database has no transactions')
  const model = dataModel.models.get(name)!
  const call = { operation, args }
  const planned = planPendingWrite(dataModel, model, call, { Decimal, identify, client: client.view() })
  if ('synchronous' in planned) return synchronous(planned.synchronous)
  if (planned.idsNeeded > 0 && (config.models[name]!.sequenceBlock === 0 || dataModel.provider !== 'postgresql')) {
    return synchronous('the database gives it its id')
  }
  const found = unseenColumns(model)
  // Nearly every write: another promise would cost it more.
  const unseen = found instanceof Promise ? await found.catch(() => null) : found
  // The write itself tells what is wrong, as Prisma does.
  if (unseen === null) return synchronous('the database does not say what its table does')
  const isCreate = operation !== 'update' && operation !== 'delete'
  const reason = unseen.inAny ?? (isCreate ? unseen.inCreates : null)
  if (reason !== null) return synchronous(reason)
  const accepted = await writeBehind.accept(name, planned)
  return accepted.kind === 'accepted' ? { kind: 'accepted', result: planned.result(accepted.writes) } : accepted
}
