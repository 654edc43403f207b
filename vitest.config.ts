import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** One process for many files: to load the sources anew for each of them takes as long as a third of the tests. */
const isolate = false

/** For tests that need the servers. */
const withServers = {
  globalSetup: ['test/services/global-setup.ts'],
  setupFiles: ['test/setup/leave-nothing.ts'],
  hookTimeout: 60_000,
}

/**
 * Files of a few lines that run whole examples and benchmarks come first: by its default, the smallest last, one of them would keep everybody
 * waiting in the end.
 */
class LongRunsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => moduleId.includes('/test/examples/')
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongRunsFirst },
    // Servers run beside the tests: two files at a time leave them room on a machine with two cores.
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', isolate, include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          isolate,
          include: ['test/integration/**/*.test.ts', 'test/examples/**/*.test.ts'],
          testTimeout: 30_000,
          ...withServers,
        },
      },
      // `npm run test:soak` says for how long; without that it is no part of the tests.
      ...(process.env.SOAK_MINUTES
        ? [{ test: { name: 'soak', include: ['test/soak/**/*.test.ts'], ...withServers } }]
        : []),
      // Builds, packs and installs the package as a user would: needs the registry or a warm npm cache.
      { test: { name: 'package', include: ['test/package/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 240_000 } },
    ],
  },
})
