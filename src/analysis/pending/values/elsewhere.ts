import type { DecimalClass } from '../../../core/codec/rules.ts'
import type { Field } from '../../data-model.ts'
import { decimalRule } from './decimal.ts'
import { bigIntRule, intRule } from './numbers.ts'
import { booleanRule, bytesRule, enumRule, stringRule } from './plain.ts'
import { dateTimeRule } from './time.ts'
import { isShort, simpleRule, type ValueRule } from './value-rule.ts'

/** Those besides PostgreSQL on which writes are accepted. */
type Elsewhere = 'mysql' | 'sqlite'

/**
 * What becomes of the values of a field on MySQL (MariaDB) and SQLite: of the types that Prisma gives by default, and only what is sure to be
 * the same there as it was written.
 *
 * Not JSON, of which the text is kept in other ways; and of the arithmetic only that of integers, without division: other
 * operands arrive as doubles, MySQL rounds a quotient, and SQLite keeps it with its fraction (seen with the adapters of Prisma 7.10).
 */
export function ruleElsewhere(provider: Elsewhere, field: Field, Decimal: DecimalClass): ValueRule | null {
  if (field.isList) return null
  if (field.kind === 'enum') return enumRule(field)
  if (field.kind !== 'scalar') return null
  const isMysql = provider === 'mysql'
  if (field.type === 'String') return isMysql ? stringOfMysql(field) : stringRule(field)
  if (field.nativeType !== null) return null
  switch (field.type) {
    case 'Int':
      return integers(field, intRule(null), { isMysql })
    case 'BigInt':
      return integers(field, bigIntRule(null), { isMysql })
    case 'Float':
      return simpleRule((given) => (isPlainNumber(given) ? given : undefined))
    case 'Decimal':
      // SQLite makes a double of it.
      return isMysql ? withoutArithmetic(decimalRule(null, Decimal)) : null
    case 'Boolean':
      return booleanRule(null)
    case 'DateTime':
      return isMysql ? dateTimeOfMysql() : dateTimeRule(null)
    case 'Bytes':
      return bytesRule(field)
    default:
      return null
  }
}

function integers(field: Field, rule: ValueRule | null, { isMysql }: { readonly isMysql: boolean }): ValueRule | null {
  const compute = rule?.compute
  if (!compute) return rule
  // MySQL takes a zero for the next number.
  const isNumbered = isMysql && field.default?.kind === 'autoincrement'
  return {
    ...rule,
    take: (given) => (isNumbered && (given === 0 || given === 0n) ? undefined : rule.take(given)),
    compute: (op, base, operand) => (op === 'divide' ? undefined : compute(op, base, operand)),
  }
}

function withoutArithmetic(rule: ValueRule | null): ValueRule | null {
  return rule && { ...rule, compute: () => undefined }
}

/** The sign of zero may be lost. */
function isPlainNumber(given: unknown): given is number {
  return Number.isFinite(given) && isShort(given as number) && !Object.is(given, -0)
}

/** `VARCHAR(191)` by default; longer types count bytes. */
function stringOfMysql(field: Field): ValueRule | null {
  const { nativeType } = field
  if (nativeType !== null && nativeType.name !== 'VarChar') return null
  return stringRule({ ...field, nativeType: { name: 'VarChar', args: nativeType?.args ?? ['191'] } })
}

/** Source: https://dev.mysql.com/doc/refman/8.4/en/datetime.html */
const firstMsOfMysql = Date.parse('1000-01-01T00:00:00.000Z')

function dateTimeOfMysql(): ValueRule | null {
  const rule = dateTimeRule(null)
  if (!rule) return null
  return {
    ...rule,
    ofDefault: () => undefined,
    take(given) {
      const taken = rule.take(given)
      return taken && (taken.returned as Date).getTime() >= firstMsOfMysql ? taken : undefined
    },
  }
}
