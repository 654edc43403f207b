import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { lookupPlans, openReader } from './reading.ts'

it('R38: a read whose own lookup is the first answer after an outage joins no load that began before it', async () => {
  let [isOver, isRecovering] = [false, false]
  const { reader, memory } = openReader((memory) => ({
    ...memory,
    isRecovering: () => isRecovering,
    async lookup(...args) {
      const looked = await memory.lookup(...args)
      isRecovering = isOver
      return looked
    },
  }))
  const plan = lookupPlans()('x')
  let database = 'old'
  const held: (() => void)[] = []
  const load = async () => {
    const result = database
    await new Promise<void>((resolve) => held.push(resolve))
    return { result, late: { tags: [], marks: [] } }
  }
  await memory.obtainStamps(plan.tags.list, 60_000)
  const slow = reader.read(plan, load)
  while (held.length === 0) await turn()
  // Somebody commits who cannot reach the store, and acknowledges; the stamps have not moved.
  database = 'new'
  isOver = true
  const next = reader.read(plan, load)
  while (held.length === 1) await turn()
  for (const release of held) release()
  expect(await next).toMatchObject({ result: 'new', info: { status: 'bypass' } })
  expect((await slow).result).toBe('old')
})
