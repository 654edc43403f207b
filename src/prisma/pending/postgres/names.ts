/** Where the tables are. */
export interface Names {
  readonly schema: string
}

/** As the SQL standard quotes names. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
