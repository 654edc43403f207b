import type { Adapter } from './database.ts'

export interface CountedAdapter {
  readonly adapter: Adapter
  /** Statements that were sent to the database so far, outside of transactions: none of the examples begins one. */
  count(): number
  /** Those of them that only read. */
  reads(): number
}

/** Counts what really reaches the database, below Prisma. */
export function countedAdapter(factory: Adapter): CountedAdapter {
  let sent = 0
  let selects = 0
  const add = ({ sql }: { readonly sql: string }) => {
    sent += 1
    if (/^\s*SELECT\b/i.test(sql)) selects += 1
  }
  const connect = async () => {
    const connection = await factory.connect()
    const queryRaw = connection.queryRaw.bind(connection)
    const executeRaw = connection.executeRaw.bind(connection)
    return Object.assign(connection, {
      queryRaw(query: Parameters<typeof queryRaw>[0]) {
        add(query)
        return queryRaw(query)
      },
      executeRaw(query: Parameters<typeof executeRaw>[0]) {
        add(query)
        return executeRaw(query)
      },
    })
  }
  return {
    adapter: { provider: factory.provider, adapterName: factory.adapterName, connect },
    count: () => sent,
    reads: () => selects,
  }
}
