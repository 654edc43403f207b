import { expect, it } from 'vitest'
import type { PendingAnswer } from '../../../../src/core/pending-store.ts'
import { waitUntil } from '../../../services/wait-until.ts'
import type { Handles } from '../pending-contract.ts'
import {
  acceptRow,
  byId,
  bySlug,
  guardOf,
  keyOf,
  model,
  retainMs,
  root,
  settledOf,
  shapes,
  verdicts,
} from './accepting.ts'

/** What may be accepted, and what everybody sees of it from then on. */
export function itAccepts(handles: Handles): void {
  it('accepts a row: it stands in the stream, and every lookup of it answers under a new stamp', async () => {
    const { accept, hold, look, answer, stream, others } = handles
    const held = await hold(guardOf(byId, 1))
    const group = [acceptRow(1, { held, slug: 'a', writes: ['first', 'second'] })]
    expect(await accept(group)).toEqual({ kind: 'accepted', backlog: 2, refused: new Map(), isDurable: true })
    expect(await stream()).toEqual([['first', 'second']])
    for (const { guard, guardFresh } of group[0]!.answers) {
      expect((await others.look(guard)).stamps).toEqual([guardFresh])
      expect(await others.answer(guard)).toBe('row 1')
      expect((await look(guard)).isPending).toBe(true)
      expect(await answer(guard)).toBe('row 1')
    }
  })

  it('invalidates a lookup that is given no answer, and marks it all the same', async () => {
    const { accept, hold, look } = handles
    const held = await hold(guardOf(byId, 1))
    await accept([acceptRow(1, { held, text: null })])
    const { stamps, isPending } = await look(guardOf(byId, 1))
    expect({ stamps, isPending }).toEqual({ stamps: [null], isPending: true })
  })

  it('leaves a row as it is whose held stamp is another by now, and takes the others of the group', async () => {
    const { accept, hold, answer, others, stream } = handles
    const held = await hold(guardOf(byId, 1))
    await others.accept([acceptRow(1, { held, text: 'theirs', writes: ['theirs'] })])
    const group = [acceptRow(1, { held, text: 'ours' }), acceptRow(2, { held: await hold(guardOf(byId, 2)) })]
    const answered = await accept(group)
    expect(verdicts(answered, 2)).toEqual(['changed', 'accepted'])
    expect(answered).toMatchObject({ backlog: 2 })
    expect(await answer(guardOf(byId, 1))).toBe('theirs')
    expect(await answer(guardOf(byId, 2))).toBe('row 2')
    expect(await stream()).toEqual([['theirs'], ['write of 2']])
  })

  it.each([
    ['a lookup that is given its second answer', guardOf(bySlug, 'held')],
    ['a lookup that is given none', guardOf(bySlug, 'left')],
  ])('knows a row by the held stamp of %s', async (_, guard) => {
    const { accept, hold, others, stream } = handles
    const outdated = await hold(guard)
    await others.accept([acceptRow(1, { held: outdated, slug: guard.values.slice(1), writes: ['theirs'] })])
    const held = await hold(guard)
    const rowHeld = (id: number, one: typeof held) => acceptRow(id, { held: one, slug: 'held' })
    expect(verdicts(await accept([rowHeld(1, outdated)]), 1)).toEqual(['changed'])
    expect(verdicts(await accept([rowHeld(1, held), acceptRow(2)]), 2)).toEqual(['accepted', 'accepted'])
    expect(await stream()).toEqual([['theirs'], ['write of 1', 'write of 2']])
  })

  it('accepts a row once, whoever holds the same stamp of it at the same time', async () => {
    const { accept, others, hold, stream } = handles
    const held = await hold(guardOf(byId, 1))
    const rivals = Array.from({ length: 20 }, (_, i) =>
      (i % 2 === 0 ? accept : others.accept)([acceptRow(1, { held, writes: [`${i}`] })]),
    )
    const all = (await Promise.all(rivals)).map((one) => verdicts(one, 1)[0])
    expect(all.filter((one) => one === 'accepted')).toHaveLength(1)
    expect(all.filter((one) => one === 'changed')).toHaveLength(19)
    expect(await stream()).toEqual([[`${all.indexOf('accepted')}`]])
  })

  it.each([
    ['the root', root],
    ['the first shape', shapes[0]!],
    ['the last shape', shapes[1]!],
  ])('accepts nothing when %s of the model is another by now', async (_, tag) => {
    const { store, other, accept, stream } = handles
    const [stamp, ...ofShapes] = await store.obtainStamps([root, ...shapes], retainMs)
    if (tag.kind === 'root') await other.dropRoots([model])
    else await other.touch(model, () => [tag])
    const carried = shapes.map(({ shape }, i) => ({ shape, stamp: ofShapes[i]! }))
    expect(await accept([acceptRow(1)], { root: stamp!, shapes: carried })).toEqual({ kind: 'changed' })
    expect(await stream()).toEqual([])
    expect(verdicts(await accept([acceptRow(1)]), 1)).toEqual(['accepted'])
  })

  it('takes no new row of which a lookup is pending', async () => {
    const { accept, stream } = handles
    await accept([acceptRow(1, { isNew: true, slug: 'a' })])
    expect(verdicts(await accept([acceptRow(2, { isNew: true, slug: 'a' })]), 1)).toEqual(['taken'])
    expect(verdicts(await accept([acceptRow(1, { isNew: true, slug: 'b' })]), 1)).toEqual(['taken'])
    expect(verdicts(await accept([acceptRow(2, { isNew: true, slug: 'b' })]), 1)).toEqual(['accepted'])
    expect(await stream()).toEqual([['write of 1'], ['write of 2']])
  })

  it('gives no row a key of which another one has a pending lookup, now or before; its own keys are its own', async () => {
    const { accept, hold } = handles
    await accept([acceptRow(1, { isNew: true, slug: 'a' })])
    const taking = async (slug: string) => {
      const [byItsId, bySlugNow] = acceptRow(2, { slug }).answers as [PendingAnswer, PendingAnswer]
      const answers = [byItsId, { ...bySlugNow, isNew: true }]
      return verdicts(await accept([{ ...acceptRow(2, { held: await hold(guardOf(byId, 2)) }), answers }]), 1)
    }
    expect(await taking('a')).toEqual(['taken'])
    expect(await taking('b')).toEqual(['accepted'])
    expect(await taking('c')).toEqual(['accepted'])
    expect(await taking('b')).toEqual(['taken'])
  })

  it('takes no new row for which a row is stored, unless under an earlier stamp, or under the held one', async () => {
    const { store, accept, hold } = handles
    const guard = guardOf(bySlug, 'a')
    const held = await hold(guard)
    await store.fill(keyOf(guard), `${held.stamp} a row`, retainMs)
    expect(verdicts(await accept([acceptRow(1, { isNew: true, slug: 'a' })]), 1)).toEqual(['taken'])
    await store.touch(model, () => [guard])
    await hold(guard)
    expect(verdicts(await accept([acceptRow(1, { isNew: true, slug: 'a' })]), 1)).toEqual(['accepted'])

    const none = await hold(guardOf(byId, 2))
    await store.fill(keyOf(none.guard), `${none.stamp} nothing`, retainMs)
    expect(verdicts(await accept([acceptRow(2, { isNew: true, held: none })]), 1)).toEqual(['accepted'])
  })

  it('takes a new row where the entry says that there is none', async () => {
    const { store, accept, hold } = handles
    const { guard, stamp } = await hold(guardOf(byId, 1))
    await store.fill(keyOf(guard), `${stamp}\nnone`, retainMs)
    expect(verdicts(await accept([acceptRow(1, { isNew: true })]), 1)).toEqual(['accepted'])
  })

  it.each(['taken', 'changed'] as const)('takes a group that is whole or not at all: one row is %s', async (why) => {
    const { accept, hold, others, answer, stream } = handles
    const held = await hold(guardOf(byId, 2))
    await others.accept([acceptRow(2, { held, writes: ['theirs'] })])
    const second = why === 'taken' ? acceptRow(2, { isNew: true }) : acceptRow(2, { held })
    const group = [acceptRow(1, { isNew: true }), second, acceptRow(3, { isNew: true })]
    const answered = await accept(group, { isWhole: true })
    expect(verdicts(answered, 3)).toEqual(['changed', why, 'changed'])
    expect(answered).toMatchObject({ backlog: 1 })
    expect([await answer(guardOf(byId, 1)), await stream()]).toEqual([null, [['theirs']]])
    expect((await handles.look(guardOf(byId, 1))).isPending).toBe(false)
  })

  it('takes a thousand rows that are whole in one step', async () => {
    const { accept, stream } = handles
    const rows = Array.from({ length: 1000 }, (_, i) => acceptRow(i, { isNew: true, slug: `${i}` }))
    expect(await accept(rows, { isWhole: true, backlogMax: 10_000 })).toMatchObject({ kind: 'accepted', backlog: 1000 })
    expect((await stream()).flat()).toHaveLength(1000)
  })

  it('keeps the order of acceptance in a partition', async () => {
    const { accept, others, stream } = handles
    for (let i = 0; i < 10; i += 1) await (i % 2 ? others.accept : accept)([acceptRow(1, { writes: [`${i}`] })])
    expect((await stream()).flat()).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`))
  })

  it('accepts nothing while a gate is open, and again when the last one is closed', async () => {
    const { store, other, accept, stream } = handles
    await other.pending.openGate(model, 'one', retainMs)
    await store.pending.openGate(model, 'two', retainMs)
    await other.pending.openGate(model, 'two', retainMs)
    expect(await accept([acceptRow(1)])).toEqual({ kind: 'gated', gates: ['one', 'two'] })
    await other.pending.closeGate(model, 'one')
    expect(await accept([acceptRow(1)])).toEqual({ kind: 'gated', gates: ['two'] })
    await other.pending.closeGate(model, 'two')
    expect(verdicts(await accept([acceptRow(1)]), 1)).toEqual(['accepted'])
    expect(await stream()).toEqual([['write of 1']])
  })

  it('drops the root once when a gate has expired: its writer died, perhaps after its commit', async () => {
    const { store, other, accept } = handles
    const [stamp] = await store.obtainStamps([root], retainMs)
    await other.pending.openGate(model, 'dead', 20)
    await waitUntil(async () => (await accept([acceptRow(1)])).kind === 'changed', { what: 'the gate to expire' })
    const [next] = await store.obtainStamps([root], retainMs)
    expect(next).not.toBe(stamp)
    expect(verdicts(await accept([acceptRow(1)]), 1)).toEqual(['accepted'])
    expect(await store.stamps([root])).toEqual([next])
  })

  it('drops it too when another gate was opened and closed since', async () => {
    const { store, accept } = handles
    const [stamp] = await store.obtainStamps([root], retainMs)
    await store.pending.openGate(model, 'dead', 1)
    await waitUntil(
      async () => {
        await store.pending.openGate(model, 'living', retainMs)
        await store.pending.closeGate(model, 'living')
        const answered = await accept([acceptRow(1)])
        expect(answered.kind).not.toBe('accepted')
        return answered.kind === 'changed'
      },
      { what: 'the gate to expire' },
    )
    expect(await store.stamps([root])).not.toEqual([stamp])
  })

  it('takes no more when as many wait as may, and goes on when some are settled', async () => {
    const { store, accept, stream } = handles
    const of = (id: number, writes: readonly string[]) => accept([acceptRow(id, { writes })], { backlogMax: 3 })
    expect(await of(1, ['a', 'b'])).toMatchObject({ kind: 'accepted', backlog: 2 })
    expect(await of(2, ['c', 'd'])).toMatchObject({ kind: 'accepted', backlog: 4 })
    expect(await of(3, ['e'])).toEqual({ kind: 'full' })
    const [entry] = (await store.pending.oldest({ model, number: 0 }, 1)).entries
    await store.pending.settle({ model, number: 0 }, [settledOf(entry!, [guardOf(byId, 1)])])
    expect(await of(3, ['e'])).toMatchObject({ kind: 'accepted', backlog: 3 })
    expect(await stream()).toEqual([['c', 'd'], ['e']])
  })

  it('keeps the number of partitions until nothing waits', async () => {
    const { store, accept, stream } = handles
    await accept([acceptRow(1)], { partitions: 3, number: 2 })
    expect(await accept([acceptRow(2)], { partitions: 4 })).toEqual({ kind: 'partitioned', partitions: 3 })
    const [entry] = (await store.pending.oldest({ model, number: 2 }, 1)).entries
    await store.pending.settle({ model, number: 2 }, [settledOf(entry!, [guardOf(byId, 1)])])
    expect(await accept([acceptRow(2)], { partitions: 4, number: 3 })).toMatchObject({ kind: 'accepted', backlog: 1 })
    expect([await stream(2), await stream(3)]).toEqual([[], [['write of 2']]])
  })

  it('keeps models apart', async () => {
    const { store, accept } = handles
    await accept([acceptRow(1)])
    expect(await store.pending.backlog('Country')).toEqual({ writes: 0, partitions: 1, latest: [] })
    expect(await store.pending.deadLetters('Country')).toEqual([])
  })
}
