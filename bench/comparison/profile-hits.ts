import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { takeTurns } from './measure.ts'
import { wayNames } from './names.ts'
import { profile } from './profile.ts'
import { findUnique } from './query.ts'
import { describeProcessor } from './results.ts'
import type { Site } from './site.ts'
import { ownWays } from './ways.ts'

const profileFile = fileURLToPath(new URL('../results/profile.txt', import.meta.url))
const warmUpMs = 2000
const profiledMs = 4000

/** Writes down where the time of hits goes, with one call in flight and with many. */
export async function profileHits(site: Site): Promise<void> {
  const kind = ownWays.find(({ name }) => name === wayNames.redis)!
  const way = await kind.open(site, site.newPrefix())
  const ask = await way.prepare(findUnique)
  let n = 0
  const subject = { name: way.name, call: () => ask(n++ % findUnique.size) }
  const parts: string[] = []
  for (const inFlight of [1, 64]) {
    const run = (sliceMs: number) => takeTurns([subject], { rounds: 1, warmUpRounds: 0, sliceMs, inFlight })
    await run(warmUpMs)
    parts.push(await profile(`${way.name}: hits of findUnique, ${inFlight} in flight`, () => run(profiledMs)))
  }
  mkdirSync(dirname(profileFile), { recursive: true })
  writeFileSync(profileFile, `On ${describeProcessor()}.\n\n${parts.join('\n\n\n')}\n`)
  console.log(`Written to ${profileFile}`)
}
