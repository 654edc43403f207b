import type { DeadLetter, DeadLetters } from '../../core/client.ts'
import type { Clock } from '../../core/clock.ts'
import type { ResultCodec } from '../../core/codec.ts'
import { CacheError } from '../../core/errors.ts'
import type { StoredDeadLetter } from '../../core/pending-store.ts'
import type { Store } from '../../core/store.ts'
import type { PendingModel } from './pending-model.ts'
import { pauseOf } from './settled-entries.ts'
import { distinctGuards, StoredWrite } from './stored-write.ts'

export interface DeadLettersDeps {
  readonly models: ReadonlyMap<string, PendingModel>
  readonly store: Pick<Store, 'pending'>
  readonly codec: ResultCodec
  readonly clock: Clock
  readonly settled: (model: string) => Promise<void>
}

const busyMs = 20

export function createDeadLetters({ models, store: { pending }, codec, clock, settled }: DeadLettersDeps): DeadLetters {
  async function release(id: string, fate: 'retried' | 'discarded'): Promise<void> {
    for (;;) {
      const found = await find(id)
      if (!found) break
      const { model, letter } = found
      const { durability } = models.get(model)!
      const stored = letter.writes.map((text) => new StoredWrite(model, text, codec))
      const outcome = await pending.release(model, letter, fate, { guards: distinctGuards(stored), durability })
      if (outcome === 'released') return
      if (outcome === 'absent') break
      // Later writes of the row are on their way to it: they come behind. A synchronous write ends by itself.
      await settled(model)
      await pauseOf(clock, busyMs)
    }
    throw noDeadLetter(id)
  }

  async function find(id: string): Promise<{ model: string; letter: StoredDeadLetter } | undefined> {
    const { model, inner } = parseId(id)
    if (!models.has(model)) return undefined
    const letter = (await pending.deadLetters(model)).find((one) => one.id === inner)
    return letter && { model, letter }
  }

  return {
    async list(only) {
      const names = [...models.keys()].filter((model) => only === undefined || model === only)
      const ofModel = async (model: string) =>
        (await pending.deadLetters(model)).map((letter) => toDeadLetter(model, letter, codec))
      return (await Promise.all(names.map(ofModel))).flat()
    },
    retry: (id) => release(id, 'retried'),
    discard: (id) => release(id, 'discarded'),
  }
}

/** The names of models have no slash. */
function parseId(id: string): { readonly model: string; readonly inner: string } {
  const at = id.indexOf('/')
  return { model: id.slice(0, at), inner: id.slice(at + 1) }
}

/** As users see it: an id of the store may be that of several models. */
export function deadLetterId(model: string, inner: string): string {
  return `${model}/${inner}`
}

function toDeadLetter(model: string, { id, failure, writes }: StoredDeadLetter, codec: ResultCodec): DeadLetter {
  const { write } = new StoredWrite(model, writes[0]!, codec)
  const { code, message, atMs } = JSON.parse(failure) as { code: string; message: string; atMs: number }
  const { kind: operation, ...shown } = write
  return {
    ...{ id: deadLetterId(model, id), model, operation, write: shown, code, message },
    failedAt: new Date(atMs),
    parked: writes.length - 1,
  }
}

export function noDeadLetter(id: string): CacheError {
  return new CacheError('WRITE_BEHIND.NO_DEAD_LETTER', `There is no dead letter '${id}'.`, {
    fix: 'It may have been retried or discarded already: see $cache.deadLetters.list().',
  })
}
