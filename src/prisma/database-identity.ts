/**
 * Which database a client reads, and as whom: two databases that share a Redis must not share entries, nor must two users of whom
 * the database shows one less than the other. Passwords do not count, so that they can be changed. Two names of one database
 * count as two, which costs hits and nothing else: invalidations are shared all the same.
 *
 * Source: the driver adapters that keep what they were made with as `config`, `connectionString` and `options` (pg, Neon,
 * PlanetScale); node-postgres takes what is left out from the environment. Others keep it private: the empty text. Only a digest
 * of the identity is ever stored.
 */
export function databaseIdentity(adapter: unknown, environment: Readonly<Record<string, string | undefined>>): string {
  const config = partOf(adapter, 'config')
  const options = partOf(adapter, 'options')
  const seen = [adapter, config, options].flatMap((part) => names.map((name) => textOf(name, partOf(part, name))))
  const isLeftOut = partOf(adapter, 'provider') === 'postgres' && partOf(config, 'connectionString') === undefined
  const all = [...seen, ...(isLeftOut ? defaults.map((name) => environment[name] ?? null) : [])]
  return all.every((text) => text === null) ? '' : JSON.stringify(all)
}

const names = [
  ...['connectionString', 'url', 'host', 'hostname', 'server', 'socketPath', 'port', 'dataDir'],
  ...['database', 'user', 'username', 'schema', 'options'],
]
const defaults = ['PGHOST', 'PGPORT', 'PGDATABASE', 'PGUSER', 'PGOPTIONS']

function textOf(name: string, value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return null
  return name === 'connectionString' || name === 'url' ? whereTo(value) : value
}

/** Who and where, not how: pool sizes, timeouts and names of applications differ. What is no URL is taken as it is. */
function whereTo(text: string): string {
  if (!URL.canParse(text)) return text
  const { host, pathname, username, searchParams } = new URL(text)
  return JSON.stringify([host, pathname, username, ...names.map((name) => searchParams.get(name))])
}

function partOf(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[name] : undefined
}
