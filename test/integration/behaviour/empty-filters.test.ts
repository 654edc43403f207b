import { describe, it } from 'vitest'
import { type Read, storeKinds, useBench } from './bench.ts'
import { expectSame } from './same.ts'

/** Filters that hold lists without anything in them: some allow no row, and Prisma leaves some out. Of any model, as far as types go. */
const filters = Object.entries({
  'OR: []': { OR: [] },
  'OR: [] among others': { published: true, OR: [] },
  'AND: []': { AND: [] },
  'NOT: []': { NOT: [] },
  'OR: [] in AND': { AND: [{ published: true }, { OR: [] }] },
  'OR: [] alone in AND': { AND: [{ OR: [] }] },
  'OR: [] in AND that is no list': { AND: { OR: [] } },
  'OR: [] in AND in OR': { OR: [{ AND: [{ OR: [] }] }] },
  'OR: [] in NOT': { NOT: { OR: [] } },
  'OR: [] in AND in NOT': { NOT: [{ AND: [{ OR: [] }] }] },
  'OR: [{}]': { OR: [{}] },
  'OR: [{ AND: [] }]': { OR: [{ AND: [] }] },
  'undefined in OR': { OR: [{ id: undefined }] },
  'in: []': { id: { in: [] } },
  'in: [] in AND': { AND: [{ id: { in: [] } }] },
  'notIn: []': { id: { notIn: [] } },
  'OR: [] in AND of a relation': { author: { AND: [{ OR: [] }] } },
}) as [string, never][]

describe.each(storeKinds)('filters without anything in them (%s)', (kind) => {
  const bench = useBench(kind)
  const all: Read = (client) => client.post.findMany({ orderBy: { id: 'asc' } })

  const seenAfter = async (what: string, write: Read, reads: readonly Read[]) => {
    for (const read of reads) for (const seat of bench.seats) await read(seat.prisma)
    // Some find no row, and some are none that writes of relations take.
    await Promise.resolve(write(bench.writer)).catch(() => {})
    for (const read of reads)
      for (const seat of bench.seats) expectSame(await read(seat.prisma), await read(bench.plain), what)
  }

  it.each(filters)('R24: what %s finds is found after writes', async (what, where) => {
    const reads: Read[] = [
      (client) => client.post.findMany({ where, orderBy: { id: 'asc' } }),
      (client) => client.post.count({ where }),
      (client) => client.user.findMany({ where: { posts: { some: where } }, orderBy: { id: 'asc' } }),
      (client) =>
        client.user.findMany({ include: { posts: { where, orderBy: { id: 'asc' } } }, orderBy: { id: 'asc' } }),
    ]
    await seenAfter(what, (client) => client.post.update({ where: { id: 1 }, data: { title: 'new' } }), reads)
    await seenAfter(what, (client) => client.post.update({ where: { id: 2 }, data: { published: true } }), reads)
    await seenAfter(what, (client) => client.post.delete({ where: { id: 1 } }), reads)
    await seenAfter(what, (client) => client.post.deleteMany(), reads)
  })

  it.each(filters)('R24: what %s changes is seen', async (what, where) => {
    const writes: Read[] = [
      (client) => client.post.updateMany({ where, data: { title: 'new' } }),
      (client) => client.post.updateManyAndReturn({ where, data: { title: 'newer' } }),
      (client) => client.post.update({ where: { id: 1, AND: [where] }, data: { title: 'newest' } }),
      (client) =>
        client.user.update({ where: { id: 1 }, data: { posts: { updateMany: { where, data: { title: 'n' } } } } }),
      (client) => client.user.update({ where: { id: 1 }, data: { posts: { deleteMany: where } } }),
      (client) => client.post.deleteMany({ where }),
    ]
    for (const write of writes) await seenAfter(what, write, [all])
  })
})
