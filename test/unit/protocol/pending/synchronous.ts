import { isFlushed } from './learning.ts'
import { acknowledge } from './promises.ts'
import type { Go, World } from './scenario.ts'
import type { State, Writer } from './state.ts'

/**
 * A write that only the database can answer, or that could not be accepted. While its gate is open nothing is accepted.
 *
 * - *gated*      its gate is open: it reads how far the stream goes.
 * - *fencing*    waits for the flush, then its statement commits.
 * - *committed*  the stamps that it touches are removed next.
 * - *touched*    the gate is closed, and the caller hears of it.
 * - *dead*       its gate is left to the sweepers.
 */
export function synchronousSteps(state: State, world: World, go: Go, index: number, now: Writer): void {
  const { follows } = world
  const write = index + 1
  const step = (label: string, change: (writer: Writer, draft: State) => void) =>
    go(`writer ${write} ${label}`, (draft) => {
      change(draft.writers[index]!, draft)
      return undefined
    })
  const isGateFirst = follows('gateBeforeBarrier')
  const openGate = (draft: State) => {
    draft.redis.gates = [...draft.redis.gates, index]
  }
  const closeGate = (draft: State) => {
    draft.redis.gates = draft.redis.gates.filter((one) => one !== index)
  }
  const mayBegin =
    now.at === 'synchronous' || (now.at === 'idle' && world.scenario.writers[index]!.kind === 'synchronous')
  const isPassed = isFlushed(state, now.upTo, world) || !follows('barrierBeforeStatement')

  if (mayBegin && isGateFirst)
    step('opens its gate', (writer, draft) => {
      openGate(draft)
      writer.at = 'gated'
    })
  if (isGateFirst ? now.at === 'gated' : mayBegin)
    step('reads how far the stream goes', (writer, { redis }) => {
      Object.assign(writer, { at: 'fencing', upTo: redis.stream.length > 0 ? redis.lastId : 0 })
    })
  if (!isGateFirst && now.at === 'fencing' && isPassed)
    step('has waited, and opens its gate', (writer, draft) => {
      openGate(draft)
      Object.assign(writer, { at: 'running', upTo: 0 })
    })
  if (now.at === 'running' || (isGateFirst && now.at === 'fencing' && isPassed))
    step('commits', (writer, draft) => {
      commit(draft, world, index)
      Object.assign(writer, { at: 'committed', upTo: 0 })
    })
  if (now.at === 'committed' && !follows('gateOutlastsTouch'))
    step('closes its gate', (writer, draft) => {
      closeGate(draft)
      writer.at = 'closed'
    })
  if (now.at === 'closed' || (now.at === 'committed' && follows('gateOutlastsTouch')))
    step('removes the stamps', (writer, draft) => {
      touch(draft, world, index)
      writer.at = 'touched'
    })
  if (now.at === 'touched')
    step('closes its gate, and is acknowledged', (writer, draft) => {
      closeGate(draft)
      acknowledge(draft, write)
      writer.at = 'done'
    })
  deathSteps(state, world, go, index, now)
}

function commit({ db, truth }: State, { scenario }: World, index: number): void {
  const { row } = scenario.writers[index]!
  db.rows[row] = [...db.rows[row]!, index + 1]
  truth.happened[row] = [...truth.happened[row]!, index + 1]
}

function touch({ redis }: State, { scenario }: World, index: number): void {
  const { row, touches = 'value' } = scenario.writers[index]!
  if (touches === 'root') redis.root = null
  else if (touches === 'shape') redis.shape = null
  else redis.guards[row] = null
  redis.list = null
}

function deathSteps({ left, redis, db }: State, world: World, go: Go, index: number, now: Writer): void {
  const { follows, scenario } = world
  const { row } = scenario.writers[index]!
  const isUnderWay = now.at === 'gated' || now.at === 'fencing' || now.at === 'running' || now.at === 'committed'
  const step = (label: string, change: (writer: Writer, draft: State) => void) =>
    go(label, (draft) => {
      change(draft.writers[index]!, draft)
      return undefined
    })
  if (left.crashes > 0 && isUnderWay)
    step(`writer ${index + 1} dies`, (writer, draft) => {
      draft.left.crashes -= 1
      Object.assign(writer, { at: 'dead', upTo: now.at === 'committed' ? 0 : writer.upTo })
    })
  const isOpen = redis.gates.includes(index)
  const dropRoot = (writer: Writer, draft: State) => {
    draft.redis.root = null
    if (writer.at === 'dead') writer.isOver = true
    if (writer.at === 'dead' && draft.db.rows[row]!.includes(index + 1)) acknowledge(draft, index + 1)
  }
  const isExpired = now.at === 'dead' || (isUnderWay && !follows('gatesAreRenewed'))
  if (isExpired && isOpen && follows('gateFallsWithRoot'))
    step(`a sweeper drops the root, and removes the gate of writer ${index + 1}`, (writer, draft) => {
      dropRoot(writer, draft)
      draft.redis.gates = draft.redis.gates.filter((one) => one !== index)
    })
  if (isExpired && isOpen && !follows('gateFallsWithRoot'))
    step(`the gate of writer ${index + 1} expires`, (_, draft) => {
      draft.redis.gates = draft.redis.gates.filter((one) => one !== index)
    })
  if (now.at === 'dead' && !now.isOver && !isOpen) step('a sweeper drops the root', dropRoot)
  const isRunning = now.at === 'dead' && now.isOver && !db.rows[row]!.includes(index + 1)
  if (isRunning && !follows('statementsEnd'))
    step(`what writer ${index + 1} left running commits`, (_, draft) => commit(draft, world, index))
}
