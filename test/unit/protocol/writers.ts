import type { Go, Touched, World } from './scenario.ts'
import { isActive, leave, nameOf, others, relyOnIntent, settle } from './shared-intents.ts'
import { intentTicks, promiseTicks, type State, uncommitted, type Writer } from './state.ts'
import { fateOfRow, storeRow, storingSteps } from './stored-rows.ts'
import { tagSteps } from './tag-writers.ts'

/**
 * What writes do, and what becomes of them.
 *
 * - *holding*    of one that stores its row: see `stored-rows.ts`.
 * - *begun*      the statement is in the database; the intent is on its way, and may be recorded at any time.
 * - *written*    of a transaction: its statement is done, nobody else sees it. Commits or rolls back.
 * - *committed*  or its outcome is not known: the stamps are removed next, and the caller hears of it.
 * - *touched*    they are. The intent is removed behind the caller's back.
 * - *failed*     they could not be removed: the process owes it, and the intent is left to expire.
 * - *dead*       its process was killed. What it left running in the database may still commit (`isRunning`).
 */
export function writerSteps(state: State, world: World, go: Go): void {
  for (const [index, writer] of state.writers.entries()) {
    if (writer.kind === 'tag') tagSteps(state, world, go, index, writer)
    else {
      databaseSteps(state, world, go, index, writer)
      storingSteps(state, world, go, index, writer)
      storeSteps(state, world, go, index, writer)
      mishaps(state, world, go, index, writer)
    }
  }
}

/** As a change of a draft. */
type Change = (writer: Writer, draft: State) => string | undefined

const stepper = (go: Go, index: number) => (label: string, change: Change) =>
  go(`writer ${index} ${label}`, (draft) => change(draft.writers[index]!, draft))

function databaseSteps(state: State, { follows, scenario }: World, go: Go, index: number, now: Writer): void {
  const step = stepper(go, index)
  const spec = scenario.writers[index]!
  const isPossible = spec.after === undefined || state.writers[spec.after]!.commit > 0
  if (now.at === 'idle')
    step('begins', (writer, draft) => {
      writer.at = spec.stores ? 'holding' : 'begun'
      if (scenario.sweepers > 0 && follows('intentRecorded')) relyOnIntent(draft, index, follows)
      return undefined
    })
  if (now.at === 'begun' && now.kind === 'transaction')
    step('writes within its transaction', (writer) => {
      writer.at = 'written'
      return undefined
    })
  if (isPossible && (now.at === (now.kind === 'transaction' ? 'written' : 'begun') || now.at === 'early'))
    step('commits', (writer, draft) => {
      commit(writer, draft)
      const isAnswered = now.at === 'early' || !follows('touchBeforeAnswer')
      if (isAnswered) draft.min = Math.max(draft.min, writer.commit)
      writer.at = now.at === 'early' ? 'touched' : 'committed'
      return undefined
    })
  if (now.at === 'written') {
    step('rolls back', (writer) => {
      writer.at = 'touched'
      return undefined
    })
    readsWithin(state, { follows }, go, index)
  }
  if (now.isRunning)
    step('is gone, and its statement commits', (writer, draft) => {
      commit(writer, draft)
      writer.isRunning = false
      // Whoever still has to remove the stamps does it after this.
      if (scenario.sweepers > 0 && writer.at !== 'committed') writer.due = promiseTicks
      return undefined
    })
}

function commit(writer: Writer, draft: State): void {
  draft.db += 1
  writer.commit = draft.db
}

/** A read in the transaction, after its write. As built it goes to the database and leaves no trace: no step at all. */
function readsWithin(state: State, { follows }: Pick<World, 'follows'>, go: Go, index: number): void {
  const step = stepper(go, index)
  const { entry, root, shape, value } = state.redis
  if (!follows('transactionsBypass') && entry && entry.held.root === root?.nonce && entry.held.value === value)
    step('reads from the cache', () => 'WRONG: a transaction does not see its own write')
  if (!follows('transactionsFillNothing') && root && shape && value)
    step('fills what it read', (_, draft) => {
      const held = { root: root.nonce, shape, value, mark: null, row: null }
      draft.redis.entry = { data: uncommitted, held, late: null }
      return undefined
    })
}

