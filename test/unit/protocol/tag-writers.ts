import type { Go, World } from './scenario.ts'
import type { State, Writer } from './state.ts'

/**
 * Somebody changes the row without this plugin, and then invalidates by a tag that the result carries (a late one).
 *
 * - *marking*, *tagging*  the mark is moved first, then the tag is removed; that done, the caller hears of it.
 */
export function tagSteps(_: State, { follows }: World, go: Go, index: number, now: Writer): void {
  const step = (label: string, change: (writer: Writer, draft: State) => void) =>
    go(`invalidator ${index} ${label}`, (draft) => {
      change(draft.writers[index]!, draft)
      return undefined
    })
  const isMarkFirst = follows('markBeforeTags')
  const end = (writer: Writer, draft: State) => {
    draft.min = Math.max(draft.min, writer.commit)
    writer.at = 'done'
  }
  if (now.at === 'idle')
    step('changes the row', (writer, draft) => {
      draft.db += 1
      Object.assign(writer, { commit: draft.db, at: isMarkFirst ? 'marking' : 'tagging' })
    })
  if (now.at === 'marking')
    step('moves the mark', (writer, draft) => {
      draft.redis.mark = null
      if (isMarkFirst) writer.at = 'tagging'
      else end(writer, draft)
    })
  if (now.at === 'tagging')
    step('removes the tag', (writer, draft) => {
      draft.redis.userTag = null
      if (isMarkFirst) end(writer, draft)
      else writer.at = 'marking'
    })
}
