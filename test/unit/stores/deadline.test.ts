import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { withDeadline } from '../../../src/stores/redis/deadline.ts'
import { createManualClock } from './manual-clock.ts'

function setup<T>() {
  const clock = createManualClock()
  let answer!: (value: T) => void
  let refuse!: (error: unknown) => void
  const command = new Promise<T>((resolve, reject) => {
    answer = resolve
    refuse = reject
  })
  const outcome: { value?: T; error?: unknown } = {}
  withDeadline(command, 100, clock).then(
    (value) => {
      outcome.value = value
    },
    (error) => {
      outcome.error = error
    },
  )
  const settled = async () => {
    await turn()
    await turn()
    return outcome
  }
  return { clock, answer, refuse, settled }
}

describe('withDeadline', () => {
  it('passes on what comes in time, and keeps no timer', async () => {
    const { clock, answer, settled } = setup<string>()
    clock.advance(99)
    answer('reply')
    expect(await settled()).toEqual({ value: 'reply' })
    expect(clock.pending()).toBe(0)
  })

  it('passes on errors as they came, and keeps no timer', async () => {
    const { clock, refuse, settled } = setup()
    const error = new Error('WRONGTYPE')
    refuse(error)
    expect((await settled()).error).toBe(error)
    expect(clock.pending()).toBe(0)
  })

  it('rejects at the deadline, and ignores what comes later', async () => {
    const { clock, refuse, settled } = setup()
    clock.advance(100)
    expect((await settled()).error).toMatchObject({ code: 'STORE.TIMEOUT' })
    refuse(new Error('late'))
    expect((await settled()).error).toMatchObject({ code: 'STORE.TIMEOUT' })
  })

  it('reads replies that wait in the socket before it rejects', async () => {
    const { clock, answer, settled } = setup<string>()
    clock.advance(100)
    answer('reply')
    expect(await settled()).toEqual({ value: 'reply' })
  })

  it('grants the time again, once, when this process was too busy to look', async () => {
    const { clock, answer, settled } = setup<string>()
    clock.advance(100, { lateMs: 500 })
    expect(await settled()).toEqual({})
    clock.advance(99)
    answer('reply')
    expect(await settled()).toEqual({ value: 'reply' })
  })

  it('does not grant it twice', async () => {
    const { clock, settled } = setup()
    clock.advance(100, { lateMs: 500 })
    clock.advance(100, { lateMs: 500 })
    expect((await settled()).error).toMatchObject({ code: 'STORE.TIMEOUT' })
  })
})
