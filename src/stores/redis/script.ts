import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { type Client, isCluster } from './client.ts'
import { isOutage } from './outage.ts'
import { Prepared } from './prepared.ts'
import { textOf } from './script-texts.ts'
import { send } from './send.ts'

/** One Lua script: its text, and the digest under which Redis remembers it. */
export interface Script {
  readonly text: string
  readonly sha1: string
}

const loaded: Script[] = []

export function loadScript(name: string): Script {
  const text = textOf(name)
  const script = { text, sha1: createHash('sha1').update(text).digest('hex') }
  loaded.push(script)
  return script
}

type Words = readonly (string | number)[]

/** Runs by digest, and by text where the server does not know the script (first use, SCRIPT FLUSH, restart, another node). */
export function run(client: Client, script: Script, keys: readonly string[], args: Words): Promise<unknown> {
  const words = [keys.length, ...keys, ...args]
  return runBy(client, ['evalsha', script.sha1, ...words], { script, words })
}

/** The same with all words at hand before it is sent: less is left to be done then. */
export function readyRun(script: Script, keys: readonly string[], args: Words): (client: Client) => Promise<unknown> {
  const words = [keys.length, ...keys, ...args].map(String)
  const command = new Prepared(['evalsha', script.sha1, ...words]).made()
  return (client) => runBy(client, command, { script, words })
}

async function runBy(
  client: Client,
  byDigest: Parameters<typeof send>[1],
  { script, words }: { readonly script: Script; readonly words: Words },
): Promise<unknown> {
  try {
    return await send(client, byDigest)
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return send(client, ['eval', script.text, ...words])
  }
}

/**
 * Makes a server, or every master of a cluster, know all scripts. Without it everything works, but a script that must be sent
 * again by its text runs after commands that left later, which costs a second load of an entry now and then. A server may refuse it.
 */
export async function loadScripts(client: Client): Promise<void> {
  const nodes = isCluster(client) ? client.nodes('master') : [client]
  const load = (node: Redis, { text }: Script) =>
    node.script('LOAD', text).catch((error: unknown) => {
      if (isOutage(error)) throw error
    })
  await Promise.all(nodes.flatMap((node) => loaded.map((script) => load(node, script))))
}
