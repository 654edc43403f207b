import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyseWrite } from '../../../../src/analysis/writes/analyse-write.ts'
import { blog, modelOf } from '../schemas.ts'
import { type EventsOptions, events, plainOptions } from './event-lines.ts'

const user = (data: object, options?: EventsOptions) => events('User', 'update', { where: { id: 1 }, data }, options)
const post = (data: object, options?: EventsOptions) => events('Post', 'update', { where: { id: 1 }, data }, options)
const everything = [...blog.models.keys()].map((model) => `any ${model}`)

describe('children that hold the key', () => {
  const posts = (operations: object) => user({ posts: operations })

  it('are created with it', () => {
    expect(posts({ create: { id: 7, title: 't' } })).toEqual(['create Post with author_id=1,id=7,title=t'])
    expect(posts({ create: [{ title: 't' }, { title: 'u' }] })).toEqual([
      'create Post with author_id=1,title=t',
      'create Post with author_id=1,title=u',
    ])
    expect(posts({ createMany: { data: [{ title: 't' }, { title: 'u' }], skipDuplicates: true } })).toHaveLength(2)
    expect(
      events('User', 'create', { data: { email: 'e', posts: { create: { title: 't' } } } }, { result: { id: 5 } }),
    ).toEqual(['create User with email=e,id=5,role=USER,slug=x', 'create Post with author_id=5,title=t'])
  })

  it('are moved by a connect, whoever had them', () => {
    expect(posts({ connect: { id: 7 } })).toEqual(['update Post author_id,updatedAt where id=7 is author_id=1'])
    expect(posts({ connect: [{ id: 7 }, { title: 't' }] })).toEqual([
      'update Post author_id,updatedAt where id=7 is author_id=1',
      'update Post author_id,updatedAt where title=t is author_id=1',
    ])
    expect(posts({ connectOrCreate: { where: { title: 't' }, create: { title: 't' } } })).toEqual([
      'create Post with author_id=1,title=t',
      'update Post author_id,updatedAt where title=t is author_id=1',
    ])
  })

  it('are let go by a disconnect, and may have been moved elsewhere just before', () => {
    expect(posts({ disconnect: { id: 7 } })).toEqual(['update Post author_id,updatedAt where id=7 is author_id=null'])
  })

  it('are replaced by a set: those that were found first are known by their ids', () => {
    expect(posts({ set: [{ id: 7 }, { title: 't' }] })).toEqual([
      'update Post author_id,updatedAt is author_id=null',
      'update Post author_id,updatedAt where id=7 is author_id=1',
      'update Post author_id,updatedAt is author_id=1',
    ])
  })

  it('are updated, and may have been moved elsewhere just before', () => {
    expect(posts({ update: { where: { id: 7 }, data: { title: 'u' } } })).toEqual([
      'update Post title,updatedAt where id=7 is title=u',
    ])
    expect(posts({ updateMany: { where: { id: 7 }, data: { title: 'u' } } })).toEqual([
      'update Post title,updatedAt is title=u',
    ])
    expect(posts({ upsert: { where: { id: 7 }, create: { title: 't' }, update: { title: 'u' } } })).toEqual([
      'create Post with author_id=1,title=t',
      'update Post title,updatedAt where id=7 is title=u',
    ])
  })

  it('are deleted', () => {
    const [first, ...cascades] = posts({ delete: { id: 7 } })
    expect(first).toBe('delete Post with id=7')
    expect(cascades).toEqual(['delete Comment with postId=7', 'delete _Liked with A=7', 'delete _PostToTag with A=7'])
    expect(posts({ deleteMany: { id: 7 } })[0]).toBe('delete Post')
  })
})

describe('a child that a row can have one of', () => {
  const profile = (operations: object) => user({ profile: operations })

  it('replaces the one before', () => {
    expect(profile({ create: { bio: 'b' } })).toEqual([
      'update Profile userId is userId=null',
      'create Profile with bio=b,userId=1',
    ])
    expect(profile({ connect: { id: 7 } })).toEqual([
      'update Profile userId is userId=null',
      'update Profile userId where id=7 is userId=1',
    ])
    expect(events('User', 'create', { data: { email: 'e', profile: { create: { bio: 'b' } } } })).toEqual([
      'create User with email=e,role=USER,slug=x',
      'create Profile with bio=b',
    ])
  })

  it('is not known when it is changed', () => {
    expect(profile({ update: { bio: 'b' } })).toEqual(['update Profile bio is bio=b'])
    expect(profile({ update: { where: { id: 7 }, data: { bio: 'b' } } })).toEqual([
      'update Profile bio where id=7 is bio=b',
    ])
    expect(profile({ disconnect: true })).toEqual(['update Profile userId is userId=null'])
    expect(profile({ delete: true })).toEqual(['delete Profile'])
  })
})

