import { describe, expect, it } from 'vitest'
import { plainView } from '../../../../src/analysis/reads/rows.ts'
import { modelOf } from '../schemas.ts'
import { asked, read } from './explained.ts'

const users = (args: object, options?: Parameters<typeof read>[3]) =>
  read('User', 'findMany', { select: { id: true }, ...args }, options) as Record<string, string[]>
const one = (args: object) => read('User', 'findUnique', { where: { id: 1 }, ...args }) as Record<string, string[]>

describe('rows shown below others', () => {
  it('are told by the key of the row above, where the arguments pin it', () => {
    expect(one({ select: { name: true, posts: { select: { title: true } } } })).toEqual({
      User: ['id=1 [name]'],
      Post: ['author_id=1 [id,title]'],
    })
    const author = { select: { profile: { select: { bio: true } } } }
    expect(read('Post', 'findMany', { where: { authorId: 1 }, select: { author } })).toEqual({
      Post: ['author_id=1 [id]'],
      User: ['id=1 []'],
      Profile: ['userId=1 [*]'],
    })
  })

  it('are told by the result where they do not', () => {
    expect(users({ select: { posts: { select: { title: true, comments: true } } } })).toEqual({
      User: ['[id]'],
      Post: ['author_id=? [id,title]'],
      Comment: ['postId=? [*]'],
    })
    expect(read('Post', 'findMany', { select: { title: true, author: { select: { name: true } } } })).toEqual({
      Post: ['[author_id,id,title]'],
      User: ['id=? [name]'],
    })
  })

  it('are told by their own filter too', () => {
    expect(one({ select: { posts: { where: { title: 't' }, select: { id: true } } } })).toMatchObject({
      Post: ['title=t [author_id,id]'],
    })
    expect(one({ select: { comments: { where: { postId: { in: [1, 2] } }, select: { id: true } } } })).toMatchObject({
      Comment: ['postId=1 userId=1 [*]', 'postId=2 userId=1 [*]'],
    })
    expect(users({ select: { comments: { where: { postId: 3 }, select: { id: true } } } })).toMatchObject({
      Comment: ['postId=? userId=? [*]'],
    })
  })

  it('do not exist where the key is NULL', () => {
    expect(
      read('Post', 'findMany', { where: { authorId: null }, select: { author: { include: { posts: true } } } }),
    ).toEqual({
      Post: ['author_id=null [id]'],
      User: [],
    })
  })

  it('of a page or in an order depend on the columns of the order', () => {
    const posts = { orderBy: { title: 'asc' }, take: 2, select: { meta: true } }
    expect(one({ select: { posts } })).toMatchObject({ Post: ['author_id=1 [id,meta,title]'] })
    const cursor = { cursor: { id: 9 }, orderBy: { meta: 'asc' }, select: { id: true } }
    expect(one({ select: { posts: cursor } })).toMatchObject({
      Post: ['author_id=1 [id,meta]', 'id=9 [author_id,meta]'],
    })
  })

  it('of a many-to-many relation depend on the join table, and on the rows that are shown', () => {
    expect(read('Post', 'findUnique', { where: { id: 1 }, select: { tags: true } })).toEqual({
      Post: ['id=1 []'],
      _PostToTag: ['A=1 [*]'],
      Tag: ['id=? [*]'],
    })
    expect(
      read('Post', 'findMany', { select: { id: true, tags: { where: { label: 'x' }, select: { id: true } } } }),
    ).toEqual({
      Post: ['[id]'],
      _PostToTag: ['A=? [*]'],
      Tag: ['label=x [*]'],
    })
    expect(
      read('Tag', 'findMany', {
        select: { id: true, posts: { take: 1, orderBy: { title: 'asc' }, select: { id: true } } },
      }),
    ).toEqual({
      Tag: ['[id]'],
      _PostToTag: ['B=? [*]'],
      Post: ['[id,title]'],
    })
  })

  it('tell the two ends of a relation with itself apart', () => {
    expect(one({ select: { friends: { select: { name: true } } } })).toMatchObject({ _Friends: ['B=1 [*]'] })
    expect(one({ select: { friendOf: { select: { name: true } } } })).toMatchObject({ _Friends: ['A=1 [*]'] })
    expect(users({ select: { boss: { select: { name: true } }, reports: { select: { slug: true } } } })).toEqual({
      User: ['[bossId,id]', 'id=? [name]', 'bossId=? [id,slug]'],
    })
  })

  it('are left out where they are switched off', () => {
    expect(read('User', 'findMany', { include: { posts: false, profile: undefined } })).toEqual({ User: ['[*]'] })
  })

  it('may be counted', () => {
    expect(users({ select: { _count: { select: { posts: true } } } })).toEqual({
      User: ['[id]'],
      Post: ['author_id=? []'],
    })
    expect(one({ select: { _count: { select: { posts: { where: { title: { contains: 'x' } } } } } } })).toMatchObject({
      Post: ['author_id=1 [title]'],
    })
    expect(
      read('Post', 'findMany', { select: { _count: { select: { tags: { where: { label: 'x' } }, likers: true } } } }),
    ).toEqual({
      Post: ['[id]'],
      _Liked: ['A=? [*]'],
      _PostToTag: ['A=? [*]'],
      Tag: ['label=x [*]'],
    })
    expect(Object.keys(users({ select: { _count: true } })).sort()).toEqual([
      'Comment',
      'Post',
      'User',
      '_Friends',
      '_Liked',
    ])
    expect(read('User', 'aggregate', { _count: true })).toEqual({ User: ['[id]'] })
  })
})

