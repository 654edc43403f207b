import type { LoadDeath } from '../deaths/load-deaths.ts'
import type { SeenByOthers } from '../deaths/measure-deaths.ts'
import type { WriteDeath } from '../deaths/write-deaths.ts'
import { count, markdownTable, ms } from './markdown.ts'

const ofOthers = ['requests of others', 'failed', 'stale answers', 'longest']

function seenByOthers({ requests, failedRequests, staleAnswers, longestRequestMs }: SeenByOthers): readonly string[] {
  return [count(requests), count(failedRequests), count(staleAnswers), ms(longestRequestMs)]
}

export function writeDeathTable(deaths: readonly (WriteDeath & SeenByOthers)[]): string {
  return markdownTable(
    ['killed when', ...ofOthers, 'seen by all after', 'older answers until then', 'next write', 'row', 'committed'],
    deaths.map((death) => [
      death.when,
      ...seenByOthers(death),
      ms(death.seenByAllMs),
      count(death.olderAnswers),
      ms(death.nextWriteMs),
      death.model === 'City' ? 'invalidated (cache-aside)' : 'stored anew (write-through)',
      death.isCommitted ? 'yes' : 'no',
    ]),
    { numbers: 7 },
  )
}

export function loadDeathTable(deaths: readonly (LoadDeath & SeenByOthers)[]): string {
  return markdownTable(
    ['killed when', ...ofOthers, 'reads that waited for it', 'longest of these', 'queries for it'],
    deaths.map((death) => {
      const { when, longestReadMs, reads, queries } = death
      return [when, ...seenByOthers(death), count(reads), ms(longestReadMs), count(queries)]
    }),
  )
}
