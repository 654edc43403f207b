import type { Client } from './client.ts'

/** Listens to a client, beside all others who share it. Returns what ends it. */
export function listen(client: Client, listeners: Readonly<Record<string, (error?: unknown) => void>>): () => void {
  const all = Object.entries(listeners)
  admitListeners(client, 1)
  for (const [event, listener] of all) client.on(event, listener)
  return () => {
    for (const [event, listener] of all) client.off(event, listener)
    admitListeners(client, -1)
  }
}

function admitListeners(client: Client, more: number): void {
  const limit = client.getMaxListeners()
  // 0 is none.
  if (limit > 0) client.setMaxListeners(limit + more)
}
