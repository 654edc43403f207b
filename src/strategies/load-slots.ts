import pLimit, { type LimitFunction } from 'p-limit'
import type { ReadPlan } from './read-plan.ts'

/** Bounds how many loads of a model this process has under way at a time; the others wait, first come, first served. */
export interface LoadSlots {
  run<T>(plan: Pick<ReadPlan, 'model' | 'maxLoads'>, load: () => Promise<T>): Promise<T>
}

export function createLoadSlots(): LoadSlots {
  const limits = new Map<string, LimitFunction>()
  return {
    run({ model, maxLoads }, load) {
      if (maxLoads === Number.POSITIVE_INFINITY) return load()
      let limit = limits.get(model)
      if (!limit) {
        limit = pLimit(maxLoads)
        limits.set(model, limit)
      }
      return limit(load)
    },
  }
}
