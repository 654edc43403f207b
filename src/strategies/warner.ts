import type { Report } from '../core/events.ts'

/**
 * Tells the operator, through Node's own warnings, what must not go unnoticed where nobody listens to `onEvent`.
 *
 * Each sentence once per client: an outage is a line in the log, not one per query.
 */
export function createWarner(): Report {
  const said = new Set<string>()
  const say = (message: string) => {
    if (said.has(message)) return
    said.add(message)
    process.emitWarning(message, 'PrismaCacheWarning')
  }
  return (event) => {
    switch (event.kind) {
      case 'warning':
        return say(event.message)
      case 'store-unavailable':
        return say('Redis is out of reach; queries go to the database until it is back.')
      case 'invalidation-owed':
        return say('Redis did not confirm an invalidation; the models concerned are not served from it until it does.')
      case 'undecodable':
        return say(
          'An entry in the store could not be decoded; it counts as a miss. Does something else write these keys?',
        )
      case 'dead-letter':
        return say(
          `The database refused an accepted write of model ${event.model} (${event.code}); see $cache.deadLetters.list().`,
        )
      case 'flush-failed':
        return say(`Accepted writes of model ${event.model} do not get through to the database; they are tried again.`)
      case 'writes-left':
        return say(`${event.writes} accepted writes of model ${event.model} are left for other processes.`)
      case 'uncodable':
        return say(`A result of model ${event.model} could not be encoded; it is not cached.`)
    }
  }
}
