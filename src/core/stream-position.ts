/** Where a write stands among those of its stream: the id of the stream's entry, and the place of the write in it. */
export interface Position {
  /** `1764040000000-0`: milliseconds and a number, as Redis makes them. */
  readonly entry: string
  /** From 0. */
  readonly index: number
}

/** `1764040000000-0/3`. */
export function positionText({ entry, index }: Position): string {
  return `${entry}/${index}`
}

export function parsePosition(text: string): Position {
  const slash = text.lastIndexOf('/')
  return { entry: text.slice(0, slash), index: Number(text.slice(slash + 1)) }
}

/** Negative when `a` comes before `b`. */
export function comparePositions(a: Position, b: Position): number {
  return compareEntries(a.entry, b.entry) || a.index - b.index
}

/** The same of the ids of entries. */
export function compareEntries(a: string, b: string): number {
  const [aMs = 0, aCount = 0] = a.split('-').map(Number)
  const [bMs = 0, bCount = 0] = b.split('-').map(Number)
  return aMs - bMs || aCount - bCount
}
