const reads = new Set([
  'findUnique',
  'findUniqueOrThrow',
  'findFirst',
  'findFirstOrThrow',
  'findMany',
  'count',
  'aggregate',
  'groupBy',
])

/** Whether an operation on a model only reads. Everything that is not known to only read counts as a write. */
export function isRead(operation: string): boolean {
  return reads.has(operation)
}
