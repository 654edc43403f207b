import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Client, isCluster } from './client.ts'
import { send } from './send.ts'

/** One Lua script: its text, and the digest under which Redis remembers it. */
export interface Script {
  readonly text: string
  readonly sha1: string
}

const loaded: Script[] = []

export function loadScript(name: string): Script {
  const text = readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8')
  const script = { text, sha1: createHash('sha1').update(text).digest('hex') }
  loaded.push(script)
  return script
}

/** Runs by digest, and by text where the server does not know the script (first use, SCRIPT FLUSH, restart, another node). */
export function run(
  client: Client,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  return send(client, ['evalsha', script.sha1, keys.length, ...keys, ...args]).catch((error: unknown) => {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return send(client, ['eval', script.text, keys.length, ...keys, ...args])
  })
}

/**
 * Makes a server, or every master of a cluster, know all scripts. Without it everything works, but a script that must be sent
 * again by its text runs after commands that left later, which costs a second load of an entry now and then.
 */
export async function loadScripts(client: Client): Promise<void> {
  const nodes = isCluster(client) ? client.nodes('master') : [client]
  await Promise.all(nodes.flatMap((node) => loaded.map(({ text }) => node.script('LOAD', text))))
}
