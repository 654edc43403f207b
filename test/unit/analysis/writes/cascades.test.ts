import { describe, expect, it } from 'vitest'
import type { DataModel } from '../../../../src/analysis/data-model.ts'
import {
  type DeclaredChange,
  type DeclaredChanges,
  withConsequences,
} from '../../../../src/analysis/writes/consequences.ts'
import {
  anyEvent,
  createEvent,
  deleteEvent,
  type RowEvent,
  updateEvent,
} from '../../../../src/analysis/writes/row-event.ts'
import { eventsOfTables } from '../../../../src/analysis/writes/table-events.ts'
import { blog, modelOf } from '../schemas.ts'
import { lineOf } from './event-lines.ts'

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
const nothing: DeclaredChanges = new Map()
const withCascades = (dataModel: DataModel, events: readonly RowEvent[]) => withConsequences(dataModel, nothing, events)
/** Without the values, which other tests look at. */
const lines = (events: readonly RowEvent[]) =>
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
    const update = (changed: 'all' | string[]) => [updateEvent(dataModel.models.get('M0')!, { changed })]
    expect(lines(withCascades(dataModel, update(['key']))).slice(1)).toEqual(expected)
    expect(lines(withCascades(dataModel, update('all'))).slice(1)).toEqual(expected)
    expect(lines(withCascades(dataModel, update(['other']))).slice(1)).toEqual([])
  })

  it('of something unknown is both', () => {
    expect(lines(withCascades(chain('onDelete: Cascade'), [anyEvent('M0', 'why')]))).toEqual([
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
      'update Post author_id,updatedAt',
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
    expect(lines(withCascades(tree, [deleteEvent('Node')]))).toEqual(['delete Node'])
  })
})

describe('the rows that a cascade reaches', () => {
  const known = (values: Record<string, string>) => new Map(Object.entries(values))
  const effects = (dataModel: DataModel, event: RowEvent) => withCascades(dataModel, [event]).slice(1).map(lineOf)

  it('are those that held the key of the row', () => {
    expect(effects(blog, deleteEvent('User', known({ id: '1' })))).toEqual([
      'update User bossId,updatedAt was bossId=1 is bossId=null',
      'update Post author_id,updatedAt was author_id=1 is author_id=null',
      'update Profile userId was userId=1 is userId=null',
      'update Comment userId was userId=1 is userId=null',
      'delete _Liked with B=1',
      'delete _Friends with A=1',
      'delete _Friends with B=1',
    ])
    expect(effects(blog, deleteEvent('Post', known({ id: '7', title: 't' })))).toEqual([
      'delete Comment with postId=7',
      'delete _Liked with A=7',
      'delete _PostToTag with A=7',
    ])
  })

  it('hold the new key where it is known', () => {
    const dataModel = chain('onUpdate: Cascade')
    const before = known({ key: '1' })
    const moved = updateEvent(dataModel.models.get('M0')!, { changed: ['key'], before, after: known({ key: '2' }) })
    expect(effects(dataModel, moved)).toEqual(['update M1 at,key was key=1 is key=2'])
    expect(effects(dataModel, updateEvent(dataModel.models.get('M0')!, { changed: ['key'], before }))).toEqual([
      'update M1 at,key was key=1',
    ])
  })

  it('are known further down while the key is part of the next', () => {
    const shop = modelOf(`
model Team {
  id    Int    @id
  seats Seat[]
}
model Seat {
  teamId Int
  no     Int
  team   Team   @relation(fields: [teamId], references: [id], onDelete: Cascade)
  notes  Note[]
  @@id([teamId, no])
}
model Note {
  id     Int  @id
  teamId Int
  no     Int
  seat   Seat @relation(fields: [teamId, no], references: [teamId, no], onDelete: Cascade)
}`)
    expect(effects(shop, deleteEvent('Team', known({ id: '1' })))).toEqual([
      'delete Seat with teamId=1',
      'delete Note with teamId=1',
    ])
  })

  it('are any rows where the key is compared loosely', () => {
    const loose = modelOf(`
model A {
  code String @id @db.Citext
  bs   B[]
}
model B {
  id    Int    @id
  aCode String @db.Citext
  a     A      @relation(fields: [aCode], references: [code], onDelete: Cascade)
}`)
    expect(effects(loose, deleteEvent('A', known({ code: 'x' })))).toEqual(['delete B'])
  })
})

describe('what is declared to change', () => {
  const declared = (changes: Record<string, readonly DeclaredChange[]>): DeclaredChanges =>
    new Map(Object.entries(changes))
  const effectsOf = (changes: Record<string, readonly DeclaredChange[]>, event: RowEvent) =>
    withConsequences(blog, declared(changes), [event]).slice(1).map(lineOf)
  const whole = (model: string) => ({ model, field: null })
  const tag = createEvent('Tag', new Map(Object.entries({ id: '1', label: 'l' })))

  it('is a model, with all that follows from it', () => {
    expect(effectsOf({ Tag: [whole('Comment')] }, tag)).toEqual(['any Comment'])
    expect(effectsOf({ Tag: [whole('Profile'), whole('Comment')], Comment: [whole('Tag')] }, tag)).toEqual([
      'any Profile',
      'any Comment',
      'any Tag',
      'delete _PostToTag',
      'update _PostToTag B',
    ])
  })

  it('is a field of the rows that were written, or of any rows of another model', () => {
    const ofTag = { Tag: [{ model: 'Tag', field: 'label' }] }
    expect(effectsOf(ofTag, tag)).toEqual(['update Tag label where id=1'])
    // It may be made into something else.
    expect(effectsOf(ofTag, deleteEvent('Tag'))).toEqual(['delete _PostToTag', 'update Tag label'])
    expect(effectsOf({ Tag: [{ model: 'Post', field: 'authorId' }] }, tag)).toEqual(['update Post author_id,updatedAt'])
  })

  it('follows raw writes and cascades as well', () => {
    const changes = declared({ Comment: [whole('Profile')] })
    expect(lines(withConsequences(blog, changes, [deleteEvent('Post')]))).toContain('any Profile')
    expect(lines(eventsOfTables(blog, changes, ['comment']))).toEqual(['any Comment', 'any Profile'])
  })
})

describe('a raw write', () => {
  const everything = [...blog.models.keys()].map((model) => `any ${model}`)
  it.each([['users'], ['USERS'], ['public.users'], ['"public"."users"']])(
    'on %s is any event of its model, and what cascades',
    (table) => {
      const found = lines(eventsOfTables(blog, nothing, [table]))
      expect(found[0]).toBe('any User')
      expect(found).toContain('update Post author_id,updatedAt')
      expect(found).not.toContain('any Post')
    },
  )

  it('on a join table is any event of it', () => {
    expect(lines(eventsOfTables(blog, nothing, ['_PostToTag']))).toEqual(['any _PostToTag'])
    expect(lines(eventsOfTables(blog, nothing, []))).toEqual([])
  })

  it.each([[['users', 'users_2024']], [['User']], ['all' as const]])('on %j may have touched every model', (tables) => {
    expect(lines(eventsOfTables(blog, nothing, tables))).toEqual(everything)
  })

  it('on a view may have touched every model', () => {
    const dataModel = modelOf('model A {\n id Int @id\n}\nview V {\n id Int @unique\n}', { preview: '"views"' })
    expect(lines(eventsOfTables(dataModel, nothing, ['v']))).toEqual(['any A', 'any V'])
  })
})