describe('rows that a fluent call leads to', () => {
  const fluent = (unpacked: readonly string[], select: object, where: object = { id: 1 }) =>
    read('User', 'findUnique', { where, select }, { unpacked })

  it('are told by the key of the first row', () => {
    expect(fluent(['posts'], { posts: { select: { title: true } } })).toEqual({
      User: ['id=1 []'],
      Post: ['author_id=1 [id,title]'],
    })
  })

  it('are any rows where the row between is not shown', () => {
    expect(fluent(['boss', 'reports'], { boss: { select: { reports: { select: { name: true } } } } })).toEqual({
      User: ['id=1 [bossId]', '[id]', '[bossId,id,name]'],
    })
    expect(fluent(['posts'], { posts: { select: { title: true } } }, { email: 'e' })).toEqual({
      User: ['email=e [id]'],
      Post: ['[author_id,id,title]'],
    })
  })

  it('tell the rows below them', () => {
    expect(fluent(['posts'], { posts: { select: { title: true, comments: true } } })).toMatchObject({
      Comment: ['postId=? [*]'],
    })
  })
})

describe('rows that a filter asks for', () => {
  const related = (where: object, model = 'Post') => users({ where })[model]
  it.each([
    ['some', { posts: { some: { title: 't' } } }, ['title=t [author_id]']],
    ['none', { posts: { none: { title: 't' } } }, ['title=t [author_id]']],
    ['every', { posts: { every: { title: 't' } } }, ['[author_id,title]']],
    ['some of any', { posts: { some: {} } }, ['[author_id]']],
    ['some below a NOT', { NOT: { posts: { some: { title: 't' } } } }, ['title=t [author_id]']],
    ['some of a known row', { id: 1, posts: { some: { meta: { not: 'x' } } } }, ['author_id=1 [meta]']],
  ])('%s', (_, where, lines) => {
    expect(related(where)).toEqual(lines)
  })

  it.each([
    ['is', { profile: { is: { bio: 'b' } } }, ['bio=b [userId]']],
    ['a filter alone', { profile: { bio: 'b' } }, ['bio=b [userId]']],
    ['isNot', { profile: { isNot: { bio: 'b' } } }, ['[bio,userId]']],
    ['is below a NOT', { NOT: { profile: { is: { bio: 'b' } } } }, ['[bio,userId]']],
    [
      'is below an every',
      { posts: { every: { author: { is: { profile: { is: { bio: 'b' } } } } } } },
      ['[bio,userId]'],
    ],
    ['none at all', { profile: null }, ['[userId]']],
    ['any at all', { profile: { isNot: null } }, ['[userId]']],
  ])('%s', (_, where, lines) => {
    expect(related(where, 'Profile')).toEqual(lines)
  })

  it('through a join table, by the ids of either end', () => {
    const posts = (where: object) => read('Post', 'findMany', { where, select: { id: true } })
    expect(posts({ tags: { some: { id: 3 } } })).toEqual({ Post: ['[id]'], _PostToTag: ['B=3 [*]'], Tag: ['id=3 []'] })
    expect(posts({ id: 1, tags: { some: { id: 3 } } })).toMatchObject({ _PostToTag: ['A=1 B=3 [*]'] })
    expect(posts({ tags: { every: { id: 3 } } })).toMatchObject({ _PostToTag: ['[*]'], Tag: ['[id]'] })
    expect(posts({ tags: { none: { label: 'x' } } })).toMatchObject({ _PostToTag: ['[*]'], Tag: ['label=x [*]'] })
  })

  it('in an order, by what it is ordered by', () => {
    const posts = (orderBy: object) => read('Post', 'findMany', { orderBy, select: { id: true } })
    expect(posts({ author: { name: 'asc' } })).toEqual({ Post: ['[author_id,id]'], User: ['[id,name]'] })
    expect(posts({ author: { profile: { bio: 'asc' } } })).toMatchObject({ User: ['[id]'], Profile: ['[bio,userId]'] })
    expect(posts({ comments: { _count: 'desc' } })).toMatchObject({ Comment: ['[postId]'] })
    expect(posts({ tags: { _count: 'desc' } })).toEqual({ Post: ['[id]'], _PostToTag: ['[*]'] })
  })

  it('at any depth', () => {
    const where = { posts: { some: { comments: { none: { user: { is: { email: 'e' } } } } } } }
    expect(users({ where })).toEqual({
      User: ['[id]', 'email=e [id]'],
      Post: ['[author_id,id]'],
      Comment: ['[postId,userId]'],
    })
  })
})

