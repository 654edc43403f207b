import type { Fault } from './fault.ts'

/** What the README names as a limit: who alone loses Redis cannot tell the others. */
export const cutOff: Fault = {
  name: 'process-cut-off',
  title: 'One process alone cut off from Redis',
  what: 'The link of one of three processes loses everything, while all three go on writing; at the end it works again.',
  expected:
    'Stale answers in the other two, of rows that the first one writes: it cannot tell them. They end when it is back, or with the lease where its intent was recorded, or with the TTL.',
  promise: { stale: 'declared', failures: 'never' },
  needs: { links: true },
  victims: 1,
  prepare: async ({ links: [link] }) => ({
    start: async () => link!.swallow(),
    async end() {
      link!.heal()
      return { 'bytes lost': link!.counts().swallowedBytes }
    },
  }),
}
