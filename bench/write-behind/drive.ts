export interface Driven {
  readonly writes: number
  readonly seconds: number
  /** One per write. */
  readonly latenciesMs: readonly number[]
}

export interface DriveOptions {
  readonly writers: number
  /** The counter to write next; `null` when it is time to stop. */
  readonly next: () => number | null
  readonly write: (id: number) => PromiseLike<unknown>
}

/** Has so many writers write, each one write after the other, until all of them are done. */
export async function drive({ writers, next, write }: DriveOptions): Promise<Driven> {
  const latenciesMs: number[] = []
  const startedMs = performance.now()
  const writer = async () => {
    for (let id = next(); id !== null; id = next()) {
      const sentMs = performance.now()
      await write(id)
      latenciesMs.push(performance.now() - sentMs)
    }
  }
  await Promise.all(Array.from({ length: writers }, writer))
  return { writes: latenciesMs.length, seconds: (performance.now() - startedMs) / 1000, latenciesMs }
}

/** For {@link DriveOptions.next}: ends after so long. */
export function forSeconds(draw: () => number, seconds: number): () => number | null {
  const endMs = performance.now() + seconds * 1000
  return () => (performance.now() < endMs ? draw() : null)
}

/** For {@link DriveOptions.next}: each once. */
export function forEach(ids: readonly number[]): () => number | null {
  let at = 0
  return () => ids[at++] ?? null
}

/** For {@link DriveOptions.next}: ends after so many. */
export function forWrites(draw: () => number, writes: number): () => number | null {
  let left = writes
  return () => (left-- > 0 ? draw() : null)
}
