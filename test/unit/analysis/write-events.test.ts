import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventsOfWrite, modelsWritten } from '../../../src/analysis/write-events.ts'
import { blog, modelOf } from './schemas.ts'

/** Events as lines: `update User changed=name,updatedAt known=id:1`. */
function events(model: string, operation: string, args: unknown, result?: unknown, dataModel = blog): string[] {
  return eventsOfWrite(dataModel, { model, operation, args }, result).map(({ kind, model, changed, known }) => {
    const columns = kind === 'update' ? ` changed=${changed}` : ''
    const pins = [...known].map(([field, text]) => `${field}:${text}`).sort()
    return `${kind} ${model}${columns}${pins.length ? ` known=${pins}` : ''}`
  })
}
const everything = [...blog.models.keys()].map((model) => `any ${model}`)

describe('the written rows', () => {
  it('know what a create sets and returns', () => {
    expect(events('Tag', 'create', { data: { id: 1, label: 'a' } })).toEqual(['create Tag known=id:1,label:a'])
    expect(events('Tag', 'create', { data: { label: 'a' } }, { id: 2, label: 'a' })).toEqual([
      'create Tag known=id:2,label:a',
    ])
  })

  it('know nothing on which arguments and result differ', () => {
    expect(events('Tag', 'create', { data: { id: 1, label: 'a' } }, { id: 1, label: '***' })).toEqual([
      'create Tag known=id:1',
    ])
  })

  it('are read only from what the select asked for, and only if all of it is there', () => {
    const select = { id: true, posts: true }
    const data = { label: 'a' }
    expect(events('Tag', 'create', { data, select }, { id: 2, label: 'b', posts: [] })).toEqual([
      'create Tag known=id:2,label:a',
    ])
    expect(events('Tag', 'create', { data, select }, { id: 9 })).toEqual(['create Tag known=label:a'])
    expect(events('Tag', 'create', { data }, [{ id: 9 }])).toEqual(['create Tag known=label:a'])
  })

  it('are one event each in a createMany, and one in all past 64', () => {
    const rows = (length: number) => Array.from({ length }, (_, id) => ({ id, label: 'x' }))
    expect(events('Tag', 'createMany', { data: rows(2) }, { count: 2 })).toEqual([
      'create Tag known=id:0,label:x',
      'create Tag known=id:1,label:x',
    ])
    expect(events('Tag', 'createMany', { data: rows(1)[0] })).toEqual(['create Tag known=id:0,label:x'])
    expect(events('Tag', 'createMany', { data: rows(64) })).toHaveLength(64)
    expect(events('Tag', 'createMany', { data: rows(65) })).toEqual(['create Tag'])
    expect(events('Tag', 'createManyAndReturn', { data: rows(65) }, rows(65))).toEqual(['create Tag'])
    expect(events('Tag', 'createMany', { data: [] })).toEqual(['create Tag'])
  })

  it('are taken from the rows that a createManyAndReturn returned', () => {
    const data = [{ label: 'a' }, { label: 'b' }]
    expect(
      events('Tag', 'createManyAndReturn', { data }, [
        { id: 1, label: 'a' },
        { id: 2, label: 'b' },
      ]),
    ).toEqual(['create Tag known=id:1,label:a', 'create Tag known=id:2,label:b'])
    expect(events('Tag', 'createManyAndReturn', { data }, [{ id: 1, label: 'a' }])).toEqual(['create Tag'])
    expect(events('Tag', 'createManyAndReturn', { data, skipDuplicates: true }, [{ id: 1, label: 'a' }])).toEqual([
      'create Tag known=id:1,label:a',
    ])
  })

  it('know the id of an update, what it returned, and never a field that it changes', () => {
    expect(events('User', 'update', { where: { id: 1 }, data: { name: 'x' } })).toEqual([
      'update User changed=name,updatedAt known=id:1',
    ])
    const row = { id: 1, email: 'a', name: 'x', role: 'USER' }
    expect(events('User', 'update', { where: { email: 'a' }, data: { name: 'x' } }, row)).toEqual([
      'update User changed=name,updatedAt known=email:a,id:1,role:USER',
    ])
    expect(events('Tag', 'update', { where: { id: 1 }, data: { id: 2 } }, { id: 2, label: 'a' })[0]).toBe(
      'update Tag changed=id known=label:a',
    )
  })

  it('do not know another key of the where, which may have changed since the row was looked up by it', () => {
    expect(events('User', 'update', { where: { email: 'a' }, data: { name: 'x' } })).toEqual([
      'update User changed=name,updatedAt',
    ])
    const key = { key: { a: 1, b: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee' } }
    expect(events('Loner', 'update', { where: key, data: { n: 1 } })).toEqual([
      'update Loner changed=n known=a:1,b:aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    ])
  })

  it.each([[{ increment: 1 }], [{ set: 1 }], [5]])('count %j as a change', (n) => {
    expect(events('Loner', 'updateMany', { where: { a: 1 }, data: { n } })).toEqual([
      'update Loner changed=n known=a:1',
    ])
  })

  it('are those that an updateManyAndReturn returned', () => {
    const rows = [
      { id: 1, label: 'x' },
      { id: 2, label: 'x' },
    ]
    expect(events('Tag', 'updateManyAndReturn', { data: { label: 'x' } }, rows)).toEqual([
      'update Tag changed=label known=id:1',
      'update Tag changed=label known=id:2',
    ])
    expect(events('Tag', 'updateManyAndReturn', { data: { label: 'x' } }, [])).toEqual(['update Tag changed=label'])
  })

  it('of an upsert are both created and updated', () => {
    const args = { where: { id: 1 }, create: { id: 1, label: 'new' }, update: { label: 'x', id: undefined } }
    expect(events('Tag', 'upsert', args)).toEqual(['create Tag', 'update Tag changed=label known=id:1'])
    expect(events('Tag', 'upsert', args, { id: 1, label: 'x' })).toEqual([
      'create Tag known=id:1,label:x',
      'update Tag changed=label known=id:1',
    ])
  })

  it('of a delete are those returned by the same statement', () => {
    const row = { a: 1, b: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', n: 3 }
    expect(events('Loner', 'delete', { where: {} }, row)).toEqual([`delete Loner known=a:1,b:${row.b},n:3`])
    expect(
      events('Post', 'delete', { where: { title: 'a' }, include: { author: true } }, { id: 1, title: 'a' })[0],
    ).toBe('delete Post')
    expect(
      events('Post', 'delete', { where: { id: 1 }, select: { id: true, _count: true } }, { id: 1, _count: {} })[0],
    ).toBe('delete Post known=id:1')
    const mysql = modelOf('model A {\n id Int @id\n n Int\n}', { provider: 'mysql' })
    expect(events('A', 'delete', { where: { n: 1 } }, { id: 1, n: 1 }, mysql)).toEqual(['delete A'])
    expect(events('Loner', 'deleteMany', undefined)).toEqual(['delete Loner'])
  })

  it('include the foreign keys that relations move', () => {
    expect(
      events('Comment', 'update', { where: { id: 1 }, data: { user: { connect: { id: 2 } } } }, { id: 1, userId: 2 }),
    ).toEqual(['update Comment changed=userId known=id:1'])
    expect(events('Comment', 'update', { where: { id: 1 }, data: { user: { disconnect: true } } })).toEqual([
      'update Comment changed=userId known=id:1',
    ])
  })
})

describe('nested writes', () => {
  const post = (data: unknown) => events('Post', 'update', { where: { id: 1 }, data })
  const user = (data: unknown) => events('User', 'update', { where: { id: 1 }, data })
  const unchangedUser = 'update User changed=updatedAt known=id:1'
  const movedPosts = 'update Post changed=authorId,updatedAt'
  const movedProfile = 'update Profile changed=userId'

  it.each(['connect', 'disconnect', 'set'])('%s moves the children that hold the key', (operation) => {
    expect(user({ posts: { [operation]: [{ id: 1 }] } })).toEqual([unchangedUser, movedPosts])
  })

  it('create and move children', () => {
    expect(user({ posts: { create: { title: 'x' }, createMany: { data: [{ title: 'y' }] } } })).toEqual([
      unchangedUser,
      'create Post',
      'create Post',
    ])
    expect(user({ posts: { connectOrCreate: [{ where: { id: 1 }, create: { title: 'x' } }] } })).toEqual([
      unchangedUser,
      'create Post',
      movedPosts,
    ])
  })

  it.each(['update', 'updateMany', 'upsert', 'delete', 'deleteMany', 'someday'])(
    '%s may do anything to the children and to what cascades from them',
    (operation) => {
      expect(user({ posts: { [operation]: { where: { id: 1 }, data: { title: 'x' } } } })).toEqual([
        unchangedUser,
        'any Post',
        'delete Comment',
        'update Comment changed=postId',
        'delete _Liked',
        'update _Liked changed=A',
        'delete _PostToTag',
        'update _PostToTag changed=A',
      ])
    },
  )

  it('move the key on the row itself', () => {
    expect(post({ author: { connect: { id: 2 } } })).toEqual(['update Post changed=authorId,updatedAt known=id:1'])
    expect(post({ author: { create: { email: 'x' } } })).toEqual([
      'update Post changed=authorId,updatedAt known=id:1',
      'create User',
    ])
    expect(post({ author: { update: { name: 'x' } } })).toContain('any User')
    expect(post({ author: { delete: true } })).toContain('any User')
  })

  it('of a one-to-one take it from whoever had it, on both sides', () => {
    expect(events('Profile', 'create', { data: { id: 7, user: { connect: { id: 1 } } } })).toEqual(
      expect.arrayContaining(['create Profile known=id:7', 'any User', movedProfile]),
    )
    for (const operation of ['create', 'connect', 'connectOrCreate', 'upsert', 'disconnect']) {
      expect(user({ profile: { [operation]: {} } })).toContain('any Profile')
    }
  })

  it('of a one-to-one take the key from a row that no cascade reaches', () => {
    const dataModel = modelOf(`
model Seat {
  id  Int  @id
  car Car?
}
model Car {
  id     Int   @id
  seatId Int?  @unique
  seat   Seat? @relation(fields: [seatId], references: [id], onDelete: Restrict, onUpdate: NoAction)
}`)
    const data = { id: 2, seat: { connect: { id: 1 } } }
    expect(events('Car', 'create', { data }, undefined, dataModel)).toEqual([
      'create Car known=id:2',
      'any Seat',
      'update Car changed=seatId',
    ])
  })

  it('of a many-to-many write the join table, and the rows unless they are only linked', () => {
    for (const operation of ['connect', 'disconnect', 'set']) {
      expect(post({ tags: { [operation]: [{ id: 1 }] } })).toEqual([
        'update Post changed=updatedAt known=id:1',
        'any _PostToTag',
      ])
    }
    expect(post({ tags: { create: { id: 1, label: 'x' } } })).toEqual([
      'update Post changed=updatedAt known=id:1',
      'any _PostToTag',
      'create Tag',
    ])
    expect(post({ tags: { update: { where: { id: 1 }, data: { label: 'x' } } } })).toContain('any Tag')
    expect(post({ likers: { set: [] } })).toContain('any _Liked')
    expect(user({ friends: { connect: { id: 2 } } })).toEqual([unchangedUser, 'any _Friends'])
  })

  it('are found at any depth and in every wrapper', () => {
    const tags = { tags: { connect: [{ id: 1 }] } }
    const deep = [
      { create: [tags] },
      { connectOrCreate: { where: {}, create: tags } },
      { update: [{ where: {}, data: tags }] },
      { upsert: { where: {}, create: {}, update: tags } },
      { upsert: { where: {}, create: tags, update: {} } },
      { update: { where: {}, data: { comments: { update: { where: {}, data: { post: { update: tags } } } } } } },
    ]
    for (const posts of deep) expect(user({ posts })).toContain('any _PostToTag')
    for (const name of ['create', 'update']) {
      const args = { where: { id: 1 }, create: {}, update: {}, [name]: { posts: deep[0] } }
      expect(events('User', 'upsert', args)).toContain('any _PostToTag')
    }
  })

  it('are found where a field is named like a wrapper', () => {
    const dataModel = modelOf(`
model A {
  id Int @id
  bs B[]
}
model B {
  id   Int  @id
  data Json
  aId  Int
  a    A    @relation(fields: [aId], references: [id])
  cs   C[]
}
model C {
  id  Int @id
  bId Int
  b   B   @relation(fields: [bId], references: [id])
}`)
    const data = { bs: { update: { where: { id: 1 }, data: { cs: { create: { id: 1 } } } } } }
    expect(events('A', 'update', { where: { id: 1 }, data }, undefined, dataModel)).toContain('create C')
  })

  it('are not looked for in filters', () => {
    const data = {
      posts: { deleteMany: { tags: { some: {} } }, updateMany: { where: { tags: { some: {} } }, data: {} } },
    }
    expect(user(data)).not.toContain('any _PostToTag')
  })
})

describe('what is not known', () => {
  it('touches every model', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.posts = { create: cyclic }
    expect(events('User', 'someday', {})).toEqual(everything)
    expect(events('Nobody', 'update', {})).toEqual(everything)
    expect(events('User', 'update', { where: { id: 1 }, data: {}, someday: 1 })).toEqual(everything)
    expect(events('User', 'create', { data: cyclic })).toEqual(everything)
  })

  it('changes every column when the data names something else', () => {
    expect(events('Loner', 'update', { where: { a: 1 }, data: { someday: 1 } })).toEqual(['update Loner changed=all'])
    expect(events('Loner', 'update', { where: { a: 1 } })).toEqual(['update Loner changed=all'])
  })
})

describe('the models that a write may touch', () => {
  const operations = ['create', 'createMany', 'createManyAndReturn', 'update', 'updateMany', 'updateManyAndReturn']
  const relations = ['posts', 'profile', 'liked', 'tags', 'comments', 'author', 'boss', 'user']
  const nested = ['create', 'connect', 'set', 'update', 'upsert', 'delete', 'connectOrCreate', 'deleteMany']
  const { data } = fc.letrec((tie) => ({
    data: fc.dictionary(
      fc.constantFrom('id', 'email', 'title', ...relations),
      fc.oneof({ depthSize: 'small', maxDepth: 3 }, fc.integer(), tie('operation')),
      { maxKeys: 3 },
    ),
    operation: fc.dictionary(
      fc.constantFrom(...nested),
      fc.oneof(tie('data'), fc.array(tie('data'), { maxLength: 2 })),
      {
        maxKeys: 2,
      },
    ),
  }))
  const row = fc.dictionary(fc.constantFrom('id', 'email', 'title'), fc.oneof(fc.integer(), fc.string()))
  const args = fc.record({
    where: row,
    data: fc.oneof(data, fc.array(data, { maxLength: 3 })),
    create: data,
    update: data,
  })

  it('are a superset of the models of its events, whatever it returns', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('User', 'Post', 'Tag', 'Comment', 'Profile'),
        fc.constantFrom(...operations, 'upsert', 'delete', 'deleteMany', 'someday'),
        args,
        fc.oneof(row, fc.array(row, { maxLength: 3 }), fc.constant(null), fc.record({ count: fc.nat() })),
        (model, operation, args, result) => {
          const written = modelsWritten(blog, { model, operation, args })
          const found = eventsOfWrite(blog, { model, operation, args }, result).map((event) => event.model)
          return written.has(model) && found.every((one) => written.has(one))
        },
      ),
    )
  })
})
