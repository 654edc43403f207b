import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { waitUntil } from '../../services/wait-until.ts'
import { describeStores } from '../cached-client.ts'
import { behind, city, flushed, openSeats, reasons } from './seats.ts'

const rows = 10
const addTo = (id: number) => ({ where: { id }, data: { views: { increment: 1 } } })

describeStores('write-behind, under writes that do not stop', (makeStoreConfig) => {
  const open = async () => {
    const { one, two } = await openSeats({ ...makeStoreConfig(), models: { City: behind } })
    for (let id = 2; id <= rows; id += 1) await one.prisma.city.create({ data: city(id) })
    await flushed(one)
    reasons(one)
    return { one, two }
  }
  type Seat = Awaited<ReturnType<typeof open>>['one']

  /** Callers who write one after the other; resolves to how many writes there were. */
  const load = async (seats: readonly Seat[], { callers, writes }: { callers: number; writes: number }) => {
    const call = async (caller: number) => {
      const { prisma } = seats[caller % seats.length]!
      for (let i = 0; i < writes; i += 1) {
        await prisma.city.update(addTo(1 + ((caller + i) % rows)))
        await turn()
      }
    }
    await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))
    return callers * writes
  }

  it.each<[string, (seat: Seat) => PromiseLike<unknown>]>([
    [
      'a synchronous write',
      ({ prisma }) => prisma.city.updateMany({ where: { id: 1 }, data: { views: { increment: 1 } } }),
    ],
    ['a write of no row', ({ prisma }) => prisma.city.update(addTo(1000)).catch(() => {})],
  ])('%s makes no others synchronous, once it is over', async (_what, write) => {
    const { one } = await open()
    const loading = load([one], { callers: 40, writes: 15 })
    const isUnderWay = () => one.events.filter(({ kind }) => kind === 'accepted').length >= 3
    await waitUntil(isUnderWay, { what: 'writes to be accepted', pollMs: 1 })
    await write(one)
    const writes = await loading
    await flushed(one)
    const { _sum } = await one.base.city.aggregate({ _sum: { views: true } })
    expect(_sum.views).toBeGreaterThanOrEqual(writes)
    expect(reasons(one).length).toBeLessThan(writes / 4)
  })

  it('writers of the same row get there in turn', async () => {
    const { one, two } = await open()
    const call = async ({ prisma }: Seat) => {
      for (let i = 0; i < 15; i += 1) await prisma.city.update(addTo(1))
    }
    await Promise.all([one, two].flatMap((seat) => Array.from({ length: 8 }, () => call(seat))))
    await flushed(one)
    expect((await one.base.city.findUnique({ where: { id: 1 } }))?.views).toBe(2 * 8 * 15)
    expect(reasons(one).length + reasons(two).length).toBeLessThan((2 * 8 * 15) / 4)
  })
})
