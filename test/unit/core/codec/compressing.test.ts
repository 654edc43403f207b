import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { compressing } from '../../../../src/core/codec/compressing.ts'
import type { ResultCodec } from '../../../../src/core/codec.ts'

/** Writes texts as they are, and is told whose rows they are. */
const seen: (string | null)[] = []
const asIs: ResultCodec = {
  name: 'as-is',
  encode: (value, model) => {
    seen.push(model)
    return String(value)
  },
  decode: (text, model) => {
    seen.push(model)
    return text
  },
  parse: (text, model) => ({ value: text, again: () => (model === 'City' ? text : null), bytes: text.length }),
}
const codec = compressing(asIs, 100)
const long = 'grün '.repeat(200)

it.each([
  ['a long text', long],
  ['a text as long as it takes', 'x'.repeat(100)],
  ['a shorter one', 'x'.repeat(99)],
  ['nothing', ''],
  ['a text that begins like something compressed', `\u0000${'x'.repeat(300)}`],
  ['a short text that begins like something compressed', '\u0000abc'],
  ['a text that begins like that', '\u0000=abc'],
  ['what compresses badly', randomBytes(500).toString('base64')],
])('brings back %s', (_, text) => {
  expect(codec.decode(codec.encode(text, 'City'), 'City')).toBe(text)
  const parsed = codec.parse!(codec.encode(text, 'City'), 'City')
  expect([parsed.value, parsed.again!(), parsed.bytes]).toEqual([text, text, text.length])
})

it('compresses texts that are long enough, where that makes them shorter', () => {
  expect(codec.encode(long, null).length).toBeLessThan(long.length / 10)
  expect(codec.encode('x'.repeat(100), null).length).toBeLessThan(100)
  expect(codec.encode('x'.repeat(99), null)).toBe('x'.repeat(99))
  const random = randomBytes(500).toString('base64')
  expect(codec.encode(random, null)).toBe(random)
})

it('reads what others compressed, where it compresses nothing', () => {
  const other = compressing(asIs, Number.POSITIVE_INFINITY)
  expect(other.encode(long, null)).toBe(long)
  expect(other.decode(codec.encode(long, null), null)).toBe(long)
})

it('passes on whose rows they are', () => {
  seen.length = 0
  codec.decode(codec.encode(long, 'City'), 'City')
  expect(seen).toEqual(['City', 'City'])
})

it.each([
  ['no base64', '\u0000***'],
  ['nothing', '\u0000'],
  ['no such format', `\u0000${Buffer.from('nonsense').toString('base64')}`],
  ['cut off', codec.encode(long, null).slice(0, 12)],
])('refuses what is damaged: %s', (_, text) => {
  expect(() => codec.decode(text, null)).toThrow(expect.objectContaining({ code: 'CODEC.UNDECODABLE' }))
})
