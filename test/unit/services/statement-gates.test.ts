import { expect, it } from 'vitest'
import { openGates, type Statement } from '../../services/statement-gates.ts'

const select: Statement = { sql: 'SELECT 1', args: [], transaction: null }
const isSelect = (sql: string) => sql.startsWith('SELECT')

it('holds one statement, the first that matches', async () => {
  const gates = openGates()
  const held = gates.holdNext(isSelect)
  expect(gates.take({ ...select, sql: 'UPDATE' })).toBeUndefined()
  const events: string[] = []
  const passed = gates
    .take(select)!
    .before(select)
    .then(() => events.push('passed'))
  expect(await held.reached).toBe(select)
  expect(gates.take(select)).toBeUndefined()
  events.push('released')
  held.release()
  await passed
  expect(events).toEqual(['released', 'passed'])
})

it('fails after the statement ran where asked to', async () => {
  const gates = openGates()
  gates.failNext(isSelect, new Error('lost'), { when: 'after' })
  const gate = gates.take(select)!
  await gate.before(select)
  await expect(gate.after(select)).rejects.toThrow('lost')
})

it('releases everything at once, and holds nothing from then on', async () => {
  const gates = openGates()
  gates.holdNext(isSelect)
  gates.holdNext(isSelect)
  const passed = gates.take(select)!.before(select)
  gates.releaseAll()
  await passed
  expect(gates.take(select)).toBeUndefined()
})