describe('the row whose key a row holds', () => {
  it('is created, or only connected', () => {
    expect(post({ author: { create: { id: 5, email: 'e' } } })).toEqual([
      'update Post author_id,updatedAt where id=1',
      'create User with email=e,id=5,role=USER,slug=x',
    ])
    expect(post({ author: { connect: { id: 5 } } })).toEqual([
      'update Post author_id,updatedAt where id=1 is author_id=5',
    ])
    expect(post({ author: { disconnect: true } })).toEqual(['update Post author_id,updatedAt where id=1'])
  })

  it('is known when it is updated, if the row at hand was written before', () => {
    const update = { author: { update: { name: 'x' } } }
    expect(post(update, { result: { id: 1, authorId: 5 } })).toEqual(['update User name,updatedAt is name=x'])
    expect(post({ title: 't', ...update }, { result: { id: 1, authorId: 5 } })).toEqual([
      'update Post title,updatedAt where author_id=5,id=1 is title=t',
      'update User name,updatedAt where id=5 is name=x',
    ])
  })

  it('is not known when its key changes, which may have cascaded back', () => {
    const data = { title: 't', author: { update: { id: 6 } } }
    expect(post(data, { result: { id: 1, authorId: 6 } })[1]).toBe('update User id,updatedAt is id=6')
  })

  it('may be deleted, with all that follows', () => {
    expect(post({ author: { delete: true } })).toContain('delete User')
    expect(post({ author: { upsert: { create: { email: 'e' }, update: { name: 'x' } } } })).toEqual([
      'update Post author_id,updatedAt where id=1',
      'create User with email=e,role=USER,slug=x',
      'update User name,updatedAt is name=x',
    ])
  })

  it('is taken from whoever held it, where only one may', () => {
    expect(events('Profile', 'create', { data: { id: 7, user: { connect: { id: 1 } } } })).toEqual([
      'create Profile with id=7,userId=1',
      'update Profile userId is userId=null',
    ])
  })
})

describe('a many-to-many relation', () => {
  it('writes the join table by the ids of both ends', () => {
    expect(post({ tags: { connect: [{ id: 3 }] } })).toEqual(['create _PostToTag with A=1,B=3'])
    expect(post({ tags: { disconnect: { id: 3 } } })).toEqual(['delete _PostToTag with A=1,B=3'])
    expect(post({ tags: { set: [{ id: 3 }] } })).toEqual([
      'delete _PostToTag with A=1',
      'create _PostToTag with A=1,B=3',
    ])
    expect(user({ friends: { connect: { id: 3 } } })).toEqual(['create _Friends with A=3,B=1'])
    expect(user({ friendOf: { connect: { id: 3 } } })).toEqual(['create _Friends with A=1,B=3'])
    const args = { where: { title: 't' }, data: { tags: { connect: { id: 3 } } } }
    expect(events('Post', 'update', args)).toEqual(['create _PostToTag with B=3'])
    expect(events('Post', 'update', args, { result: { id: 1 } })).toEqual(['create _PostToTag with A=1,B=3'])
  })

  it('writes the rows at the other end', () => {
    expect(post({ tags: { create: { id: 3, label: 'l' } } })).toEqual([
      'create Tag with id=3,label=l',
      'create _PostToTag with A=1,B=3',
    ])
    expect(post({ tags: { connectOrCreate: { where: { id: 3 }, create: { id: 4, label: 'l' } } } })).toEqual([
      'create Tag with id=4,label=l',
      'create _PostToTag with A=1,B=3',
      'create _PostToTag with A=1,B=4',
    ])
    expect(post({ tags: { update: { where: { id: 3 }, data: { label: 'm' } } } })).toEqual([
      'update Tag label where id=3 is label=m',
    ])
    expect(post({ tags: { updateMany: { where: { id: 3 }, data: { label: 'm' } } } })).toEqual([
      'update Tag label is label=m',
    ])
    expect(
      post({ tags: { upsert: { where: { id: 3 }, create: { id: 3, label: 'l' }, update: { label: 'm' } } } }),
    ).toEqual([
      'create Tag with id=3,label=l',
      'create _PostToTag with A=1,B=3',
      'update Tag label where id=3 is label=m',
    ])
    expect(post({ tags: { delete: { id: 3 } } })).toEqual(['delete Tag with id=3', 'delete _PostToTag with B=3'])
    expect(post({ tags: { deleteMany: {} } })).toEqual(['delete Tag', 'delete _PostToTag'])
  })
})

