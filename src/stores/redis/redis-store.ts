import type { Clock } from '../../core/clock.ts'
import type { Report } from '../../core/events.ts'
import type { MakeNonce } from '../../core/nonce.ts'
import type { DecideTouched, Intent, ReadyTouch, Replacement, StampTag, Store } from '../../core/store.ts'
import type { Client, ClientSource } from './client.ts'
import { createConnection } from './connection.ts'
import { createKeys, type Keys } from './keys.ts'
import { createLeaseChannel } from './lease-channel.ts'
import { readEach } from './lookup.ts'
import { beginLoad, obtainStamps } from './obtain.ts'
import { createPendingStore } from './pending-store.ts'
import { loadScripts } from './script.ts'
import * as scripts from './scripts.ts'
import { type Command, send } from './send.ts'
import { offField, planStamps, readStamps } from './stamp-plan.ts'
import { LookupPlan, lookEntryUp } from './stored-lookup.ts'
import { dropRoots, type Sweeping, sweep } from './sweep.ts'
import { planReplacement, planTouch } from './touch-plan.ts'

export interface RedisStoreDeps extends Sweeping {
  readonly source: ClientSource
  readonly namespace: string
  readonly commandDeadlineMs: number
  readonly clock: Clock
  readonly makeNonce: MakeNonce
  readonly report: Report
}

type SendTouch = ReturnType<typeof scripts.readyTouch>

interface Touching {
  readonly decide: DecideTouched
  readonly replacements: readonly Replacement[]
}

const emptyRegistry: scripts.Registry = { version: '', shapes: [] }

/** After this many new shapes in a row, registered while we decided, the whole model is invalidated instead. */
const decisionsMax = 4

/**
 * The store that processes share: one round trip per lookup, per fill, and per invalidated model.
 *
 * A root stamp carries the identity of the server it was made on. A restart, a restore from a backup and a failover
 * therefore invalidate everything by themselves, before anyone could serve from a server that missed an invalidation. One that
 * comes back as it was after another took its place is invalidated by everybody who was on that one.
 */
