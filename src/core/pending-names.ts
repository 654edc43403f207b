import { type Position, parsePosition, positionText } from './stream-position.ts'

/** The partition of a row, by its name. */
export function partitionOf(row: string, partitions: number): number {
  if (partitions === 1) return 0
  return Number.parseInt(Buffer.from(row.slice(0, 8), 'base64url').toString('hex').slice(0, 8), 16) % partitions
}

/** Names one write of a partition, whose number comes first: `0:1764040000000-0/3`. */
export function asideId({ number }: { readonly number: number }, position: Position): string {
  return `${number}:${positionText(position)}`
}

/** The number of the partition of an {@link asideId}. */
export function partitionOfAside(id: string): number {
  return Number(id.slice(0, id.indexOf(':')))
}

/** Where the write stands that an {@link asideId} names. */
export function positionOfAside(id: string): Position {
  return parsePosition(id.slice(id.indexOf(':') + 1))
}