function storeSteps(state: State, world: World, go: Go, index: number, now: Writer): void {
  const { follows } = world
  const step = stepper(go, index)
  const name = nameOf(now)
  const canAsk = state.processes[now.process]!.sees !== null
  const record: Change = (writer, draft) => {
    draft.redis.intents[name] = intentTicks
    for (const one of [writer, ...others(draft, index)]) Object.assign(one, { intent: 'recorded', sentAge: 0 })
    return undefined
  }
  if (now.intent === 'sent' && (now.at !== 'dead' || follows('intentsArrive'))) step('has its intent recorded', record)
  if (now.intent === 'unsent' && now.at === 'committed')
    step('sends its intent', (writer) => {
      writer.intent = 'sent'
      return undefined
    })
  if (isActive(now) && now.intent === 'recorded' && state.redis.intents[name] !== intentTicks && follows('renewal'))
    step('renews its intent', record)

  if (canAsk && now.at === 'begun' && !follows('touchAfterCommit'))
    step('removes the stamps', touch(world, index, 'early'))
  if (canAsk && now.at === 'committed') {
    const isSettled = now.intent === 'none'
    const label =
      now.held === null ? 'removes the stamps' : 'removes the stamps, and stores its row if they are those it held'
    if (follows('settleAfterTouch') || isSettled) step(label, touch(world, index, 'touched'))
    else step('removes its intent', settle(index, now.at, follows))
  }
  if (canAsk && now.at === 'touched' && now.intent !== 'none') step('leaves its intent', settle(index, 'done', follows))
}

/**
 * `touch.lua`: decides with the copy of the registry, and again if that was old. Who stored a row replaces it, in the same step. With
 * the answer the caller goes on.
 */
const touch =
  (world: World, index: number, at: 'early' | 'touched'): Change =>
  (writer, draft) => {
    const { scenario, follows } = world
    const spec = scenario.writers[index]!
    const process = draft.processes[writer.process]!
    const { redis } = draft
    const isOld = process.version !== redis.version
    const { knowsShape } = process
    Object.assign(process, { version: redis.version, knowsShape: redis.isRegistered })
    if (isOld && follows('registryCompared')) return undefined
    // Compared before anything is removed: a mark that is held may be among it.
    const fate = fateOfRow(writer, draft, world, index)
    if (fate !== 'outdated' || follows('loserRemoves'))
      remove(spec.touches ?? [scenario.touches], knowsShape, draft, world)
    if (fate === 'stored') storeRow(writer, draft, world, spec)
    if (at === 'touched') draft.min = Math.max(draft.min, writer.commit)
    // Nobody renews it any more.
    writer.at = at === 'touched' && writer.isUnknown && follows('unknownKeepsIntent') ? 'done' : at
    if (writer.at === 'done') leave(draft, index, follows)
    Object.assign(writer, { held: null, isCurrent: false, wrote: 'once' })
    return undefined
  }

const isTrying = ({ at, kind }: Writer) => at === (kind === 'transaction' ? 'written' : 'begun')

function die(writer: Writer, due: number | null): void {
  const { at } = writer
  if (at === 'done' || at === 'failed' || at === 'dead') return
  const isRunning = isTrying(writer) || writer.isRunning
  Object.assign(writer, { at: 'dead', isRunning, due: at === 'idle' ? null : due, held: null })
  if (writer.intent === 'unsent') writer.intent = 'none'
}

function remove(touches: readonly Touched[], knowsShape: boolean, { redis }: State, { follows }: World): void {
  for (const name of touches) {
    if (name === 'root') redis.root = null
    else if (knowsShape) {
      redis[name] = null
      if (follows('touchMovesMark')) redis.rowMark = null
    }
  }
}

function mishaps({ left }: State, { follows, scenario }: World, go: Go, index: number, now: Writer): void {
  const step = stepper(go, index)
  const due = scenario.sweepers > 0 ? promiseTicks : null
  const isHolding = now.at === 'holding' || now.at === 'again'
  if (left.crashes > 0 && (isHolding || isTrying(now) || now.at === 'committed' || now.at === 'touched'))
    step('dies', (_, draft) => {
      draft.left.crashes -= 1
      // With all writes of its process.
      for (const writer of draft.writers) if (writer.process === now.process) die(writer, due)
      return undefined
    })
  if (left.unknowns > 0 && isTrying(now)) {
    const at = follows('unknownCounts') ? 'committed' : 'touched'
    step('loses the database while its statement runs', (writer, draft) => {
      draft.left.unknowns -= 1
      Object.assign(writer, { at, isRunning: true, isUnknown: true, held: null })
      return undefined
    })
    step('commits, and loses the database before it hears of it', (writer, draft) => {
      draft.left.unknowns -= 1
      commit(writer, draft)
      draft.min = follows('unknownCounts') ? draft.min : writer.commit
      Object.assign(writer, { at, isUnknown: true, held: null })
      return undefined
    })
  }
  if (left.failures > 0 && now.at === 'committed')
    step('cannot remove the stamps', (writer, draft) => {
      const process = draft.processes[writer.process]!
      draft.left.failures -= 1
      process.min = Math.max(process.min, writer.commit)
      if (follows('debtKept')) process.owes += 1
      Object.assign(writer, { at: 'failed', due, held: null })
      if (follows('failedTouchKeepsIntent')) leave(draft, index, follows)
      else delete draft.redis.intents[nameOf(writer)]
      return undefined
    })
}