describe('keys that the result must have', () => {
  it('are asked for where the arguments do not', () => {
    expect(asked('User', { select: { name: true, posts: { select: { title: true, comments: true } } } })).toEqual([
      ': id',
      'select.posts: id',
    ])
    expect(asked('Post', { select: { title: true, author: true, tags: { select: { label: true } } } })).toEqual([
      ': authorId,id',
      'select.tags: id',
    ])
    expect(
      asked('User', { omit: { id: true }, include: { posts: { omit: { id: true }, include: { comments: true } } } }),
    ).toEqual([': id', 'include.posts: id'])
    expect(asked('User', { include: { posts: true } })).toEqual([])
    expect(asked('User', { select: { name: true, _count: { select: { posts: true } } } })).toEqual([': id'])
  })

  it('are not asked for where they would not come back, or not go away again', () => {
    const coarse = { User: ['[*]'], Post: ['[author_id,id,title]'] }
    const posts = { select: { title: true } }
    expect(read('User', 'findMany', { select: { fullName: true, posts } })).toEqual(coarse)
    const computed = new Map([['User', new Map([['name', ['id']]])]])
    expect(read('User', 'findMany', { select: { name: true, posts } }, { client: { ...plainView, computed } })).toEqual(
      {
        ...coarse,
        User: ['[id,name]'],
      },
    )
    const all = Object.fromEntries(['id', 'label'].map((name) => [name, true]))
    expect(read('Tag', 'findMany', { omit: all, include: { posts } })).toMatchObject({ _PostToTag: ['[*]'] })
    expect(asked('User', { select: {} })).toEqual([])
  })
})

describe('a key of several columns', () => {
  const shop = modelOf(`
model Shelf {
  room  Int
  row   Int
  books Book[]
  @@id([room, row])
}
model Book {
  id   Int    @id
  room Int?
  row  Int?   @map("the row")
  shelf Shelf? @relation(fields: [room, row], references: [room, row])
}`)
  it('is pinned as a whole', () => {
    expect(
      read(
        'Shelf',
        'findUnique',
        { where: { room_row: { room: 1, row: 2 } }, include: { books: true } },
        { dataModel: shop },
      ),
    ).toEqual({
      Shelf: ['room=1 row=2 [*]'],
      Book: ['room=1 the row=2 [*]'],
    })
    expect(read('Book', 'findMany', { include: { shelf: true } }, { dataModel: shop })).toEqual({
      Book: ['[*]'],
      Shelf: ['room=? row=? [*]'],
    })
    expect(read('Book', 'findMany', { where: { shelf: null } }, { dataModel: shop })).toEqual({ Book: ['[*]'] })
  })
})

describe('a key whose equality is not that of its text', () => {
  it('leads to any row', () => {
    const loose = modelOf(`
model A {
  code String @id @db.Citext
  bs   B[]
}
model B {
  id    Int    @id
  aCode String @db.Citext
  a     A      @relation(fields: [aCode], references: [code])
}`)
    expect(read('A', 'findUnique', { where: { code: 'x' }, include: { bs: true } }, { dataModel: loose })).toEqual({
      A: ['[*]'],
      B: ['[*]'],
    })
    const mysql = modelOf(
      `
model A {
  code String @id
  bs   B[]
}
model B {
  id    Int    @id
  aCode String
  a     A      @relation(fields: [aCode], references: [code])
}`,
      { provider: 'mysql' },
    )
    expect(read('B', 'findMany', { where: { aCode: 'x' }, include: { a: true } }, { dataModel: mysql })).toEqual({
      B: ['[*]'],
      A: ['[*]'],
    })
  })
})
