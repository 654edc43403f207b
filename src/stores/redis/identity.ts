import { createHash } from 'node:crypto'
import { type Client, isCluster } from './client.ts'
import { isReplica, unavailable } from './outage.ts'

/**
 * Who this server is: its run id and its replication history. A restart, a restore and a promotion all change it.
 *
 * Of a cluster, all its masters together and the epoch of its last failover: a master that fails over twice between two
 * looks may be missing from both. Source: Redis `INFO server` (`run_id`), `INFO replication` (`master_replid`, `role`) and
 * `CLUSTER INFO`.
 *
 * @throws CacheError `STORE.UNAVAILABLE` when the server is a replica, or does not say who it is.
 */
export async function readIdentity(client: Client): Promise<string> {
  const parts = isCluster(client)
    ? [...(await Promise.all(client.nodes('master').map(ofNode))), await failoverEpoch(client)]
    : [await ofNode(client)]
  return createHash('sha256').update(parts.sort().join(',')).digest('base64url').slice(0, 16)
}

interface InfoSource {
  info(section: string): Promise<string>
}

async function ofNode(node: InfoSource): Promise<string> {
  const [server, replication] = await Promise.all([node.info('server'), node.info('replication')])
  if (field(replication, 'role') === 'slave') throw isReplica()
  const [runId, replid] = [field(server, 'run_id'), field(replication, 'master_replid')]
  if (!runId || !replid) throw unavailable('Redis does not say who it is: INFO has no run_id or no master_replid.')
  return `${runId}.${replid}`
}

async function failoverEpoch(client: Client): Promise<string> {
  return field(String(await client.call('cluster', 'info')), 'cluster_current_epoch') ?? ''
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim()
}
