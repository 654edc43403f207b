import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { type Position, parsePosition, positionText } from './stream-position.ts'
import type { ValuesTag } from './tags.ts'

/** Names a lookup, and the row whose id it asks for, without showing values. The same in every release of the schema. */
export function nameOf(tag: Pick<ValuesTag, 'shape' | 'values'>): string {
  let name = namesOfTags.get(tag)
  if (name === undefined) {
    name = nameOfText(`${tag.shape}\n${tag.values}`)
    namesOfTags.set(tag, name)
  }
  return name
}

function nameOfText(text: string): string {
  let name = names.get(text)
  if (name === undefined) {
    // 128 bits and more: values come from strangers, who must not be able to make two of them collide.
    name = hash('sha256', text, 'base64url').slice(0, nameLength)
    names.set(text, name)
  }
  return name
}

/** 132 bits. */
const nameLength = 22

/** The same rows are asked for and written again and again, often by the same plan. */
const namesOfTags = new WeakMap<object, string>()
const names = new LRUCache<string, string>({ max: 20_000 })

/** The partition of a row, by its {@link nameOf}. */
export function partitionOf(row: string, partitions: number): number {
  return Number.parseInt(Buffer.from(row.slice(0, 8), 'base64url').toString('hex').slice(0, 8), 16) % partitions
}

/** Names one write of a partition, whose number comes first: `0:1764040000000-0/3`. */
export function asideId({ number }: { readonly number: number }, position: Position): string {
  return `${number}:${positionText(position)}`
}

/** Where the write stands that an {@link asideId} names. */
export function positionOfAside(id: string): Position {
  return parsePosition(id.slice(id.indexOf(':') + 1))
}
