import { describe, expect, it } from 'vitest'
import { storeKinds, useBench } from './bench.ts'
import { randomRead, randomTransaction, randomWrite, type Step } from './programs.ts'
import { randomFrom } from './random.ts'
import { expectSame } from './same.ts'

const stepsPerProgram = 200
const programs = { redis: 12, memory: 5 }

describe.each(storeKinds)('random programs (%s)', (kind) => {
  const bench = useBench(kind)

  it('never tell a cached client from a plain one', { timeout: 60_000 }, async () => {
    const random = randomFrom()
    const { plain, seats, first } = bench
    let changed = 0
    for (let program = 0; program < programs[kind]; program += 1) {
      await bench.reset()
      const steps: string[] = []
      const check = async (step: Step<'read'>) => {
        const seat = random.some(seats)
        steps.push(`${seat.name}: ${step.text}`)
        const about = `seed ${random.seed}, program ${program}, after\n${steps.slice(-12).join('\n')}\n`
        expectSame(await step.run(seat.prisma), await step.run(plain), about)
      }
      while (steps.length < stepsPerProgram) {
        // The cache holds their answers when the write comes, and must not give them after it.
        const reads = Array.from({ length: 4 }, () => randomRead(random))
        for (const read of reads) await check(read)
        const write = random.integer(5) > 0 ? randomWrite(random) : randomTransaction(random)
        const seat = random.some(seats)
        steps.push(`${seat.name}: ${write.text}`)
        await Promise.resolve(write.run(seat.prisma)).then(
          () => {
            changed += 1
          },
          () => {},
        )
        for (const read of reads) await check(read)
      }
    }
    // Programs that change nothing, or whose reads are never answered by the cache, would prove nothing.
    const { hits } = first.prisma.$cache.stats()
    expect(changed).toBeGreaterThan((programs[kind] * stepsPerProgram) / 40)
    expect(hits).toBeGreaterThan((programs[kind] * stepsPerProgram) / 20)
  })
})
