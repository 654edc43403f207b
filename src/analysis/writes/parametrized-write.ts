import type { DataModel, Field, Model } from '../data-model.ts'
import { Parameter } from '../equality/parameter.ts'
import { pinOf } from '../equality/pin.ts'
import { isNode, isPlainNode, type Node } from '../reads/node.ts'

/** A write without its values: all writes of a kind are analysed alike. */
export interface ParametrizedWrite {
  /** Equal for two writes if and only if they are of one kind. */
  readonly kind: string
  /** Of the parameters, by number. */
  readonly pins: readonly string[]
  /** The arguments as they were given. */
  readonly given: Node
  /** The same with parameters in the place of values. */
  readonly args: () => Node
}

/**
 * Takes a write apart that sets columns, finds its rows by values of columns, and returns columns. `null` for every other write, and where it is
 * not plain how to read the arguments.
 */
export function parametrizedWrite(
  dataModel: DataModel,
  model: Model,
  { operation, args }: { readonly operation: string; readonly args: unknown },
): ParametrizedWrite | null {
  if (!operations.has(operation) || !isPlainNode(args)) return null
  const taken = new Taken(dataModel, model)
  for (const name in args) {
    const part = args[name]
    if (part === undefined) continue
    if (!isPlainNode(part)) return null
    taken.open(name)
    if (!takePart(taken, name, part)) return null
    taken.close()
  }
  return { kind: `${model.name} ${operation} ${taken.kind}`, pins: taken.pins, given: args, args: () => taken.args() }
}

/** Those that write one row, or the same into many. */
const operations: ReadonlySet<string> = new Set(['create', 'update', 'upsert', 'delete', 'updateMany', 'deleteMany'])

function takePart(taken: Taken, name: string, part: Node): boolean {
  switch (name) {
    case 'where':
      return takeWhere(taken, part)
    case 'data':
    case 'create':
    case 'update':
      return takeData(taken, part)
    case 'select':
    case 'omit':
      return takeShown(taken, part)
    default:
      return false
  }
}

/** Values of columns, and of a compound key. */
function takeWhere(taken: Taken, where: Node): boolean {
  for (const name in where) {
    const value = where[name]
    if (value === undefined) continue
    const field = taken.model.fields.get(name)
    if (field) {
      if (isNode(value) || !taken.pinned(field, value)) return false
    } else {
      if (!taken.model.uniques.some((unique) => unique.name === name) || !isPlainNode(value)) return false
      taken.open(name)
      if (!takeWhere(taken, value)) return false
      taken.close()
    }
  }
  return true
}

function takeData(taken: Taken, data: Node): boolean {
  for (const name in data) {
    const value = data[name]
    if (value === undefined) continue
    const field = taken.model.fields.get(name)
    if (!field || field.kind === 'relation' || field.kind === 'composite') return false
    if (!isNode(value)) {
      if (!taken.pinned(field, value)) taken.other(field)
    } else if (field.type === 'Json') {
      if (!isPlainNode(value)) return false
      taken.other(field)
    } else {
      const [operator, ...more] = Object.keys(value)
      if (operator === undefined || more.length > 0 || !isPlainNode(value)) return false
      const operand = value[operator]
      if (operand === undefined || isNode(operand) || !operators.has(operator)) return false
      if (operator !== 'set' || !taken.pinned(field, operand)) taken.other(field)
    }
  }
  return true
}

const operators: ReadonlySet<string> = new Set(['set', 'increment', 'decrement', 'multiply', 'divide', 'push'])

function takeShown(taken: Taken, shown: Node): boolean {
  for (const name in shown) {
    const field = taken.model.fields.get(name)
    const isOn = shown[name]
    if (!field || field.kind === 'relation' || (isOn !== undefined && typeof isOn !== 'boolean')) return false
    taken.shown(name, isOn)
  }
  return true
}

/** What was taken so far: the kind as text, and of each part what stands in the place of its values. */
class Taken {
  kind = ''
  readonly pins: string[] = []
  readonly model: Model
  readonly #dataModel: DataModel
  readonly #steps: Step[] = []

  constructor(dataModel: DataModel, model: Model) {
    this.#dataModel = dataModel
    this.model = model
  }

  open(name: string): void {
    this.kind += `${name}{`
    this.#steps.push({ name })
  }

  close(): void {
    this.kind += '}'
    this.#steps.push(null)
  }

  /** A value that the database holds for equal to its pin, or NULL; `false` for every other. */
  pinned(field: Field, value: unknown): boolean {
    const pin = pinOf(this.#dataModel, field, value)
    if (pin === undefined) return false
    this.#take(field.name, pin === null ? '!' : '=', pin === null ? null : Parameter.of(field, this.pins.length))
    if (pin !== null) this.pins.push(pin)
    return true
  }

  /** A value that is not pinned. */
  other({ name }: Field): void {
    this.#take(name, '~', unpinned)
  }

  shown(name: string, isOn: boolean | undefined): void {
    this.#take(name, isOn === undefined ? '?' : isOn ? '+' : '-', isOn)
  }

  /** No name of a field has one of these signs in it. */
  #take(name: string, sign: string, value: unknown): void {
    this.kind += sign + name
    this.#steps.push({ name, value })
  }

  args(): Node {
    const args: Record<string, unknown> = {}
    const open = [args]
    for (const step of this.#steps) {
      const node = open.at(-1)!
      if (step === null) open.pop()
      else if ('value' in step) node[step.name] = step.value
      else {
        const inner = {}
        node[step.name] = inner
        open.push(inner)
      }
    }
    return args
  }
}

/** The beginning of a part, a value in it, or its end. */
type Step = { readonly name: string; readonly value?: unknown } | null

const unpinned = new Parameter(null, '')
