import type { DecimalClass } from '../../core/codec/rules.ts'
import type { Field } from '../data-model.ts'
import { decimalRule } from './values/decimal.ts'
import { ruleElsewhere } from './values/elsewhere.ts'
import { jsonRule } from './values/json.ts'
import { bigIntRule, floatRule, intRule } from './values/numbers.ts'
import { booleanRule, bytesRule, enumRule, stringRule } from './values/plain.ts'
import { dateTimeRule } from './values/time.ts'
import type { ValueRule } from './values/value-rule.ts'

/** What the rules are made with, because they know no class and no sentinel of Prisma themselves. */
export interface Environment {
  readonly Decimal: DecimalClass
  /** Names `DbNull` and `JsonNull`; `undefined` for plain data. */
  readonly identify: (value: object) => string | undefined
}

/**
 * What becomes of the values of a field, or of the items of a list; `null` where that is not certain: for native types that pad,
 * fold, round or compare in ways of their own.
 */
export function valueRule(provider: string, field: Field, environment: Environment): ValueRule | null {
  if (provider === 'mysql' || provider === 'sqlite') return ruleElsewhere(provider, field, environment.Decimal)
  return provider === 'postgresql' ? ruleOnPostgres(field, environment) : null
}

function ruleOnPostgres(field: Field, { Decimal, identify }: Environment): ValueRule | null {
  if (field.kind === 'enum') return enumRule(field)
  if (field.kind !== 'scalar') return null
  switch (field.type) {
    case 'Int':
      return intRule(field.nativeType)
    case 'BigInt':
      return bigIntRule(field.nativeType)
    case 'Float':
      return floatRule(field)
    case 'Decimal':
      return decimalRule(field.nativeType, Decimal)
    case 'Boolean':
      return booleanRule(field.nativeType)
    case 'String':
      return stringRule(field)
    case 'DateTime':
      return dateTimeRule(field.nativeType)
    case 'Bytes':
      return bytesRule(field)
    case 'Json':
      return jsonRule(field, identify)
    default:
      return null
  }
}
