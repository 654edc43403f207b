import { expect, it } from 'vitest'
import { plainView } from '../../../src/analysis/reads/rows.ts'
import type { ReadCall } from '../../../src/prisma/read-call.ts'
import { createReadMemo } from '../../../src/prisma/read-memo.ts'
import { type ShapedRead, shapeRead } from '../../../src/prisma/read-shapes.ts'
import type { Runtime } from '../../../src/prisma/runtime.ts'
import { createShapeLimits } from '../../../src/strategies/shape-limits.ts'
import { blog } from '../analysis/schemas.ts'

const limits = createShapeLimits({ clock: { nowMs: () => 0 } })

function setup() {
  const readMemo = createReadMemo(limits, { keepUndefined: false, random: () => 0 })
  const runtime = { dataModel: blog, readMemo, limits, fingerprint: 'f', knownViews: new Set() } as unknown as Runtime
  return (args: unknown, differing: Partial<ReadCall> = {}): ShapedRead => {
    const call: ReadCall = {
      ...{ model: 'User', operation: 'findMany', args, dataPath: [], mayLoadOtherwise: true, strategy: null },
      ...{ clientFingerprint: 'plain', clientView: plainView },
      ...differing,
    }
    const shaped = shapeRead(call, runtime)
    if ('reason' in shaped) throw new Error(shaped.reason)
    return shaped
  }
}

it('analyses reads once that differ only in the values they ask for', () => {
  const shape = setup()
  const first = shape({ where: { orgId: 1, name: 'x' }, include: { posts: true } })
  const second = shape({ where: { name: 'y', orgId: 2 }, include: { posts: true } })
  expect(second.shape).toBe(first.shape)
  expect([first.pins, second.pins]).toEqual([
    ['x', '1'],
    ['y', '2'],
  ])
})

it('finds the same in every process, whatever the order of the keys there', () => {
  const where = { name: 'x', AND: [{ name: { equals: 'y' } }] }
  const turned = { AND: where.AND, name: where.name }
  const include = { posts: { where: { title: 't', id: 1 } }, org: true }
  const [one, other] = [
    setup()({ where, include }),
    setup()({ include: { org: true, posts: include.posts }, where: turned }),
  ]
  expect(other.pins).toEqual(one.pins)
  expect(JSON.stringify(other.shape.read)).toBe(JSON.stringify(one.shape.read))
})

it.each<[unknown, Partial<ReadCall>?]>([
  [{ where: { id: 1 } }],
  [{ where: { orgId: null } }],
  [{ where: { orgId: { equals: 1 } } }],
  [{ where: { orgId: 1 }, take: 5 }],
  [{ where: { orgId: 1 } }, { operation: 'findFirst' }],
  [{ where: { orgId: 1 } }, { clientFingerprint: 'omits' }],
  [{ where: { orgId: 1 } }, { model: 'Post', args: {} }],
  [{ where: { orgId: 1 } }, { dataPath: ['select', 'posts'] }],
])('but not %j, %j', (args, differing) => {
  const shape = setup()
  const first = shape({ where: { orgId: 1 } })
  expect(shape(args, differing).shape).not.toBe(first.shape)
})
