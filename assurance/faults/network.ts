import type { Link, LinkCounts } from '../stage/link.ts'
import type { Stage } from '../stage/stage.ts'
import { againAndAgain } from './again-and-again.ts'
import { type Evidence, type Fault, type Harm, nothingIsSeen } from './fault.ts'

/** What happens between all processes and Redis, while both are well. */
export const networkFaults: readonly Fault[] = (
  [
    {
      name: 'network-slow',
      title: 'Redis 50 ms further away, each way',
      what: 'Everything arrives 50 ms later, in both directions.',
      expected:
        'Slower by one round trip for a hit and by several for a miss or a write, within commandDeadline (200 ms).',
      promise: nothingIsSeen,
      prepare: harmed({ start: (link) => link.delay(50), end: (link) => link.delay(0) }),
    },
    {
      name: 'network-too-slow',
      title: 'Redis 300 ms further away, each way',
      what: 'Everything arrives 300 ms later, in both directions: beyond commandDeadline.',
      expected: 'As if Redis were down, after three commands that waited; what was sent is carried out late.',
      promise: nothingIsSeen,
      prepare: harmed({ start: (link) => link.delay(300), end: (link) => link.delay(0) }),
    },
    {
      name: 'network-stalled',
      title: 'Network to Redis stalled',
      what: 'Nothing gets through; at the end everything that was sent arrives, as after a gap that TCP bridges.',
      expected: 'As if Redis were down; what was sent is carried out late.',
      promise: nothingIsSeen,
      prepare: harmed({ start: (link) => link.stall(), end: (link) => link.heal() }),
    },
    {
      name: 'network-black-hole',
      title: 'Network to Redis loses everything',
      what: 'What is sent is lost and no connection closes; those of then stay dead for ever, only new ones work at the end.',
      expected: 'As if Redis were down; connections that say nothing are given up and made anew.',
      promise: nothingIsSeen,
      prepare: harmed({ start: (link) => link.swallow(), end: (link) => link.heal() }, ({ swallowedBytes }) => ({
        'bytes lost': swallowedBytes,
      })),
    },
    {
      name: 'network-resets',
      title: 'Connections to Redis reset, again and again',
      what: 'All connections are reset every 300 ms.',
      expected:
        'Commands that were under way fail, and their reads go to the database; connections come back in between.',
      promise: nothingIsSeen,
      prepare: async ({ links }) => {
        let stop = async () => {}
        return {
          async start() {
            stop = againAndAgain(300, async () => {
              for (const link of links) link.reset()
            })
          },
          async end() {
            await stop()
            return { 'connections reset': links.reduce((sum, link) => sum + link.counts().resets, 0) }
          },
        }
      },
    },
  ] satisfies readonly Fault[]
).map((fault) => ({ ...fault, needs: { links: true } }))

type Harmed = Readonly<Record<'start' | 'end', (link: Link) => void>>

/** The same on the links of all processes. */
function harmed(
  { start, end }: Harmed,
  evidence: (counts: LinkCounts) => Evidence = () => ({}),
): (stage: Stage) => Promise<Harm> {
  return async ({ links }) => ({
    start: async () => links.forEach(start),
    async end() {
      links.forEach(end)
      return links.map((link) => evidence(link.counts())).reduce(summed)
    },
  })
}

function summed(one: Evidence, other: Evidence): Evidence {
  return Object.fromEntries(Object.entries(one).map(([name, count]) => [name, Number(count) + Number(other[name])]))
}
