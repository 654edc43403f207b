import { expect, it } from 'vitest'
import type { Job } from '../../../../src/strategies/pending/jobs.ts'
import { createLater } from '../../../../src/strategies/pending/later.ts'
import { createManualClock } from '../../stores/manual-clock.ts'

function setup() {
  const clock = createManualClock()
  const tried: Job[] = []
  const later = createLater({ clock, random: () => 1, enqueue: (job) => tried.push(job) })
  const job = (attempts = 0) => ({ attempts, gatedSinceMs: null }) as Job
  return { clock, later, tried, job }
}

it('those who meet gates come again together, in their order', () => {
  const { clock, later, tried, job } = setup()
  const jobs = [job(), job(), job()]
  for (const one of jobs) {
    expect(later.atGates([one], ['a'])).toEqual([])
    clock.advance(1)
  }
  expect(tried).toEqual([])
  clock.advance(12)
  expect(tried).toEqual(jobs)
})

it('who has met one gate after the other for too long waits no longer', () => {
  const { clock, later, tried, job } = setup()
  const one = job()
  let looks = 0
  while (later.atGates([one], [`gate ${looks}`]).length === 0) {
    looks += 1
    clock.advance(12)
    expect(tried).toHaveLength(looks)
  }
  expect(looks).toBe(Math.ceil(250 / 12))
  expect(later.atGates([job()], ['another'])).toEqual([])
})

it('nobody waits at a gate that has been there for too long, as long as it is', () => {
  const { clock, later, job } = setup()
  expect(later.atGates([job()], ['long', 'short'])).toEqual([])
  clock.advance(250)
  const jobs = [job(), job()]
  expect(later.atGates(jobs, ['long'])).toEqual(jobs)
  expect(later.atGates(jobs, ['new', 'long'])).toEqual(jobs)
  expect(later.atGates([job()], ['new'])).toEqual([])
  expect(later.atGates([job()], ['new', 'long'])).toEqual([])
})

it('who comes after others tries at once, and later with pauses that grow to a limit', () => {
  const { clock, later, tried, job } = setup()
  const pauses = [1, 2, 3, 4, 5, 6, 7, 30].map((attempts) => {
    tried.length = 0
    later.afterOthers(job(attempts))
    for (let ms = 0; ; ms += 1) {
      if (tried.length > 0) return ms
      clock.advance(1)
    }
  })
  expect(pauses).toEqual([0, 0, 2, 4, 8, 16, 16, 16])
})
