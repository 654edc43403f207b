import { isDate } from 'node:util/types'
import { type NativeType, simpleRule, type ValueRule } from './value-rule.ts'

/**
 * Moments to the millisecond, where the column keeps these, and days. Not times without a day.
 *
 * Source: Prisma's default native type of `DateTime` on PostgreSQL is `timestamp(3)`; without a precision PostgreSQL keeps six digits.
 */
export function dateTimeRule(nativeType: NativeType): ValueRule | null {
  switch (nativeType?.name) {
    case 'Date':
      return momentRule(dayMs)
    case undefined:
      return momentRule(1)
    case 'Timestamp':
    case 'Timestamptz':
      return Number(nativeType?.args[0] ?? 6) < 3 ? null : momentRule(1)
    default:
      return null
  }
}

const dayMs = 86_400_000
/** Years of four digits: others are written in ways that not every part of the path understands. */
const firstMs = Date.parse('0001-01-01T00:00:00.000Z')
const lastMs = Date.parse('9999-12-31T23:59:59.999Z')

function momentRule(unitMs: number): ValueRule {
  const accept = (given: unknown) => {
    const ms = isDate(given) ? given.getTime() : typeof given === 'string' ? parseIso(given) : Number.NaN
    return ms >= firstMs && ms <= lastMs ? new Date(Math.floor(ms / unitMs) * unitMs) : undefined
  }
  return simpleRule(accept, {
    ofDefault(written) {
      // With an offset, and already found valid by the schema parser.
      if (
        typeof written !== 'string' ||
        !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/.test(written)
      ) {
        return undefined
      }
      const value = accept(new Date(written))
      return value && { stored: value, returned: value }
    },
    copy: (value) => (isDate(value) ? new Date(value) : value),
  })
}

/** As `toISOString()` writes it, or without milliseconds: `Date` takes days that do not exist for later ones, Prisma refuses them. */
function parseIso(text: string): number {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) return ms
  const iso = new Date(ms).toISOString()
  return text === iso || text === iso.replace('.000Z', 'Z') ? ms : Number.NaN
}
