import { readFileSync } from 'node:fs'
import type { DataModel, Model } from '../../../src/analysis/data-model.ts'
import { readDataModel } from '../../../src/prisma/schema/read-data-model.ts'

/** The data model of the test's schema. */
export const dataModel = readDataModel(readFileSync(new URL('../../../prisma/schema.prisma', import.meta.url), 'utf8'))

export const clientModels = modelsOfClient(dataModel)

/** What a client has methods for, views aside. */
export function modelsOfClient({ models }: DataModel): readonly Model[] {
  return [...models.values()].filter((model) => !model.isJoinTable && !model.isView)
}

/** The property of a client: `userProfile` of `UserProfile`. */
export function propertyOf(model: string): string {
  return model.slice(0, 1).toLowerCase() + model.slice(1)
}
