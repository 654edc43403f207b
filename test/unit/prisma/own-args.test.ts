import { skip } from '@prisma/client/runtime/client'
import { describe, expect, it } from 'vitest'
import { Prisma } from '../../../prisma/generated/client.ts'
import { ownArgs } from '../../../src/prisma/own-args.ts'

describe('arguments of our own', () => {
  it('are equal, and nothing of them can be changed from outside', () => {
    const args = {
      where: { id: { in: [1, 2] }, at: new Date(0), bytes: Uint8Array.of(1), price: new Prisma.Decimal('1.50'), n: 3n },
      nothing: undefined,
      none: null,
    }
    const own = ownArgs(args)
    expect(own).toStrictEqual(structuredCloneOf(args))
    args.where.id.in.push(3)
    args.where.at.setTime(1)
    args.where.bytes.fill(2)
    Object.assign(args.where.price, { s: -1 })
    expect(own).toStrictEqual({
      where: { id: { in: [1, 2] }, at: new Date(0), bytes: Uint8Array.of(1), price: new Prisma.Decimal('1.50'), n: 3n },
      nothing: undefined,
      none: null,
    })
  })

  it('have bytes of their own', () => {
    const bytes = Buffer.from('aa')
    const own = ownArgs({ where: { bytes } })
    bytes.fill('b')
    expect(own).toEqual({ where: { bytes: Buffer.from('aa') } })
  })

  it('have the items of a list by their places, whatever its iterator says', () => {
    const list = Object.assign(['a'], { *[Symbol.iterator]() {} })
    expect(ownArgs({ in: list })).toStrictEqual({ in: ['a'] })
  })

  it('keep what Prisma names, and what is no object', () => {
    const refresh = () => {}
    const args = { data: { json: Prisma.DbNull, other: Prisma.JsonNull, skipped: skip }, refresh }
    expect(ownArgs(args)).toEqual(args)
    expect((ownArgs(args) as typeof args).data.json).toBe(Prisma.DbNull)
  })

  it('have no holes, as Prisma fills them', () => {
    // biome-ignore lint/suspicious/noSparseArray: that is what it is about.
    expect(ownArgs({ in: [, 1] })).toStrictEqual({ in: [undefined, 1] })
  })

  it.each([
    ['an instance of a class', new (class Where {})()],
    ['a map', new Map()],
    ['what calls itself something else', { [Symbol.toStringTag]: 'Date' }],
    ['an own __proto__', JSON.parse('{"__proto__":{"take":1}}')],
  ])('are not made of %s', (_, value) => {
    expect(ownArgs({ where: value })).toBeNull()
  })

  it('do not end for a cycle, nor do those of Prisma', () => {
    const args: Record<string, unknown> = {}
    args.where = args
    expect(() => ownArgs(args)).toThrow(RangeError)
  })
})

/** `structuredClone` knows no decimals. */
function structuredCloneOf({ where, ...rest }: { where: { price: unknown } & object; nothing: undefined; none: null }) {
  const { price, ...others } = where
  return { where: { ...structuredClone(others), price }, ...rest }
}
