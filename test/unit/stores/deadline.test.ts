import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Ending, withDeadline } from '../../../src/stores/redis/deadline.ts'
import { createManualClock } from './manual-clock.ts'

function setup<T>(ending?: Ending) {
  const clock = createManualClock()
  let answer!: (value: T) => void
  let refuse!: (error: unknown) => void
  const command = new Promise<T>((resolve, reject) => {
    answer = resolve
    refuse = reject
  })
  const outcome: { value?: T; error?: unknown } = {}
  withDeadline(command, 100, clock, ending).then(
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

  /** Notes what it is told. */
  function listening() {
    const told: unknown[] = []
    const ending: Ending = {
      answered: () => void told.push('answered'),
      failed(error) {
        told.push(error)
        return new Error('as the caller is told', { cause: error })
      },
    }
    return { told, ending }
  }

  it('tells that it was answered, once, and not what comes later', async () => {
    const { told, ending } = listening()
    const { clock, answer, settled } = setup<string>(ending)
    answer('reply')
    expect(await settled()).toEqual({ value: 'reply' })
    clock.advance(1000)
    await settled()
    expect(told).toEqual(['answered'])
  })

  it('tells an error, once, and hands on another one', async () => {
    const { told, ending } = listening()
    const { clock, refuse, settled } = setup(ending)
    const cause = new Error('WRONGTYPE')
    refuse(cause)
    expect((await settled()).error).toMatchObject({ message: 'as the caller is told', cause })
    clock.advance(1000)
    await settled()
    expect(told).toEqual([cause])
  })

  it('tells that it was late, and nothing of the reply that comes after all', async () => {
    const { told, ending } = listening()
    const { clock, answer, settled } = setup<string>(ending)
    clock.advance(100)
    await settled()
    answer('reply')
    expect((await settled()).error).toMatchObject({ cause: { code: 'STORE.TIMEOUT' } })
    expect(told).toMatchObject([{ code: 'STORE.TIMEOUT' }])
  })

  it('hands on what it is told by throwing', async () => {
    const thrown = new Error('another server by now')
    const fail = () => {
      throw thrown
    }
    const answered = setup<string>({ answered: fail })
    answered.answer('reply')
    expect((await answered.settled()).error).toBe(thrown)
    const failed = setup({ failed: fail })
    failed.refuse(new Error('WRONGTYPE'))
    expect((await failed.settled()).error).toBe(thrown)
  })
})
