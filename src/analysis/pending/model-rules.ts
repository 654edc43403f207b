import type { DataModel, Field, Model } from '../data-model.ts'
import { isPinnable } from '../equality/pin.ts'
import { type Absent, absentValue } from './defaults.ts'
import { type Environment, valueRule } from './field-rules.ts'
import type { ValueRule } from './values/value-rule.ts'

/** What can be said of every write on a model, once. */
export interface ModelRules {
  readonly model: Model
  /** The fields with columns that the client knows, by name, in the order of the schema. */
  readonly fields: ReadonlyMap<string, FieldRules>
  /** Those that any update sets. */
  readonly updatedAt: readonly FieldRules[]
  /** Why nothing of the model is accepted; `null` if something may be. */
  readonly refusal: string | null
  readonly refusalOfCreate: string | null
  readonly refusalOfDelete: string | null
}

export interface FieldRules {
  readonly field: Field
  /** Of the items, if it is a list. `null`: no value of it is accepted. */
  readonly rule: ValueRule | null
  readonly absent: Absent
  /** Other rows may hold its value, it says which row it is, or only the database can tell whether it is taken. */
  readonly isFixed: boolean
}

const known = new WeakMap<Model, { readonly environment: Environment; readonly rules: ModelRules }>()

export function modelRules(dataModel: DataModel, model: Model, environment: Environment): ModelRules {
  const found = known.get(model)
  const { Decimal, identify } = environment
  if (found?.environment.Decimal === Decimal && found.environment.identify === identify) return found.rules
  const rules = makeRules(dataModel, model, environment)
  known.set(model, { environment, rules })
  return rules
}

function makeRules(dataModel: DataModel, model: Model, environment: Environment): ModelRules {
  const references = dataModel.references.get(model.name) ?? []
  const referenced = new Set(references.flatMap(({ toFields }) => toFields))
  const untold = untoldKeys(dataModel, model)
  const isId = (name: string) => model.idFields.includes(name)
  const fields = model.scalars
    .filter(({ isHidden }) => !isHidden)
    .map((field): FieldRules => {
      const rule = valueRule(dataModel.provider, field, environment)
      return {
        field,
        rule,
        absent: rule ? absentValue(field, rule, { isId: isId(field.name) }) : absentOfUnknown(field),
        isFixed: isId(field.name) || referenced.has(field.name) || untold.has(field.name),
      }
    })
  return {
    model,
    fields: new Map(fields.map((one) => [one.field.name, one])),
    updatedAt: fields.filter(({ field }) => field.isUpdatedAt),
    refusal: refusal(dataModel, model),
    refusalOfCreate: untold.size > 0 ? untoldKey : refusalOfHidden(model),
    refusalOfDelete: references.length > 0 ? 'other rows may reference it' : untold.size > 0 ? untoldKey : null,
  }
}

/** The fields of unique keys of which it is not known when two are equal: a row may need what another one gives up, in another order. */
function untoldKeys(dataModel: DataModel, { uniques, fields }: Model): ReadonlySet<string> {
  const isTold = (name: string) => isPinnable(dataModel, fields.get(name)!)
  return new Set(uniques.filter((unique) => !unique.fields.every(isTold)).flatMap((unique) => unique.fields))
}

const untoldKey = 'a unique key is compared in ways of the database'

function refusalOfHidden({ scalars }: Model): string | null {
  return scalars.some(isFilledUnseen) ? 'the model has a hidden column that may need a value' : null
}

const accepting: ReadonlySet<string> = new Set(['postgresql', 'mysql', 'sqlite'])

function refusal({ provider }: DataModel, model: Model): string | null {
  if (!accepting.has(provider)) return 'the database is none of those for which writes are accepted'
  if (model.isView || model.isJoinTable) return 'it is no model with a table'
  if (model.idFields.length === 0) return 'the model has no id'
  for (const field of model.scalars) {
    if (field.isComputed) return 'the database computes a column'
    // `ON UPDATE CURRENT_TIMESTAMP` does not show in the schema, and older MariaDBs give it to the first such column by themselves.
    if (provider === 'mysql' && field.nativeType?.name === 'Timestamp') return 'the database may set a column by itself'
    if (field.isHidden && (field.isUpdatedAt || model.idFields.includes(field.name)))
      return 'a hidden column is written'
    if (field.isUpdatedAt && (!field.isRequired || field.isList)) return 'an optional @updatedAt'
  }
  return null
}

/** A column of a kind that is not understood may stay NULL. */
function absentOfUnknown(field: Field): Absent {
  const isNull = field.default === null && !field.isRequired && !field.isList && !field.isUpdatedAt
  return isNull ? { kind: 'unset', returned: null } : { kind: 'unknown' }
}

function isFilledUnseen({ isHidden, isRequired, isList, default: found }: Field): boolean {
  return isHidden && ((isRequired && !isList) || found !== null)
}
