import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { inTime } from '../../../src/core/in-time.ts'

const never = new Promise<string>(() => {})

describe('work within its time', () => {
  it('is done, or has failed', async () => {
    for (const limitMs of [60_000, Number.POSITIVE_INFINITY]) {
      expect(await inTime(Promise.resolve('row'), limitMs, systemClock)).toEqual({ kind: 'done', value: 'row' })
      const error = new Error('refused')
      expect(await inTime(Promise.reject(error), limitMs, systemClock)).toEqual({ kind: 'failed', error })
    }
  })

  it('is late after that, and fails quietly then', async () => {
    let fail: (error: Error) => void = () => {}
    const work = new Promise<string>((_, reject) => {
      fail = reject
    })
    const unhandled: unknown[] = []
    const listen = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', listen)
    expect(await inTime(work, 5, systemClock)).toEqual({ kind: 'late' })
    fail(new Error('refused'))
    await turn()
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })

  it('has a long time where that is longer than any timer of Node', async () => {
    const first = await Promise.race([inTime(never, 2 ** 40, systemClock), delay(50, 'still waiting')])
    expect(first).toBe('still waiting')
  })
})
