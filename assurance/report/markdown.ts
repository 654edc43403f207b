/** A table in Markdown. The first column names the rows, all `numbers` are on the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { numbers = head.length - 1 }: { readonly numbers?: number } = {},
): string {
  const rule = head.map((_, at) => (at > 0 && at <= numbers ? '---:' : '---'))
  return [head, rule, ...rows].map((cells) => `| ${cells.map(escaped).join(' | ')} |`).join('\n')
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** `1,234` */
export function count(value: number): string {
  return value.toLocaleString('en')
}

/** `1,234 ms`; a dash where it never came about. */
export function ms(value: number | null): string {
  return value === null ? '–' : `${Math.round(value).toLocaleString('en')} ms`
}

/** `93 %`; a dash of nothing. */
export function percent(ratio: number | null): string {
  return ratio === null ? '–' : `${Math.round(ratio * 100)} %`
}
