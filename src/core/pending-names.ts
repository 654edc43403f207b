import { hash } from 'node:crypto'
import { type Position, parsePosition, positionText } from './stream-position.ts'
import type { ValuesTag } from './tags.ts'

/** Names a lookup, and the row whose id it asks for, without showing values. The same in every release of the schema. */
export function nameOf({ shape, values }: Pick<ValuesTag, 'shape' | 'values'>): string {
  // 128 bits and more: values come from strangers, who must not be able to make two of them collide.
  return hash('sha256', `${shape}\n${values}`, 'base64url').slice(0, nameLength)
}

/** 132 bits. */
const nameLength = 22

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
