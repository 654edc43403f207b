import type { Adapter } from '../shared/database.ts'

export interface CountedAdapter {
  readonly adapter: Adapter
  /** Statements that were sent to the database so far, outside of transactions: the demo begins none. */
  count(): number
}

/** Counts what really reaches the database, below Prisma. */
export function countedAdapter(factory: Adapter): CountedAdapter {
  let sent = 0
  const connect = async () => {
    const connection = await factory.connect()
    const queryRaw = connection.queryRaw.bind(connection)
    const executeRaw = connection.executeRaw.bind(connection)
    return Object.assign(connection, {
      queryRaw(query: Parameters<typeof queryRaw>[0]) {
        sent += 1
        return queryRaw(query)
      },
      executeRaw(query: Parameters<typeof executeRaw>[0]) {
        sent += 1
        return executeRaw(query)
      },
    })
  }
  return {
    adapter: { provider: factory.provider, adapterName: factory.adapterName, connect },
    count: () => sent,
  }
}
