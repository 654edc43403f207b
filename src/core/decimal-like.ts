export interface DecimalLike {
  toFixed(): string
}

/** Whether a value is a decimal. It is known by what it has, as Prisma knows it: any copy of decimal.js will do. */
export function isDecimal(value: object): value is DecimalLike & { readonly e: number } {
  const { d, e, s, toFixed } = value as Readonly<Record<string, unknown>>
  return Array.isArray(d) && typeof e === 'number' && typeof s === 'number' && typeof toFixed === 'function'
}
