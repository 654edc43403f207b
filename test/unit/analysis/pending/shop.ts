import { Decimal } from '@prisma/client/runtime/client'
import type { Row } from '../../../../src/analysis/pending/pending-write.ts'
import { planPendingWrite } from '../../../../src/analysis/pending/plan-pending-write.ts'
import { plainView } from '../../../../src/analysis/reads/rows.ts'
import { identify } from '../../../../src/prisma/values.ts'
import { modelOf } from '../schemas.ts'

/** A model with a default of every kind, and models of which nothing or little is accepted. */
export const shop = modelOf(`
model Item {
  id        Int      @id @default(autoincrement())
  code      String   @unique @db.VarChar(4)
  size      Int      @default(3)
  stock     Int      @db.SmallInt
  total     BigInt   @default(9007199254740993)
  weight    Float    @default(0.5)
  price     Decimal  @default(1.50) @db.Decimal(5, 2)
  rank      Int?
  half      Float?   @db.Real
  sku       String?  @db.Char(3)
  tags      String[] @default(["a"])
  pages     Bytes[]
  meta      Json     @default("{\\"bb\\": 1.0, \\"a\\": 2}")
  data      Bytes?
  seenAt    DateTime @default("2024-01-01T00:00:00.000+02:00")
  madeAt    DateTime @default(now())
  changedAt DateTime @updatedAt
  key       String   @default(uuid(7)) @db.Uuid
  lines     Line[]
}

model Line {
  id     String @id @default(cuid())
  code   String @default(cuid(2))
  nano   String @default(nanoid(5))
  ulid   String @default(ulid())
  itemId Int
  item   Item   @relation(fields: [itemId], references: [id])
}

model Plain {
  id   Int    @id
  text String @default("x")
}

model Keyless {
  code String @unique
}

model Computed {
  id  Int @id
  sum Int @default(dbgenerated("a + b"))
}

model Loose {
  id   Int    @id
  made String @default(dbgenerated("gen_random_uuid()"))
}

model Unseen {
  id    Int    @id
  text  String
  flag  Int    @ignore
}

model Faded {
  id   Int     @id
  text String?
  flag Int?    @default(1) @ignore
}

model Secret {
  id   Int      @id
  text String
  at   DateTime @updatedAt @ignore
}

model Group {
  id    Int     @id
  name  String
  tags  Label[]
}

model Label {
  id     Int     @id
  groups Group[]
}

model Clock {
  id   Int       @id
  at   DateTime? @updatedAt
}
`)

const options = { Decimal, identify, client: plainView }
/** When everything is accepted. */
export const now = new Date('2026-01-02T03:04:05.006Z')

/** The plan of a call. */
export function plan(model: string, operation: string, args: unknown, client = plainView, dataModel = shop) {
  return planPendingWrite(dataModel, dataModel.models.get(model)!, { operation, args }, { ...options, client })
}

/** What a call is accepted as; the reason why it is not. */
export function accept(
  model: string,
  operation: string,
  args: unknown,
  { base = null as Row | null, ids = [7n] } = {},
) {
  const planned = plan(model, operation, args)
  if ('synchronous' in planned) return planned.synchronous
  const resolved = planned.resolve(base, { now, ids })
  return resolved.kind === 'synchronous'
    ? resolved.reason
    : { writes: resolved.writes, result: planned.result(resolved.writes), planned }
}

/** The same, of a call that is accepted. */
export function accepted(...args: Parameters<typeof accept>) {
  const found = accept(...args)
  if (typeof found === 'string') throw new Error(found)
  return found
}

/** What an item cannot be created without. */
export const item = { code: 'abcd', stock: 1 }
/** An item. */
export const base = {
  id: 1,
  ...item,
  size: 3,
  total: 1n,
  weight: 0.5,
  price: new Decimal('1.5'),
  tags: ['a'],
  half: 0.5,
} as Row
/** An item is updated. */
export const update = (data: object, row: Row = base) =>
  accept('Item', 'update', { where: { id: 1 }, data }, { base: row })
