import type { Follows } from './rules.ts'
import type { State, Writer } from './state.ts'

/**
 * One intent serves all writes of a process: who begins while there is one that is confirmed relies on it, and whoever is the last to be over removes it,
 * at any later time.
 */

/** Whether it renews its intent. */
export const isActive = ({ at }: Writer) =>
  at === 'holding' || at === 'begun' || at === 'written' || at === 'again' || at === 'committed'

/** The intent that it relies on, in the store. */
export function nameOf({ sender }: Writer): string {
  return `w${sender}`
}

/** Those that rely on the same intent. */
export function others({ writers }: State, index: number): readonly Writer[] {
  const { sender } = writers[index]!
  return writers.filter((one, at) => at !== index && one.sender === sender && one.intent !== 'none')
}

/** Begins with the one that its process has, or sends one. */
export function relyOnIntent(draft: State, index: number, follows: Follows): void {
  const writer = draft.writers[index]!
  const isLeft = ({ at }: Writer) => at === 'done' || at === 'failed'
  const standing = draft.writers.find(
    (one) =>
      one.process === writer.process &&
      one.intent === 'recorded' &&
      (isActive(one) || one.at === 'touched' || (isLeft(one) && !follows('leftIsNotShared'))) &&
      (one.sentAge === 0 || !follows('agedIsSentAgain')),
  )
  if (standing) Object.assign(writer, { intent: standing.intent, sender: standing.sender, sentAge: standing.sentAge })
  else writer.intent = follows('intentBeforeCommit') ? 'sent' : 'unsent'
}

/** Its intent is left to the sweepers: whoever else relies on it sends another one. */
export function leave(draft: State, index: number, follows: Follows): void {
  if (!follows('leftIsNotShared')) return
  for (const other of others(draft, index)) {
    if (isActive(other)) {
      other.intent = follows('leftHasSuccessor') ? 'sent' : 'none'
      other.sender = draft.writers.length + index
    } else if (other.at === 'touched') Object.assign(other, { intent: 'none', at: 'done' })
  }
}

/** Removes it, if nobody else relies on it. */
export const settle =
  (index: number, at: Writer['at'], follows: Follows) =>
  (writer: Writer, draft: State): undefined => {
    const sharing = others(draft, index)
    if (!sharing.some(isActive) || !follows('removedWhenUnused')) {
      delete draft.redis.intents[nameOf(writer)]
      for (const other of sharing) if (other.at === 'touched') Object.assign(other, { intent: 'none', at: 'done' })
    }
    Object.assign(writer, { intent: 'none', at })
    return undefined
  }
