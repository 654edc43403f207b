/** The right to flush a partition: the token by which the store knows it, and the epoch by which the database does. */
export interface Lead {
  readonly token: string
  readonly epoch: bigint
}
