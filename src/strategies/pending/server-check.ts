import { CacheError } from '../../core/errors.ts'
import type { PendingStore, ServerDurability } from '../../core/pending-store.ts'
import type { Applier } from './applier.ts'
import type { PendingModel } from './pending-model.ts'

/**
 * Whether the server keeps what it accepts as long as the model asks for.
 *
 * @throws CacheError `WRITE_BEHIND.NOT_DURABLE` with every reason; not where the loss is accepted in writing.
 */
export async function checkServer(model: PendingModel, pending: PendingStore): Promise<void> {
  const server = await pending.durability()
  const problems = server ? [...losses(model, server), ...impossible(model, server)] : inProcess(model)
  if (problems.length === 0) return
  throw new CacheError('WRITE_BEHIND.NOT_DURABLE', `Writes of ${model.model} may get lost: ${problems.join('; ')}.`, {
    model: model.model,
    problems,
    fix: `Mend that, or write down that it is accepted: models.${model.model}.acceptLoss: true.`,
  })
}

function losses({ acceptLoss, durability }: PendingModel, { evicts, hasAof }: ServerDurability): string[] {
  // An acknowledged write is in the database then.
  if (acceptLoss || durability === 'applied') return []
  return [
    ...(evicts === false ? [] : [`Redis evicts keys when it is full (maxmemory-policy is not 'noeviction')`]),
    ...(hasAof === true ? [] : ['Redis forgets them when it ends (appendonly is off)']),
  ]
}

/**
 * Whether the writes that wait in the store are for this database.
 *
 * @throws CacheError `WRITE_BEHIND.OTHER_DATABASE`, and as {@link Applier.database}.
 */
export async function checkDatabase({ model }: PendingModel, pending: PendingStore, applier: Applier): Promise<void> {
  const database = await applier.database()
  if ((await pending.databaseOf(model, database)) === database) return
  throw new CacheError(
    'WRITE_BEHIND.OTHER_DATABASE',
    `Accepted writes of ${model} in this namespace are for another database.`,
    {
      model,
      fix: 'Give each database a namespace of its own.',
    },
  )
}

/** What no acceptance of losses makes true. */
function impossible({ durability }: PendingModel, { version, fsyncsAlways, replicas }: ServerDurability): string[] {
  const [major = 0, minor = 0] = version
  const canWait = major > 7 || (major === 7 && minor >= 2)
  if (durability === 'replicated' && replicas === 0) return [`durability is 'replicated', and Redis has no replica`]
  if (durability !== 'fsynced' || canWait || fsyncsAlways) return []
  return [`durability is 'fsynced', for which Redis must be 7.2 or newer, or have 'appendfsync always'`]
}

function inProcess({ acceptLoss, durability }: PendingModel): string[] {
  if (durability === 'replicated' || durability === 'fsynced')
    return [`durability is '${durability}', and there is no Redis`]
  return acceptLoss || durability === 'applied'
    ? []
    : ['without Redis they are in this process alone, and lost when it dies']
}
