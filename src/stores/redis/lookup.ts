import { type Client, isCluster } from './client.ts'
import * as scripts from './scripts.ts'
import { send } from './send.ts'

/** Servers that are nodes of a cluster, although the client that leads to them does not know. */
const nodes = new WeakSet<Client>()

/** The entry, its remaining milliseconds, and the stamps: one command where a script may read all keys, one for each where not. */
export async function lookup(
  client: Client,
  entryKey: string,
  stampKeys: readonly scripts.StampKey[],
): Promise<unknown[]> {
  if (isCluster(client) || nodes.has(client)) return lookupEach(client, entryKey, stampKeys)
  try {
    return await scripts.lookup(client, entryKey, stampKeys)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('CROSSSLOT')) throw error
    nodes.add(client)
    return lookupEach(client, entryKey, stampKeys)
  }
}

/** As the script does, for keys that no script may read together. */
async function lookupEach(
  client: Client,
  entryKey: string,
  stampKeys: readonly scripts.StampKey[],
): Promise<unknown[]> {
  const entry = [send(client, ['get', entryKey]), send(client, ['pttl', entryKey])]
  const [found, values] = await Promise.all([Promise.all(entry), readEach(client, stampKeys)])
  return [...found, ...values]
}

/** The values of the keys and their fields, in order. */
export async function readEach(client: Client, stampKeys: readonly scripts.StampKey[]): Promise<unknown[]> {
  const replies = stampKeys.map(({ key, fields }) =>
    send(client, fields.length === 0 ? ['get', key] : ['hmget', key, ...fields]),
  )
  return (await Promise.all(replies)).flat()
}
