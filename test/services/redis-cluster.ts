import { freePort, type PrivateServer } from './private-server.ts'
import { startRedis } from './redis.ts'
import { redisCommand } from './redis-command.ts'
import { waitUntil } from './wait-until.ts'

const slotCount = 16_384

export interface RedisCluster {
  readonly nodes: readonly PrivateServer[]
  /** Starts one more node, as the replica of a master. Ready when it has what the master has, and every node knows it. */
  addReplica(of: PrivateServer): Promise<PrivateServer>
  /** Starts one more node, as a master that takes the last slot of another; that must hold nothing. Ready when every node knows it. */
  addMaster(besides: PrivateServer): Promise<PrivateServer>
  /** Of one node each: enough for a client to find the others. */
  readonly urls: readonly string[]
  stop(): Promise<void>
}

/** Starts masters, without replicas, that share the slots evenly. Ready when every node says that the cluster is. */
export async function startRedisCluster({ masters = 3 }: { readonly masters?: number } = {}): Promise<RedisCluster> {
  const buses: number[] = []
  const nodes: PrivateServer[] = []
  for (let index = 0; index < masters; index++) {
    const { node, bus } = await startNode()
    nodes.push(node)
    buses.push(bus)
  }
  for (const [index, { url }] of nodes.entries()) {
    const first = Math.floor((index * slotCount) / masters)
    const last = Math.floor(((index + 1) * slotCount) / masters) - 1
    await redisCommand(url, ['CLUSTER', 'ADDSLOTSRANGE', first, last])
    await redisCommand(url, ['CLUSTER', 'SET-CONFIG-EPOCH', index + 1])
  }
  for (const [index, { port }] of nodes.entries()) {
    if (index > 0) await redisCommand(nodes[0]!.url, ['CLUSTER', 'MEET', '127.0.0.1', port, buses[index]!])
  }
  await everyNodeKnows(nodes)
  const added: PrivateServer[] = []
  const add = async () => {
    const { node, bus } = await startNode()
    added.push(node)
    await redisCommand(nodes[0]!.url, ['CLUSTER', 'MEET', '127.0.0.1', node.port, bus])
    await everyNodeKnows([...nodes, ...added])
    return node
  }
  return {
    nodes,
    urls: nodes.map(({ url }) => url),
    async addReplica(of) {
      const node = await add()
      await redisCommand(node.url, ['CLUSTER', 'REPLICATE', await idOf(of)])
      const isUp = async () => String(await redisCommand(node.url, ['INFO', 'replication'])).includes('link_status:up')
      await waitUntil(isUp, { what: `the node on port ${node.port} to replicate`, deadlineMs: 20_000, pollMs: 50 })
      return node
    },
    async addMaster(besides) {
      const node = await add()
      const slot = Math.floor(((nodes.indexOf(besides) + 1) * slotCount) / masters) - 1
      const [from, to] = await Promise.all([idOf(besides), idOf(node)])
      await redisCommand(node.url, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', from])
      await redisCommand(besides.url, ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', to])
      for (const { url } of [node, besides]) await redisCommand(url, ['CLUSTER', 'SETSLOT', slot, 'NODE', to])
      const isKnown = async () => {
        const lists = await Promise.all([...nodes, ...added].map(({ url }) => redisCommand(url, ['CLUSTER', 'NODES'])))
        return lists.every((list) => new RegExp(`^${to} .* ${slot}$`, 'm').test(String(list)))
      }
      await waitUntil(isKnown, {
        what: `the node on port ${node.port} to have its slot`,
        deadlineMs: 20_000,
        pollMs: 50,
      })
      return node
    },
    stop: async () => {
      for (const node of [...nodes, ...added]) await node.stop()
    },
  }
}

async function idOf({ url }: PrivateServer): Promise<string> {
  return String(await redisCommand(url, ['CLUSTER', 'MYID']))
}

async function startNode(): Promise<{ readonly node: PrivateServer; readonly bus: number }> {
  // The default, port + 10,000, does not exist for the upper part of the free ports.
  const bus = await freePort()
  const args = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '2000']
  return { node: await startRedis({ args }), bus }
}

async function everyNodeKnows(nodes: readonly PrivateServer[]): Promise<void> {
  for (const { url, port } of nodes) {
    await waitUntil(async () => knowsAll(String(await redisCommand(url, ['CLUSTER', 'INFO'])), nodes.length), {
      what: `the node on port ${port} to see the whole cluster`,
      deadlineMs: 20_000,
      pollMs: 50,
    })
  }
}

function knowsAll(info: string, nodes: number): boolean {
  const says = (line: string) => info.split('\r\n').includes(line)
  return says('cluster_state:ok') && says(`cluster_known_nodes:${nodes}`) && says(`cluster_slots_ok:${slotCount}`)
}
