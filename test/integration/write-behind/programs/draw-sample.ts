import type { Random } from '../../behaviour/random.ts'

/** Few values of every scalar, as a client may give them. */
const pools = {
  int: [0, 1, -7, 2_000_000],
  bigInt: [0n, 9_007_199_254_740_993n, -3n],
  float: [0, 0.1, -1.5e300, 1 / 3],
  decimal: ['0', '1.50', '-0.000000000000000000000000000001', '12345678901234567890.5'],
  boolean: [true, false],
  string: ['', 'a', '\u{1F30D} "x" \\ {}', `it's`],
  dateTime: [new Date(0), new Date('2024-02-29T23:59:59.999Z')],
  date: [new Date('2024-02-29'), new Date('1999-12-31')],
  bytes: [new Uint8Array(), new Uint8Array([0, 255, 10])],
  json: [{ a: [1, null], b: 'x' }, [1, 'x'], 'text', 3, false],
  colour: ['RED', 'GREEN', 'BLUE'],
} as const

type Kind = keyof typeof pools
const kinds = Object.keys(pools) as Kind[]

function draw(kind: Kind, { some }: Random): unknown {
  return some<unknown>(pools[kind])
}

/** All that is required, and some of what is not. */
export function sampleRow(random: Random): object {
  const row: Record<string, unknown> = {}
  for (const kind of kinds) {
    row[kind] = draw(kind, random)
    if (random.integer(3) === 0) row[`${kind}Maybe`] = draw(kind, random)
    if (random.integer(3) === 0) row[`${kind}List`] = [draw(kind, random), draw(kind, random)]
  }
  return row
}

/** Of up to three fields. */
export function drawSample(random: Random): object {
  const changes: Record<string, unknown> = {}
  const { integer, some } = random
  for (let i = integer(3); i >= 0; i -= 1) {
    const kind = some(kinds)
    const suffix = some(['', 'Maybe', 'List'])
    const field = `${kind}${suffix}`
    if (suffix === 'List') {
      changes[field] = kind !== 'json' && integer(2) ? { push: draw(kind, random) } : { set: [draw(kind, random)] }
    } else if (suffix === 'Maybe' && kind !== 'json' && integer(4) === 0) changes[field] = null
    else changes[field] = drawChange(kind, random)
  }
  return changes
}

function drawChange(kind: Kind, random: Random): unknown {
  const op = random.some(['increment', 'decrement', 'multiply', 'set'])
  const operand = random.integer(5) - 2
  switch (random.integer(2) === 0 ? kind : 'none') {
    case 'int':
    case 'float':
      return { [op]: operand }
    case 'bigInt':
      return { [op]: BigInt(operand) }
    case 'decimal':
      return { [op]: `${operand}.25` }
    default:
      return draw(kind, random)
  }
}
