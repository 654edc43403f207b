import { describe, expect, it } from 'vitest'
import { withCascades } from '../../../src/analysis/cascades.ts'
import { anyEvent, createEvent, deleteEvent, updateEvent } from '../../../src/analysis/row-event.ts'
import { eventsOfTables } from '../../../src/analysis/table-events.ts'
import { blog, modelOf } from './schemas.ts'

/** A chain of keys: each model references the one before it by `key`, with the actions named. */
function chain(...actions: readonly string[]) {
  const models = actions.map((action, at) => {
    const name = `M${at + 1}`
    return `
model ${name} {
  key  Int @id @default(0)
  next ${name === `M${actions.length}` ? 'Int?' : `M${at + 2}?`}
  up   M${at} @relation(fields: [key], references: [key], ${action})
  at   DateTime @updatedAt
}`
  })
  return modelOf(`
model M0 {
  key  Int @id
  next M1?
}${models.join('')}`)
}
const lines = (events: ReturnType<typeof withCascades>) =>
  events.map(({ kind, model, changed }) => (kind === 'update' ? `update ${model} ${changed}` : `${kind} ${model}`))

describe('a cascade', () => {
  const cascade = 'onDelete: Cascade'
  it.each([
    ['stops at Restrict', ['onDelete: Restrict'], []],
    ['stops at NoAction', ['onDelete: NoAction'], []],
    ['deletes at every level', [cascade, cascade, cascade], ['delete M1', 'delete M2', 'delete M3']],
    ['stops half way', [cascade, 'onDelete: Restrict', cascade], ['delete M1']],
    [
      'goes on as an update where a key is reset that others reference',
      [cascade, 'onDelete: SetDefault', 'onUpdate: Cascade'],
      ['delete M1', 'update M2 at,key', 'update M3 at,key'],
    ],
    ['ends where a reset key must not change', ['onDelete: SetDefault', 'onUpdate: Restrict'], ['update M1 at,key']],
  ])('of a delete %s', (_, actions, expected) => {
    expect(lines(withCascades(chain(...actions), [deleteEvent('M0')])).slice(1)).toEqual(expected)
  })

  it.each([
    [
      'follows a key that cascades',
      ['onUpdate: Cascade', 'onUpdate: SetDefault'],
      ['update M1 at,key', 'update M2 at,key'],
    ],
    ['cascades by default', ['onDelete: Restrict'], ['update M1 at,key']],
    ['stops at Restrict', ['onUpdate: Restrict'], []],
    ['stops at NoAction', ['onUpdate: NoAction'], []],
  ])('of an update %s', (_, actions, expected) => {
    const dataModel = chain(...actions)
    const update = (changed: 'all' | string[]) => [updateEvent(dataModel.models.get('M0')!, changed)]
    expect(lines(withCascades(dataModel, update(['key']))).slice(1)).toEqual(expected)
    expect(lines(withCascades(dataModel, update('all'))).slice(1)).toEqual(expected)
    expect(lines(withCascades(dataModel, update(['other']))).slice(1)).toEqual([])
  })

  it('of something unknown is both', () => {
    expect(lines(withCascades(chain('onDelete: Cascade'), [anyEvent('M0')]))).toEqual([
      'any M0',
      'delete M1',
      'update M1 at,key',
    ])
  })

  it('of a create is nothing', () => {
    expect(lines(withCascades(blog, [createEvent('User')]))).toEqual(['create User'])
  })

  it('takes the rows of join tables along and ends in a cycle', () => {
    expect(lines(withCascades(blog, [deleteEvent('User')]))).toEqual([
      'delete User',
      'update User bossId,updatedAt',
      'update Post authorId,updatedAt',
      'update Profile userId',
      'update Comment userId',
      'delete _Liked',
      'delete _Friends',
    ])
    const tree = modelOf(`
model Node {
  id   Int    @id
  upId Int?
  up   Node?  @relation("Tree", fields: [upId], references: [id], onDelete: Cascade)
  down Node[] @relation("Tree")
}`)
    expect(lines(withCascades(tree, [deleteEvent('Node')]))).toEqual(['delete Node', 'delete Node'])
  })
})

describe('a raw write', () => {
  const everything = [...blog.models.keys()].map((model) => `any ${model}`)
  it.each([['users'], ['USERS'], ['public.users'], ['"public"."users"']])(
    'on %s is any event of its model, and what cascades',
    (table) => {
      const found = lines(eventsOfTables(blog, [table]))
      expect(found[0]).toBe('any User')
      expect(found).toContain('update Post authorId,updatedAt')
      expect(found).not.toContain('any Post')
    },
  )

  it('on a join table is any event of it', () => {
    expect(lines(eventsOfTables(blog, ['_PostToTag']))).toEqual(['any _PostToTag'])
    expect(lines(eventsOfTables(blog, []))).toEqual([])
  })

  it.each([[['users', 'users_2024']], [['User']], ['all' as const]])('on %j may have touched every model', (tables) => {
    expect(lines(eventsOfTables(blog, tables))).toEqual(everything)
  })

  it('on a view may have touched every model', () => {
    const dataModel = modelOf('model A {\n id Int @id\n}\nview V {\n id Int @unique\n}', { preview: '"views"' })
    expect(lines(eventsOfTables(dataModel, ['v']))).toEqual(['any A', 'any V'])
  })
})