describe('nested writes', () => {
  it('are found at any depth and in every wrapper', () => {
    const tags = { tags: { connect: [{ id: 3 }] } }
    const deep = [
      { create: [tags] },
      { connectOrCreate: { where: {}, create: tags } },
      { update: [{ where: {}, data: tags }] },
      { upsert: { where: {}, create: {}, update: tags } },
      { upsert: { where: {}, create: tags, update: {} } },
      { update: { where: {}, data: { comments: { update: { where: {}, data: { post: { update: tags } } } } } } },
    ]
    for (const posts of deep)
      expect(user({ posts })).toContainEqual(expect.stringMatching(/^create _PostToTag with B=3/))
    for (const name of ['create', 'update']) {
      const args = { where: { id: 1 }, create: {}, update: {}, [name]: { posts: deep[0] } }
      expect(events('User', 'upsert', args)).toContainEqual(expect.stringMatching(/^create _PostToTag/))
    }
  })

  it('of a new row are given its key, where the data names it', () => {
    expect(user({ posts: { create: { id: 7, title: 't', comments: { create: { id: 9 } } } } })).toEqual([
      'create Post with author_id=1,id=7,title=t',
      'create Comment with id=9,postId=7',
    ])
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
    expect(events('A', 'update', { where: { id: 1 }, data }, { dataModel })).toEqual(['create C with bId=1,id=1'])
    // Whether `data` is the field or the wrapper, the client alone knows.
    const single = { b: { update: { data: { cs: {} } } } }
    expect(events('C', 'update', { where: { id: 1 }, data: single }, { dataModel })).toEqual([
      'any A',
      'any B',
      'any C',
    ])
  })

  it('are not looked for in filters', () => {
    const posts = {
      deleteMany: { tags: { some: {} } },
      updateMany: { where: { tags: { some: {} } }, data: { title: 't' } },
    }
    expect(user({ posts }).filter((line) => /^(create|any)/.test(line))).toEqual([])
  })

  it.each([[{ someday: {} }], ['x'], [{ update: 'x' }]])('that are not known touch every model: %j', (operations) => {
    expect(user({ posts: operations })).toEqual(everything)
  })

  it('take the key from a row that no cascade reaches', () => {
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
    expect(events('Car', 'create', { data }, { dataModel })).toEqual([
      'create Car with id=2,seatId=1',
      'update Car seatId is seatId=null',
    ])
  })

  it('know only what the where says, where no foreign key keeps the key from changing', () => {
    const dataModel = modelOf(
      `
model A {
  id   Int    @id
  code String @unique
  bs   B[]
}
model B {
  id    Int    @id
  aCode String
  a     A      @relation(fields: [aCode], references: [code])
  @@index([aCode])
}`,
      { relationMode: 'prisma' },
    )
    const args = { where: { id: 1 }, data: { bs: { create: { id: 2 } } } }
    expect(events('A', 'update', args, { dataModel, result: { id: 1, code: 'c' } })).toEqual(['create B with id=2'])
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
      { maxKeys: 2 },
    ),
  }))
  const row = fc.dictionary(fc.constantFrom('id', 'email', 'title'), fc.oneof(fc.integer(), fc.string()))
  const args = fc.record({
    where: row,
    data: fc.oneof(data, fc.array(data, { minLength: 1, maxLength: 3 })),
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
          const { models, outcome } = analyseWrite(blog, { model, operation, args }, plainOptions)
          return outcome(result).events.every((one) => models.includes(one.model))
        },
      ),
    )
  })
})
