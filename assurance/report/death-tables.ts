import type { LoadDeath } from '../deaths/load-deaths.ts'
import type { WriteDeath } from '../deaths/write-deaths.ts'
import { count, markdownTable, ms } from './markdown.ts'

export function writeDeathTable(deaths: readonly WriteDeath[]): string {
  return markdownTable(
    ['killed when', 'seen by all others after', 'older answers until then', 'the next write took', 'row', 'committed'],
    deaths.map((death) => [
      death.when,
      ms(death.seenByAllMs),
      count(death.olderAnswers),
      ms(death.nextWriteMs),
      death.model === 'City' ? 'invalidated (cache-aside)' : 'stored anew (write-through)',
      death.isCommitted ? 'yes' : 'no',
    ]),
    { numbers: 3 },
  )
}

export function loadDeathTable(deaths: readonly LoadDeath[]): string {
  return markdownTable(
    ['killed when', 'longest read by others', 'reads that waited', 'queries by others'],
    deaths.map(({ when, longestReadMs, reads, queries }) => [when, ms(longestReadMs), count(reads), count(queries)]),
  )
}
