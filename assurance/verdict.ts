import type { Promised } from './faults/fault.ts'
import type { Figures } from './oracle/figures.ts'

type Counted = Pick<Figures, 'staleAnswers' | 'failedReads' | 'failedWrites' | 'hungRequests'>

/** What happened that is promised never to, in words; nothing where all is as promised. */
export function brokenPromises({ stale, failures }: Promised, figures: Counted): readonly string[] {
  const { staleAnswers, failedReads, failedWrites, hungRequests } = figures
  const failed = failedReads + failedWrites
  return [
    ...(stale === 'never' && staleAnswers > 0 ? [`${staleAnswers} stale answers`] : []),
    ...(stale === 'found' && staleAnswers === 0
      ? ['the check found nothing where there is something to be found']
      : []),
    ...(failures === 'never' && failed > 0 ? [`${failed} failed requests`] : []),
    ...(hungRequests > 0 ? [`${hungRequests} requests without an answer`] : []),
  ]
}
