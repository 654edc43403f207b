import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { DataModel, Model } from '../../../src/analysis/data-model.ts'
import type { AdapterFactory } from '../../services/watched-adapter.ts'
import type { Features } from './read-args.ts'

/** A kind of database, and the schema that random programs run on there. */
export interface Ground {
  readonly dataModel: DataModel
  /** Those that a client has methods for, views aside. */
  readonly models: readonly Model[]
  /** Clients of all schemas are used by names of models alone. */
  readonly Client: typeof PrismaClient
  readonly features: Features
  /** Raw statements of every kind, over the tables with the most relations. */
  readonly rawWrites: readonly string[]
  /** Makes a database with all tables, which goes away by itself. */
  open(): Promise<OpenDatabase>
}

export interface OpenDatabase {
  adapter(): AdapterFactory
  /** The rows of the seed and nothing else; ids that the database gives start at 1,000. */
  reset(): Promise<void>
  /** Every row as text, times of writes aside. */
  rows(): Promise<string>
}

/** Between quotes: later than any time of the seed and of the random values. */
export const recentTime = /"20(?:2[5-9]|[3-9]\d)-[^"]*"/g
