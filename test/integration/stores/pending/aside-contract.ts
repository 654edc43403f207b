import { expect, it } from 'vitest'
import { asideId, partitionOf } from '../../../../src/core/pending-names.ts'
import type { AsideWrite, PendingEntry } from '../../../../src/core/pending-store.ts'
import { nameOf } from '../../../../src/core/values-name.ts'
import type { Handles } from '../pending-contract.ts'
import { acceptRow, byId, bySlug, guardOf, model, retainMs, settledOf } from './accepting.ts'

const partition = { model, number: 0 }
const row = nameOf(guardOf(byId, 1))
const guards = [guardOf(byId, 1), guardOf(bySlug, 'a')]
const releasing = { guards, durability: 'accepted' } as const

/** Writes that the database refused, those behind them, and the way back. */
export function itSetsAside(handles: Handles): void {
  /** Two entries with writes of one row, three in all, and one of another row; led by `me`. */
  async function refusing() {
    const { store, accept } = handles
    await accept([acceptRow(1, { slug: 'a', writes: ['one', 'two'] })])
    await accept([acceptRow(1, { slug: 'a', writes: ['three'] }), acceptRow(2, { writes: ['other'] })])
    await store.pending.lead(partition, 'me', retainMs)
    const page = () => store.pending.oldest(partition, 100)
    const { entries } = await page()
    const [first, second] = entries as [PendingEntry, PendingEntry]
    const aside = (entry: PendingEntry, index: number, failure: string | null, token = 'me') =>
      store.pending.setAside(partition, token, {
        ...{ id: asideId(partition, { entry: entry.id, index }), row, write: entry.writes[index]!, failure, guards },
        durability: 'accepted',
      } satisfies AsideWrite)
    const settle = () =>
      store.pending.settle(
        partition,
        entries.map((entry) => settledOf(entry, [...guards, guardOf(byId, 2)])),
      )
    const id = asideId(partition, { entry: first.id, index: 0 })
    return { first, second, aside, settle, page, id }
  }

  it('sets a refused write aside, and those of its row behind it, in order', async () => {
    const { first, second, aside, page, id } = await refusing()
    expect(await aside(first, 1, null)).toBe('not-blocked')
    expect(await aside(first, 0, 'refused')).toBe('set-aside')
    expect(await aside(first, 1, null)).toBe('set-aside')
    expect(await aside(second, 0, null)).toBe('set-aside')
    const { blocked, aside: ids } = await page()
    expect(blocked).toEqual(new Map([[row, id]]))
    expect(ids).toEqual(
      new Set([
        id,
        asideId(partition, { entry: first.id, index: 1 }),
        asideId(partition, { entry: second.id, index: 0 }),
      ]),
    )
    const letters = [{ id, row, failure: 'refused', writes: ['one', 'two', 'three'] }]
    expect(await handles.other.pending.deadLetters(model)).toEqual(letters)
  })

  it('leaves a write where it is that is aside already', async () => {
    const { first, aside, id } = await refusing()
    await aside(first, 0, 'refused')
    expect(await aside(first, 0, 'refused again')).toBe('set-aside')
    expect(await handles.other.pending.deadLetters(model)).toEqual([{ id, row, failure: 'refused', writes: ['one'] }])
  })

  it('lets nobody set aside who does not lead', async () => {
    const { first, aside, page } = await refusing()
    expect(await aside(first, 0, 'refused', 'somebody')).toBe('not-leading')
    await handles.store.pending.resign(partition, 'me')
    expect(await aside(first, 0, 'refused')).toBe('not-leading')
    await handles.other.pending.lead(partition, 'next', retainMs)
    expect(await aside(first, 0, 'refused')).toBe('not-leading')
    expect(await page()).toMatchObject({ blocked: new Map(), aside: new Set() })
    expect(await handles.store.pending.deadLetters(model)).toEqual([])
  })

  it('drops what the lookups answer, and their marks unless something newer waits', async () => {
    const { first, second, aside } = await refusing()
    await aside(first, 0, 'refused')
    for (const guard of guards) {
      const { stamps, isPending } = await handles.look(guard)
      expect({ stamps, isPending }).toEqual({ stamps: [null], isPending: true })
    }
    await aside(first, 1, null)
    await aside(second, 0, null)
    for (const guard of guards) expect((await handles.look(guard)).isPending).toBe(false)
    expect(await handles.answer(guardOf(byId, 2))).toBe('row 2')
  })

  it('forgets with a settled entry what of it was set aside, and keeps the dead letter', async () => {
    const { first, aside, settle, page, id } = await refusing()
    await aside(first, 0, 'refused')
    await settle()
    expect(await page()).toEqual({ entries: [], isLast: true, blocked: new Map([[row, id]]), aside: new Set() })
    expect(await handles.store.pending.backlog(model)).toMatchObject({ writes: 0 })
    expect(await handles.store.pending.deadLetters(model)).toMatchObject([{ id }])
  })

  it.each([
    ['retried', ['one', 'two', 'three']],
    ['discarded', ['two', 'three']],
  ] as const)('appends what was set aside again, in order: %s', async (fate, writes) => {
    const { first, second, aside, settle, id } = await refusing()
    await aside(first, 0, 'refused: a\nline')
    await aside(first, 1, null)
    await aside(second, 0, null)
    await settle()
    const { store, other, look } = handles
    expect((await store.pending.deadLetters(model))[0]!.failure).toBe('refused: a\nline')
    const answers = await Promise.all(
      [store, other, other].map((one) => one.pending.release(model, { id, row }, fate, releasing)),
    )
    expect([...answers].sort()).toEqual(['absent', 'absent', 'released'])
    expect((await handles.stream()).flat()).toEqual(writes)
    expect(await store.pending.backlog(model)).toMatchObject({ writes: writes.length })
    expect(await store.pending.deadLetters(model)).toEqual([])
    for (const guard of guards) expect(await look(guard)).toMatchObject({ stamps: [null], isPending: true })
    const [entry] = (await store.pending.oldest(partition, 100)).entries
    expect([entry!.life, entry!.id === first.id]).toEqual([first.life, false])
  })

  it('appends nothing when the one that was set aside is discarded', async () => {
    const { first, aside, settle, id, page } = await refusing()
    await aside(first, 0, 'refused')
    await settle()
    expect(await handles.store.pending.release(model, { id, row }, 'discarded', releasing)).toBe('released')
    expect(await page()).toEqual({ entries: [], isLast: true, blocked: new Map(), aside: new Set() })
    expect((await handles.look(guards[0]!)).isPending).toBe(false)
  })

  it('releases nothing while later writes of the row are in the stream', async () => {
    const { first, aside, id } = await refusing()
    await aside(first, 0, 'refused')
    const { store } = handles
    expect(await store.pending.release(model, { id, row }, 'retried', releasing)).toBe('busy')
    expect(await store.pending.deadLetters(model)).toMatchObject([{ id, writes: ['one'] }])
  })

  it('releases nothing while a synchronous write is under way', async () => {
    const { first, aside, settle, id } = await refusing()
    await aside(first, 0, 'refused')
    await settle()
    const { store, other } = handles
    await other.pending.openGate(model, 'writer', retainMs)
    expect(await store.pending.release(model, { id, row }, 'retried', releasing)).toBe('busy')
    await other.pending.closeGate(model, 'writer')
    expect(await store.pending.release(model, { id, row }, 'retried', releasing)).toBe('released')
  })

  it('releases nothing by an id that is not, or not any more, that of the dead letter', async () => {
    const { first, aside, settle, id } = await refusing()
    await aside(first, 0, 'refused')
    await settle()
    const { store } = handles
    expect(await store.pending.release(model, { id: '0:1-1/0', row }, 'retried', releasing)).toBe('absent')
    expect(await store.pending.release(model, { id: id.slice(0, -1), row }, 'retried', releasing)).toBe('absent')
    expect(await store.pending.release('Country', { id, row }, 'retried', { ...releasing, guards: [] })).toBe('absent')
    expect(await store.pending.deadLetters(model)).toMatchObject([{ id }])
  })

  it('appends to the partition that the row has by now', async () => {
    const { first, aside, settle, id } = await refusing()
    await aside(first, 0, 'refused')
    await settle()
    const { store, accept } = handles
    const number = partitionOf(row, 4)
    const elsewhere = (number + 1) % 4
    await accept([acceptRow(3)], { partitions: 4, number: elsewhere })
    expect(await store.pending.release(model, { id, row }, 'retried', releasing)).toBe('released')
    expect([await handles.stream(number), await handles.stream(elsewhere)]).toEqual([[['one']], [['write of 3']]])
  })
}
