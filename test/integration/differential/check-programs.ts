import fc from 'fast-check'

export interface ProgramOptions {
  /** Steps of one program, at most. */
  readonly length: number
  /** How many programs an ordinary run tries. */
  readonly programs: number
}

/**
 * Runs a property over random programs. A failure prints its seed, its path, and the shrunk program; to repeat it:
 * `DIFFERENTIAL_SEED=... DIFFERENTIAL_PATH=... npx vitest run --project integration <file>`.
 *
 * With `SOAK_MINUTES` it goes on for so long instead.
 */
export async function checkPrograms<Step>(
  step: fc.Arbitrary<Step>,
  { length, programs }: ProgramOptions,
  run: (steps: readonly Step[]) => Promise<void>,
): Promise<void> {
  await checkProperty(fc.array(step, { minLength: 1, maxLength: length, size: 'max' }), programs, run)
}

export async function checkProperty<Program>(
  program: fc.Arbitrary<Program>,
  programs: number,
  run: (program: Program) => Promise<void>,
): Promise<void> {
  const { DIFFERENTIAL_SEED: seed, DIFFERENTIAL_PATH: path, SOAK_MINUTES: minutes } = process.env
  const untilMs = performance.now() + Number(minutes ?? 0) * 60_000
  let next = Number(seed ?? Date.now() % 2 ** 31)
  do {
    const numRuns = minutes ? soakRuns : programs
    await fc.assert(fc.asyncProperty(program, run), { numRuns, seed: next, ...(path ? { path } : {}) })
    next += 1
  } while (performance.now() < untilMs)
}

/** Programs per seed: after so many, a soak looks at the time. */
const soakRuns = 25
