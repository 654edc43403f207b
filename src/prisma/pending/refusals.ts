import type { Model } from '../../analysis/data-model.ts'
import { CacheError } from '../../core/errors.ts'

/** An update or delete did not find its row; of several rows, at least one. */
export function rowNotFound({ name: model }: Model, kind: 'update' | 'delete'): CacheError {
  return new CacheError('WRITE_BEHIND.ROW_NOT_FOUND', `A pending ${kind} found no row of ${model}.`, {
    fix: 'Somebody else deleted it, or it was never created.',
    model,
  })
}

/** A value that is of no kind that the field can hold. */
export function unwritableValue({ name: model }: Model, cause: unknown): CacheError {
  return new CacheError(
    'WRITE_BEHIND.UNWRITABLE_VALUE',
    `A pending write of ${model} holds a value that cannot be written.`,
    {
      model,
      cause,
    },
  )
}
