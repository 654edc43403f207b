import { drawNonce, holdStamps } from './redis.ts'
import type { Go, World, WriterSpec } from './scenario.ts'
import { type State, uncommitted, type Writer } from './state.ts'

/**
 * Write-through: what a writer does beside, to leave behind the row that it wrote. It holds stamps from before its statement on
 * (*holding*, *again*), and in the step that removes what it touches (`touch.lua`) it stores the row, if they were current until then.
 */
export function storingSteps(state: State, world: World, go: Go, index: number, now: Writer): void {
  const { follows } = world
  const spec = world.scenario.writers[index]!
  if (!spec.stores || state.processes[now.process]!.sees === null) return
  const step = (label: string, change: (writer: Writer, draft: State) => void) =>
    go(`writer ${index} ${label}`, (draft) => {
      change(draft.writers[index]!, draft)
      return undefined
    })
  const isHeldEarly = follows(spec.stores === 'by value' ? 'heldBeforeWrite' : 'markHeldBeforeWrite')
  const hold = (at: Writer['at']) => (writer: Writer, draft: State) => {
    Object.assign(writer, { at, held: holdStamps(draft, draft.processes[writer.process]!, world, spec) })
  }
  if (now.at === 'holding') {
    if (isHeldEarly) step('obtains the stamps that it will compare', hold('begun'))
    else
      step('goes on without stamps', (writer) => {
        writer.at = 'begun'
      })
  }
  if (now.at === 'committed' && now.held === null && !isHeldEarly) step('obtains stamps', hold('committed'))
  if (now.at === 'committed' && now.held !== null && !now.isCurrent && !follows('storedInOneStep')) {
    if (isCurrent(now, state, world, spec))
      step('compares', (writer) => {
        writer.isCurrent = true
      })
  }
  if (now.at === 'written' && now.held !== null && !follows('storedAfterCommit'))
    step('stores its row', (writer, draft) => storeRow(writer, draft, world, spec))
  if (now.at === 'written' && now.wrote === 'once' && spec.writesAgain) step('obtains the stamps again', hold('again'))
  if (now.at === 'again')
    step('writes the row once more', (writer) => {
      Object.assign(writer, { at: 'written', wrote: 'twice' })
    })
  if (now.at === 'written' && now.wrote === 'twice')
    step('takes back what it wrote last', (writer) => {
      writer.wrote = 'taken back'
    })
}

/** What becomes of its row: an outcome that is not known has none. */
export function fateOfRow(writer: Writer, draft: State, world: World, index: number): 'none' | 'stored' | 'outdated' {
  const spec = world.scenario.writers[index]!
  if (writer.held === null || writer.isUnknown || writer.at !== 'committed') return 'none'
  const isStored = world.follows('storedInOneStep') ? isCurrent(writer, draft, world, spec) : writer.isCurrent
  return isStored ? 'stored' : 'outdated'
}

/** Whether all that it holds is as it was. */
function isCurrent({ held }: Writer, { redis }: State, { follows }: World, spec: WriterSpec): boolean {
  const { stores } = spec
  const { root, shape, value, mark, row } = held!
  const isByValue = stores === 'by value'
  if (!follows(isByValue ? 'heldCompared' : 'markHeldCompared')) return true
  const isSameShape = shape === redis.shape || (renewsShape(spec) && !follows('kindHeldCompared'))
  const isSameModel = root !== null && root === redis.root?.nonce && isSameShape
  if (follows('storedUnderHeld') && !isSameModel) return false
  if (!follows('ownKeyHeld') || !follows('ownKeyCarried')) return row !== null && row === redis.row
  return isByValue ? value !== null && value === redis.value : mark !== null && mark === redis.rowMark
}

/** It does not know what the key was before, touches the shape as a whole, and gives it a new stamp to store under. */
function renewsShape({ touches }: WriterSpec): boolean {
  return touches?.includes('shape') === true
}

/** After what it touches was removed. */
export function storeRow(writer: Writer, { redis }: State, { follows }: World, spec: WriterSpec): void {
  const { stores } = spec
  const { root, shape: heldShape, value } = writer.held!
  if (renewsShape(spec) && redis.isRegistered) redis.shape ??= drawNonce()
  const shape = renewsShape(spec) ? redis.shape : heldShape
  const fresh = follows('guardReplaced') || stores === 'by mark' ? drawNonce() : value
  const under = follows('storedUnderHeld') ? { root, shape } : { root: redis.root?.nonce ?? null, shape: redis.shape }
  const isOfOtherKey = !follows('ownKeyCarried')
  redis[isOfOtherKey ? 'row' : 'value'] = fresh
  const held = { ...under, value: isOfOtherKey ? null : fresh, mark: null, row: isOfOtherKey ? fresh : null }
  redis.entry = { data: rowOf(writer, follows), held, late: null }
}

/** What its statement returned: the row of the last one that was not taken back, unless it takes another one for it. */
function rowOf({ at, commit, wrote }: Writer, follows: World['follows']): number {
  const isOlder = wrote === 'twice' && !follows('laterStatementsCount')
  const isUndone = wrote === 'taken back' && !follows('takenBackIsNotStored')
  return at === 'written' || isOlder || isUndone ? uncommitted : commit
}