export function createRedisStore(deps: RedisStoreDeps): Store {
  const { namespace, clock, makeNonce, commandDeadlineMs, report, source } = deps
  const keys = createKeys(namespace, deps.models)
  const planOf = (tags: readonly StampTag[]) => planStamps(tags, keys)
  const lookupPlanOf = (tags: readonly StampTag[]) => new LookupPlan(planOf(tags))
  const registries = new Map<string, scripts.Registry>()
  const connection = createConnection({
    source,
    commandDeadlineMs,
    clock,
    report,
    prepare: async (client, server) => {
      await Promise.all([loadScripts(client), sweep(client, server, deps, keys)])
    },
  })
  const channel = createLeaseChannel({ connection, commandDeadlineMs, clock })

  const pending = createPendingStore({ connection, channel, keys, makeNonce, commandDeadlineMs })

  function planned(model: string, { decide, replacements }: Touching): scripts.Touch {
    const { version, shapes } = registries.get(model) ?? emptyRegistry
    return {
      ...planTouch(decide(shapes), keys),
      replacements: replacements.map((one) => planReplacement(one, keys)),
      modelKey: keys.model(model),
      version,
    }
  }

  /** @param first what is sent first, if that is made already. */
  async function touch(client: Client, model: string, touching: Touching, first?: SendTouch): Promise<number> {
    let sendTouch = first
    for (let decision = 0; decision < decisionsMax; decision += 1) {
      const outcome = await (sendTouch ? sendTouch(client) : scripts.touch(client, planned(model, touching)))
      sendTouch = undefined
      if ('stored' in outcome) return outcome.stored
      registries.set(model, outcome)
    }
    await dropRoots(client, [keys.table(model)], keys)
    return 0
  }

  function readyTouch(model: string, decide: DecideTouched): ReadyTouch {
    const first = scripts.readyTouch(planned(model, { decide, replacements: [] }))
    return (decide) => connection.run((client) => touch(client, model, { decide, replacements: [] }, first))
  }

  return {
    kind: 'redis',

    pending,

    lookup: (key, tags, options) =>
      connection.share((client, identity, guard) =>
        lookEntryUp(client, { key, plan: tags.made(lookupPlanOf), identity, keys, guard }, options),
      ),

    stamps: (tags) =>
      connection.run(async (client, identity) => {
        const plan = planOf(tags)
        return readStamps(plan, await readEach(client, plan.stamps), identity)
      }),

    obtainStamps: (tags, retainMs) =>
      connection.run((client, identity) =>
        obtainStamps(client, { tags, identity, retainMs, nonce: makeNonce(), keys }),
      ),

    beginLoad: (key, { token, leaseMs, tags, retainMs }) =>
      connection.run((client, identity) =>
        beginLoad(client, { key, token, leaseMs }, { tags, identity, retainMs, nonce: makeNonce(), keys }),
      ),

    fill: (key, text, retainMs, leaseToken) =>
      connection.run(async (client) => {
        const entryKey = keys.entry(key)
        if (leaseToken === undefined) await send(client, ['set', entryKey, text, 'PX', Math.ceil(retainMs)])
        else {
          const leaseKey = keys.lease(key)
          await scripts.fillAndRelease(client, { leaseKey, token: leaseToken, entryKey, text, retainMs })
        }
      }),

    touch: (model, decide, replacements = []) =>
      connection.run((client) => touch(client, model, { decide, replacements })),
    readyTouch,
    shapesInUse: (model) =>
      connection.run(async (client) => {
        const fields = (await send(client, ['hkeys', keys.model(model)])) as string[]
        return fields.filter((field) => field.startsWith('shape ')).map((field) => field.slice('shape '.length))
      }),
    switchModels: (models, to) =>
      connection.run(async (client) => {
        const commands = models.flatMap((model): Command[] => {
          const key = keys.model(model)
          // On one connection in this order: who finds it off finds nothing from before when it is on again.
          return to === 'on'
            ? [['hdel', key, 'root', offField]]
            : [
                ['hset', key, offField, 1],
                // With its stamps the model would be forgotten some day.
                ['persist', key],
                ['hdel', key, 'root'],
              ]
        })
        await Promise.all(commands.map((command) => send(client, command)))
      }),
    dropRoots: (models) => connection.run((client) => dropRoots(client, models.map(keys.table), keys)),
    touchUserTags: (names) =>
      connection.run(async (client) => {
        // The mark first: a filler that finds it unmoved has obtained its stamps before they are removed here.
        await send(client, ['unlink', keys.userMark])
        await Promise.all(names.map((name) => send(client, ['unlink', keys.userTag(name)])))
      }),

    soften: ({ models, userTags }) =>
      connection.run(async (client, identity) => {
        const fresh = makeNonce()
        // The mark first, as with every invalidation of tags.
        if (userTags.length > 0) await send(client, ['unlink', keys.userMark])
        await Promise.all([
          ...userTags.map((name) => scripts.soften(client, keys.userTag(name), { fresh })),
          ...models.map((model) =>
            scripts.soften(client, keys.model(model), { field: 'root', fresh, prefix: `${identity}:` }),
          ),
        ])
      }),

    intend: (intents, leaseMs) =>
      connection.run((client) => scripts.intend(client, keys.intents, leaseMs, members(intents, keys))),
    settle: (intents) =>
      connection.run(async (client) => {
        await send(client, ['zrem', keys.intents, ...members(intents, keys)])
      }),
    async sweep(leaseMs) {
      // Not every change of the server closes the connection: a demotion and a new replication history do not.
      await connection.verify()
      return connection.run((client, identity) =>
        sweep(client, { identity, isOther: false }, { ...deps, leaseMs }, keys),
      )
    },

    acquireLease: (key, token, leaseMs) =>
      connection.run(async (client) => {
        const remainingMs = await scripts.acquireLease(client, keys.lease(key), token, leaseMs)
        return remainingMs < 0 ? { kind: 'acquired' } : { kind: 'held', remainingMs }
      }),
    renewLease: (key, token, leaseMs) =>
      connection.run((client) => scripts.renewLease(client, keys.lease(key), token, leaseMs)),
    releaseLease: (key, token, outcome) =>
      connection.run((client) => scripts.releaseLease(client, keys.lease(key), token, outcome)),
    watchLease: (key) => channel.watch(keys.lease(key)),

    isOpen: () => connection.isServing(),
    isRecovering: () => connection.isRecovering(),
    async close() {
      await channel.close()
      await connection.close()
    },
  }
}

function members(intents: readonly Intent[], keys: Keys): string[] {
  return intents.map(({ id, model }) => `${keys.table(model)} ${id}`)
}
