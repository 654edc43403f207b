import { expect, it } from 'vitest'
import type { PendingEntry, PendingNews } from '../../../../src/core/pending-store.ts'
import { TagList } from '../../../../src/core/tag-list.ts'
import { waitUntil } from '../../../services/wait-until.ts'
import type { Handles } from '../pending-contract.ts'
import { acceptRow, byId, bySlug, guardOf, keyOf, model, retainMs, settledOf } from './accepting.ts'

const partition = { model, number: 0 }

/** What waits, who brings it to the database, and what becomes of it then. */
export function itSettles(handles: Handles): void {
  const oldest = async (writes = 1000) => (await handles.store.pending.oldest(partition, writes)).entries
  const settledRows = (entry: PendingEntry, ...ids: readonly number[]) =>
    settledOf(
      entry,
      ids.map((id) => guardOf(byId, id)),
    )

  it('tells how many writes wait, and the latest entry of each partition that has any', async () => {
    const { store, other, accept } = handles
    expect(await other.pending.backlog(model)).toEqual({ writes: 0, partitions: 1, latest: [] })
    await accept([acceptRow(1, { writes: ['a', 'b'] })], { partitions: 3 })
    await accept([acceptRow(2)], { partitions: 3, number: 2 })
    await accept([acceptRow(3)], { partitions: 3, number: 2 })
    const last = async (number: number) => (await store.pending.oldest({ model, number }, 100)).entries.at(-1)!.id
    const latest = [
      { number: 0, entry: await last(0) },
      { number: 2, entry: await last(2) },
    ]
    expect(await other.pending.backlog(model)).toEqual({ writes: 4, partitions: 3, latest })
  })

  it('returns no more of the oldest writes than asked for, but an entry in any case', async () => {
    const { accept } = handles
    for (const writes of [['a', 'b', 'c'], ['d'], ['e', 'f'], ['g']]) await accept([acceptRow(1, { writes })])
    const asked = async (count: number) => (await oldest(count)).map(({ writes }) => writes.join(''))
    expect(await asked(1)).toEqual(['abc'])
    expect(await asked(3)).toEqual(['abc'])
    expect(await asked(4)).toEqual(['abc', 'd'])
    expect(await asked(5)).toEqual(['abc', 'd'])
    expect(await asked(6)).toEqual(['abc', 'd', 'ef'])
    expect(await asked(99)).toEqual(['abc', 'd', 'ef', 'g'])
  })

  it('goes on after an entry that was read', async () => {
    const { other, accept } = handles
    for (let i = 0; i < 40; i += 1) await accept([acceptRow(i, { writes: [`${i}`] })])
    const read: string[] = []
    let after: string | null = null
    for (;;) {
      const { entries } = await other.pending.oldest(partition, 7, after)
      if (entries.length === 0) break
      read.push(...entries.flatMap(({ writes }) => writes))
      after = entries.at(-1)!.id
    }
    expect(read).toEqual(Array.from({ length: 40 }, (_, i) => `${i}`))
  })

  it('gives the entries of one life of the server one name, and ids that grow', async () => {
    const { accept, others } = handles
    for (let i = 0; i < 4; i += 1) await (i % 2 ? others.accept : accept)([acceptRow(i)])
    const entries = await oldest()
    expect(new Set(entries.map(({ life }) => life)).size).toBe(1)
    expect(entries[0]!.life).not.toBe('')
    const places = entries.map(({ id }) => id.split('-').map(Number) as [number, number])
    expect([...places].sort((a, b) => a[0] - b[0] || a[1] - b[1])).toEqual(places)
    expect(new Set(entries.map(({ id }) => id)).size).toBe(4)
  })

  it('removes what is settled with its marks, and leaves what the lookups answer', async () => {
    const { other, accept, look, answer } = handles
    await accept([acceptRow(1, { slug: 'a', isNew: true })])
    const [entry] = await oldest()
    await other.pending.settle(partition, [settledOf(entry!, [guardOf(byId, 1), guardOf(bySlug, 'a')])])
    expect(await oldest()).toEqual([])
    expect(await other.pending.backlog(model)).toMatchObject({ writes: 0, latest: [] })
    for (const guard of [guardOf(byId, 1), guardOf(bySlug, 'a')]) {
      expect((await look(guard)).isPending).toBe(false)
      expect(await answer(guard)).toBe('row 1')
    }
  })

  it('counts what is settled once, whoever says it how often at the same time', async () => {
    const { store, other, accept } = handles
    await accept([acceptRow(1)])
    await accept([acceptRow(2, { writes: ['a', 'b'] })])
    await accept([acceptRow(3)])
    const [first, second] = await oldest()
    const settled = [settledRows(first!, 1), settledRows(second!, 2)]
    await Promise.all([
      store.pending.settle(partition, settled),
      other.pending.settle(partition, settled),
      other.pending.settle(partition, settled),
    ])
    expect(await store.pending.backlog(model)).toMatchObject({ writes: 1 })
    expect((await oldest()).flatMap(({ writes }) => writes)).toEqual(['write of 3'])
  })

  it('keeps the mark of a row that something newer waits for', async () => {
    const { store, accept, look } = handles
    await accept([acceptRow(1)])
    await accept([acceptRow(1), acceptRow(2)])
    const [first, second] = await oldest()
    await store.pending.settle(partition, [settledRows(first!, 1)])
    expect((await look(guardOf(byId, 1))).isPending).toBe(true)
    await store.pending.settle(partition, [settledRows(second!, 1, 2)])
    expect((await look(guardOf(byId, 1))).isPending).toBe(false)
    expect((await look(guardOf(byId, 2))).isPending).toBe(false)
  })

  it('drops what the lookups answer of an entry that is not there: it was made without it', async () => {
    const { store, accept, answer } = handles
    await accept([acceptRow(1), acceptRow(2)])
    const [entry] = await oldest()
    await store.pending.settle(partition, [{ ...settledRows(entry!, 1), id: '1-1' }])
    expect(await answer(guardOf(byId, 1))).toBeNull()
    expect(await answer(guardOf(byId, 2))).toBe('row 2')
    expect(await store.pending.backlog(model)).toMatchObject({ writes: 2 })
  })

  it('leaves an entry of another life of the server that has the same id', async () => {
    const { store, accept, answer } = handles
    await accept([acceptRow(1)])
    const [entry] = await oldest()
    await store.pending.settle(partition, [{ ...settledRows(entry!, 1), life: 'another' }])
    expect(await oldest()).toEqual([entry])
    expect(await store.pending.backlog(model)).toMatchObject({ writes: 1 })
    expect(await answer(guardOf(byId, 1))).toBeNull()
  })

  it('shows a lookup whether its row, or any of some models, has writes that wait', async () => {
    const { store, others } = handles
    const watches = [{ row: guardOf(byId, 1) }, { row: guardOf(byId, 2) }, { models: [model] }, { models: ['Country'] }]
    const seen = async () => {
      const looked = watches.map((watch) =>
        store.lookup(keyOf(guardOf(byId, 1)), new TagList([guardOf(byId, 1)]), { watch }),
      )
      return (await Promise.all(looked)).map(({ isPending }) => isPending)
    }
    expect(await seen()).toEqual([false, false, false, false])
    await others.accept([acceptRow(1)])
    expect(await seen()).toEqual([true, false, true, false])
    const both = await store.lookup(keyOf(guardOf(byId, 1)), new TagList([]), { watch: { models: ['Country', model] } })
    expect(both.isPending).toBe(true)
    const [entry] = await oldest()
    await store.pending.settle(partition, [settledRows(entry!, 1)])
    expect(await seen()).toEqual([false, false, false, false])
  })

  it('gives the lead of a partition to one, who prolongs it and gives it back', async () => {
    const { store, other } = handles
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((token, i) => (i === 1 ? other : store).pending.lead(partition, token, retainMs)),
    )
    expect(answers.filter(Boolean)).toHaveLength(1)
    const token = ['a', 'b', 'c'][answers.indexOf(true)]!
    expect(await other.pending.lead(partition, token, retainMs)).toBe(true)
    expect(await other.pending.lead({ model, number: 1 }, 'next', retainMs)).toBe(true)
    await other.pending.resign(partition, 'next')
    expect(await other.pending.lead(partition, 'next', retainMs)).toBe(false)
    await store.pending.resign(partition, token)
    expect(await other.pending.lead(partition, 'next', retainMs)).toBe(true)
  })

  it('lets another take a lead that was not prolonged, and not the old one prolong it', async () => {
    const { store, other } = handles
    await store.pending.lead(partition, 'dead', 30)
    await waitUntil(() => other.pending.lead(partition, 'next', retainMs), { what: 'the lead to expire' })
    expect(await store.pending.lead(partition, 'dead', retainMs)).toBe(false)
    await store.pending.resign(partition, 'dead')
    expect(await store.pending.lead(partition, 'dead', retainMs)).toBe(false)
  })

  it('tells every handle of nudges and settlings of the model, until it listens no more', async () => {
    const { store, other, accept } = handles
    const heard: PendingNews[] = []
    const unrelated: PendingNews[] = []
    const stop = other.pending.listen(model, (news) => heard.push(news))
    const stopUnrelated = other.pending.listen('Country', (news) => unrelated.push(news))
    // It may take a moment until a subscription is there.
    await waitUntil(
      async () => {
        await store.pending.nudge(model)
        return heard.some(({ kind }) => kind === 'nudged')
      },
      { what: 'a nudge to be heard' },
    )
    await accept([acceptRow(1)])
    const [entry] = await oldest()
    await store.pending.settle(partition, [settledRows(entry!, 1)])
    await waitUntil(() => heard.some(({ kind }) => kind === 'settled'), { what: 'a settling to be heard' })
    expect(heard.filter((news) => news.kind === 'settled')).toEqual([
      { kind: 'settled', number: partition.number, entry: entry!.id },
    ])
    stop()
    stopUnrelated()
    const count = heard.length
    const again: PendingNews[] = []
    const stopAgain = other.pending.listen(model, (news) => again.push(news))
    await waitUntil(
      async () => {
        await store.pending.nudge(model)
        return again.length > 0
      },
      { what: 'a nudge to be heard by another listener' },
    )
    stopAgain()
    expect([heard.length, unrelated]).toEqual([count, []])
  })
}
