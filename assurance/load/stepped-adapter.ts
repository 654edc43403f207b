import type { PrismaPg } from '@prisma/adapter-pg'
import type { Steps } from './steps.ts'

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>
type Queries = Pick<Adapter, 'queryRaw' | 'executeRaw'>
type Query = Parameters<Adapter['queryRaw']>[0]

export interface SteppedAdapterOptions {
  readonly steps: Steps
  /** Resolves when Redis has confirmed the next intent. */
  readonly intentRecorded: () => Promise<void>
  /** Called with each SELECT. */
  readonly onSelect: (args: readonly unknown[]) => void
}

/** Makes a driver adapter pass the steps of writes and loads. It stays the object that it was: the cache reads from it whose it is. */
export function stepAdapter(factory: PrismaPg, options: SteppedAdapterOptions): PrismaPg {
  const connect = factory.connect.bind(factory)
  factory.connect = async () => {
    const adapter = await connect()
    const startTransaction = adapter.startTransaction.bind(adapter)
    stepQueries(adapter, 'committed', options)
    adapter.startTransaction = async (isolation) => {
      const transaction = await startTransaction(isolation)
      stepQueries(transaction, 'executed', options)
      return transaction
    }
    return adapter
  }
  return factory
}

function stepQueries(queries: Queries, afterWrite: 'committed' | 'executed', options: SteppedAdapterOptions): void {
  const { steps, intentRecorded, onSelect } = options
  const passing = async <T>({ sql, args }: Query, run: () => Promise<T>): Promise<T> => {
    const [isSelect, isUpdate] = [sql.startsWith('SELECT'), sql.startsWith('UPDATE')]
    if (isSelect) onSelect(args)
    if (isUpdate && steps.isArmed('intent-recorded')) {
      await intentRecorded()
      steps.reach('intent-recorded')
    }
    const answer = await run()
    if (isSelect) steps.reach('loaded')
    if (isUpdate) steps.reach(afterWrite)
    return answer
  }
  const { queryRaw, executeRaw } = queries
  queries.queryRaw = (query) => passing(query, () => queryRaw.call(queries, query))
  queries.executeRaw = (query) => passing(query, () => executeRaw.call(queries, query))
}
