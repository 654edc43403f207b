import { askForAnswers } from './answers.ts'
import type { Answers } from './results.ts'
import type { Site } from './site.ts'
import type { Way, WayKind } from './way.ts'

/** A way, or the reason why it cannot be opened. */
export interface Opened {
  readonly kind: WayKind
  readonly way: Way | Error
  readonly answers: Answers | null
}

/** A way of ours that cannot be opened ends the benchmark; a peer that cannot is reported. */
export async function openWays(kinds: readonly WayKind[], site: Site): Promise<readonly Opened[]> {
  const opened: Opened[] = []
  for (const [n, kind] of kinds.entries()) opened.push(await openWay(kind, site, n))
  return opened
}

async function openWay(kind: WayKind, site: Site, n: number): Promise<Opened> {
  try {
    const way = await kind.open(site, site.newPrefix())
    return { kind, way, answers: await askForAnswers(way, site, n) }
  } catch (error) {
    if (!kind.isPeer) throw error
    return { kind, way: error instanceof Error ? error : new Error(String(error)), answers: null }
  }
}
