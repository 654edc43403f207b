import Table from 'cli-table3'

/** A table whose first column names the rows, and whose others are numbers. */
export function newTable(head: string[]): Table.Table {
  const numbers = head.slice(1).map(() => 'right' as const)
  return new Table({ head, colAligns: ['left', ...numbers], style: { head: [], border: [] } })
}

/** `1,234` */
export function whole(value: number): string {
  return value.toLocaleString('en')
}

/** `12.3 %`, or `-` of nothing. */
export function share(part: number, total: number): string {
  return total === 0 ? '-' : `${((100 * part) / total).toFixed(1)} %`
}
