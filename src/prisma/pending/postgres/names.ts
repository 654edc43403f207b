/** Where the tables are. */
export interface Names {
  readonly schema: string
}

export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
