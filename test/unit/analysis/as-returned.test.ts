import { expect, it } from 'vitest'
import { asReturned } from '../../../src/analysis/reads/as-returned.ts'
import { modelOf } from './schemas.ts'

const schema = `
model Row {
  id    Int      @id
  token String   @unique @db.Uuid
  day   DateTime @db.Date
  nick  String   @unique @db.Char(4)
  name  String
  @@unique([day, token])
}
model Plain {
  id   Int    @id
  name String @unique
}`
const dataModel = modelOf(schema)
const [row, plain] = ['Row', 'Plain'].map((name) => dataModel.models.get(name)!) as [Model, Model]
type Model = Parameters<typeof asReturned>[1]

const uuid = '6f9619ff-8b86-4d11-b42d-00c04fc964ff'
const noon = new Date('2024-01-02T12:00:00Z')
const midnight = new Date('2024-01-02')

it.each([
  ['a number', { id: 5 }, { id: 5 }, true],
  ['a UUID', { token: uuid.toUpperCase() }, { token: uuid }, true],
  ['a compound key', { day_token: { day: noon, token: uuid } }, { day_token: { day: midnight, token: uuid } }, true],
  ['blanks at the end, maybe', { nick: 'ada' }, { nick: 'ada' }, false],
  ['a value beside the key', { token: uuid.toUpperCase(), nick: 'ada' }, { token: uuid, nick: 'ada' }, false],
  ['nothing beside the key', { token: uuid, name: undefined }, { token: uuid, name: undefined }, true],
  // Prisma asks for these alone.
  ['a condition beside the key', { nick: 'ada', id: { gt: 1 } }, { nick: 'ada', id: { gt: 1 } }, true],
  ['a list of conditions', { nick: 'ada', AND: [{ name: 'x' }] }, { nick: 'ada', AND: [{ name: 'x' }] }, true],
])('%s', (_, where, spelled, isCertain) => {
  expect(asReturned(dataModel, row, where)).toEqual({ where: spelled, isCertain })
})

it('leaves as it is what nobody spells otherwise', () => {
  for (const where of [{ id: 5 }, { name: 'x' }, { id: 5, name: 'x' }]) {
    expect(asReturned(dataModel, plain, where).where).toBe(where)
    expect(asReturned(dataModel, plain, where).isCertain).toBe(true)
  }
})
