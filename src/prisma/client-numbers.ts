import { LRUCache } from 'lru-cache'

/** Clients with another `omit` or other computed fields; a program has few. */
const clientsMax = 100

/** A number that stands for the fingerprint of a client, which is long. Never one that stood for another. */
export type ClientNumbers = (clientFingerprint: string) => number

export function createClientNumbers(): ClientNumbers {
  const clients = new LRUCache<string, number>({ max: clientsMax })
  let lastNumber = 0
  return (clientFingerprint) => {
    const known = clients.get(clientFingerprint)
    if (known !== undefined) return known
    lastNumber += 1
    clients.set(clientFingerprint, lastNumber)
    return lastNumber
  }
}
