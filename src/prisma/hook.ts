/** What Prisma gives a query hook that sees every operation. */
export interface Hook {
  /** Absent for raw statements. */
  readonly model?: string | undefined
  readonly operation: string
  readonly args: unknown
  /** Runs the operation with these arguments; may be called more than once. */
  readonly query: (args: unknown) => Promise<unknown>
}
