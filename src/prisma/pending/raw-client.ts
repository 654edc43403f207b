/** What is used of a client inside a transaction; model delegates besides. */
export interface RawClient {
  $queryRawUnsafe<T>(sql: string, ...values: readonly unknown[]): Promise<T>
  $executeRawUnsafe(sql: string, ...values: readonly unknown[]): Promise<number>
}

/** What is used of the original client. */
export interface TransactionClient extends RawClient {
  $transaction<T>(
    run: (tx: RawClient) => Promise<T>,
    options: { readonly timeout: number; readonly maxWait: number },
  ): Promise<T>
}
