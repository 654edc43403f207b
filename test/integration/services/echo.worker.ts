import { serveWorker } from '../../services/process.ts'

/** What the tests of `spawnWorker` call. */
serveWorker({
  double: async (value: bigint) => value * 2n,
  echo: async (value: unknown) => value,
  env: async (name: string) => process.env[name],
  fail: async () => {
    throw Object.assign(new Error('did not work'), { code: 'P2002' })
  },
  never: () => new Promise(() => undefined),
})
