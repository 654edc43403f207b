import { describe, expect, it } from 'vitest'
import { narrow, widen } from '../../../../src/analysis/reads/widening.ts'
import { analyseWrite } from '../../../../src/analysis/writes/analyse-write.ts'
import { blog, modelOf } from '../schemas.ts'
import { events, plainOptions } from './event-lines.ts'

const everything = [...blog.models.keys()].map((model) => `any ${model}`)

describe('a create', () => {
  it('knows what it sets, the plain defaults, and what it returns', () => {
    expect(events('Tag', 'create', { data: { id: 1, label: 'a' } })).toEqual(['create Tag with id=1,label=a'])
    expect(events('Tag', 'create', { data: { label: 'a' } }, { result: { id: 2, label: 'a' } })).toEqual([
      'create Tag with id=2,label=a',
    ])
    expect(events('User', 'create', { data: { email: 'e' } })).toEqual(['create User with email=e,role=USER,slug=x'])
    expect(events('User', 'create', { data: { email: 'e', role: null, name: null } })).toEqual([
      'create User with email=e,name=null,slug=x',
    ])
  })

  it('knows nothing on which arguments and result differ', () => {
    const result = { id: 1, label: '***' }
    expect(events('Tag', 'create', { data: { id: 1, label: 'a' } }, { result })).toEqual(['create Tag with id=1'])
  })

  it('knows the key of a row that it connects by it', () => {
    const comment = (post: object) => events('Comment', 'create', { data: { id: 1, post } })
    expect(comment({ connect: { id: 7 } })).toEqual(['create Comment with id=1,postId=7'])
    expect(comment({ connect: { title: 't' } })).toEqual(['create Comment with id=1'])
    expect(comment({ create: { id: 7, title: 't' } })[0]).toBe('create Comment with id=1')
  })

  it('does not know the default of a foreign key, which a relation may set', () => {
    const dataModel = modelOf(`
model Category {
  id    Int    @id
  slug  String @unique
  items Item[]
}
model Item {
  id         Int      @id
  rank       Int      @default(3)
  categoryId Int      @default(1)
  category   Category @relation(fields: [categoryId], references: [id])
}`)
    const category = { connect: { slug: 's' } }
    expect(events('Item', 'create', { data: { id: 1, category } }, { dataModel })).toEqual([
      'create Item with id=1,rank=3',
    ])
    const items = { create: { id: 1 } }
    expect(events('Category', 'update', { where: { slug: 's' }, data: { items } }, { dataModel })).toEqual([
      'create Item with id=1,rank=3',
    ])
  })

  it('of many rows is an event each, and past 128 one that knows what they share', () => {
    const rows = (length: number) => Array.from({ length }, (_, id) => ({ id, label: 'x' }))
    expect(events('Tag', 'createMany', { data: rows(2) }, { result: { count: 2 } })).toEqual([
      'create Tag with id=0,label=x',
      'create Tag with id=1,label=x',
    ])
    expect(events('Tag', 'createMany', { data: rows(1)[0] })).toEqual(['create Tag with id=0,label=x'])
    expect(events('Tag', 'createMany', { data: rows(128) })).toHaveLength(128)
    expect(events('Tag', 'createMany', { data: rows(129) })).toEqual(['create Tag with label=x'])
    expect(events('Tag', 'createManyAndReturn', { data: rows(129) }, { result: rows(129) })).toEqual([
      'create Tag with label=x',
    ])
  })

  it('of many rows is what it returned', () => {
    const data = [{ label: 'a' }, { label: 'b' }]
    const result = [{ id: 2, label: 'b' }]
    expect(events('Tag', 'createManyAndReturn', { data, skipDuplicates: true }, { result })).toEqual([
      'create Tag with id=2,label=b',
    ])
    expect(events('Tag', 'createManyAndReturn', { data, skipDuplicates: true }, { result: [] })).toEqual([])
    expect(events('Tag', 'createMany', { data, skipDuplicates: true }, { result: { count: 0 } })).toEqual([])
  })
})

describe('a write that counts no row', () => {
  const schema = `
model Mid {
  id     Int    @id
  leaves Leaf[]
}
model Leaf {
  id    Int  @id
  midId Int?
  mid   Mid? @relation(fields: [midId], references: [id], onDelete: SetNull)
}`
  const remove = { where: { leaves: { some: {} } } }
  const result = { count: 0 }
  it('changes nothing', () => {
    expect(events('Mid', 'deleteMany', remove, { dataModel: modelOf(schema), result })).toEqual([])
    expect(events('Tag', 'updateMany', { data: { label: 'x' } }, { result })).toEqual([])
  })

  it('may have changed the rows that lead to it, where the client takes the place of foreign keys', () => {
    const dataModel = modelOf(schema, { relationMode: 'prisma' })
    expect(events('Mid', 'deleteMany', remove, { dataModel, result })).toContain('update Leaf midId')
  })
})

describe('an update', () => {
  it('changes what it sets and @updatedAt, and knows its row by the where and by what it returns', () => {
    expect(events('User', 'update', { where: { id: 1 }, data: { name: 'x' } })).toEqual([
      'update User name,updatedAt where id=1 is name=x',
    ])
    const result = { id: 1, email: 'a', name: 'x', role: 'USER' }
    expect(events('User', 'update', { where: { email: 'a' }, data: { name: 'x' } }, { result })).toEqual([
      'update User name,updatedAt where email=a,id=1,role=USER is name=x',
    ])
  })

  it('knows what a field that it changes was, if the where says so', () => {
    expect(events('User', 'update', { where: { id: 1, role: 'USER' }, data: { role: 'ADMIN' } })).toEqual([
      'update User role,updatedAt where id=1 was role=USER is role=ADMIN',
    ])
    expect(events('Tag', 'update', { where: { id: 1 }, data: { id: 2 } }, { result: { id: 2, label: 'a' } })[0]).toBe(
      'update Tag id where label=a was id=1 is id=2',
    )
  })

  it.each([[{ increment: 1 }], [{ multiply: 2 }], [{ unset: true }]])(
    'counts %j as a change to what is not known',
    (n) => {
      expect(events('Loner', 'updateMany', { where: { a: 1 }, data: { n } })).toEqual(['update Loner n where a=1'])
      expect(events('Loner', 'updateMany', { where: { a: 1 }, data: { n } })).toEqual(['update Loner n where a=1'])
    },
  )

  it('that only writes related rows is none', () => {
    expect(events('User', 'update', { where: { id: 1 }, data: { posts: { create: { title: 't' } } } })[0]).toMatch(
      /^create Post/,
    )
    expect(events('User', 'update', { where: { id: 1 }, data: { name: undefined } })).toEqual([])
  })

  it('with relations in its data may look its row up first: only the id is certain', () => {
    const data = { name: 'x', boss: { connect: { id: 2 } } }
    expect(events('User', 'update', { where: { id: 1, role: 'USER' }, data })).toEqual([
      'update User bossId,name,updatedAt where id=1 is bossId=2,name=x',
    ])
    expect(events('User', 'update', { where: { email: 'e' }, data })).toEqual([
      'update User bossId,name,updatedAt is bossId=2,name=x',
    ])
  })

  it('on a database that looks rows up first knows the id alone', () => {
    const mysql = modelOf('model A {\n id Int @id\n n Int\n m Int\n}', { provider: 'mysql' })
    expect(events('A', 'updateMany', { where: { n: 1, id: 2 }, data: { m: 1 } }, { dataModel: mysql })).toEqual([
      'update A m where id=2 is m=1',
    ])
    expect(events('A', 'deleteMany', { where: { n: 1 } }, { dataModel: mysql })).toEqual(['delete A'])
    expect(events('A', 'delete', { where: { id: 1 } }, { dataModel: mysql, result: { id: 1, n: 3, m: 4 } })).toEqual([
      'delete A with id=1',
    ])
  })

  it('of many rows knows what the where pins: all of it, and with a limit the ids', () => {
    const data = { name: 'x' }
    expect(events('User', 'updateMany', { where: { orgId: 1, role: 'USER' }, data })).toEqual([
      'update User name,updatedAt where orgId=1,role=USER is name=x',
    ])
    expect(events('User', 'updateMany', { where: { id: { in: [1, 2] } }, data })).toEqual([
      'update User name,updatedAt where id=1 is name=x',
      'update User name,updatedAt where id=2 is name=x',
    ])
    expect(events('User', 'updateMany', { where: { orgId: 1, id: { in: [1, 2] } }, data, limit: 1 })).toEqual([
      'update User name,updatedAt where id=1 is name=x',
      'update User name,updatedAt where id=2 is name=x',
    ])
    expect(events('User', 'updateMany', { where: { orgId: 1 }, data, limit: 1 })).toEqual([
      'update User name,updatedAt is name=x',
    ])
    expect(events('User', 'updateMany', { where: { orgId: 1 }, data }, { result: { count: 0 } })).toEqual([])
    expect(events('User', 'updateMany', { data })).toEqual(['update User name,updatedAt is name=x'])
  })

  it('of many rows is what it returned', () => {
    const result = [
      { id: 1, label: 'x' },
      { id: 2, label: 'x' },
    ]
    expect(events('Tag', 'updateManyAndReturn', { data: { label: 'x' } }, { result })).toEqual([
      'update Tag label where id=1 is label=x',
      'update Tag label where id=2 is label=x',
    ])
    expect(
      events(
        'Tag',
        'updateManyAndReturn',
        { where: { label: 'a' }, data: { label: 'x' } },
        { result: result.slice(1) },
      ),
    ).toEqual(['update Tag label where id=2 was label=a is label=x'])
    expect(events('Tag', 'updateManyAndReturn', { data: { label: 'x' } }, { result: [] })).toEqual([])
  })

  it('of fields that are not known changes all', () => {
    expect(events('Loner', 'updateMany', { where: { a: 1 }, data: { someday: 1 } })).toEqual([
      'update Loner all was a=1',
    ])
    expect(events('Loner', 'updateMany', { where: { a: 1 } })).toEqual(['update Loner all was a=1'])
  })
})

describe('an upsert', () => {
  it('may have created or updated', () => {
    const args = { where: { id: 1 }, create: { id: 1, label: 'new' }, update: { label: 'x', id: undefined } }
    expect(events('Tag', 'upsert', args)).toEqual([
      'create Tag with id=1,label=new',
      'update Tag label where id=1 is label=x',
    ])
    expect(events('Tag', 'upsert', args, { result: { id: 1, label: 'x' } })).toEqual([
      'create Tag with id=1,label=x',
      'update Tag label where id=1 is label=x',
    ])
    expect(events('Tag', 'upsert', { ...args, update: {} })).toEqual(['create Tag with id=1,label=new'])
  })
})

describe('a delete', () => {
  it('knows the row as it was deleted', () => {
    const b = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
    expect(events('Loner', 'delete', { where: {} }, { result: { a: 1, b, n: 3 } })).toEqual([
      `delete Loner with a=1,b=${b},n=3`,
    ])
    expect(events('Loner', 'deleteMany', undefined)).toEqual(['delete Loner'])
    expect(events('Loner', 'deleteMany', { where: { n: { in: [1, 2] } } })).toEqual([
      'delete Loner with n=1',
      'delete Loner with n=2',
    ])
    expect(events('Loner', 'deleteMany', { where: { n: 1 }, limit: 1 })).toEqual(['delete Loner'])
    expect(events('Loner', 'deleteMany', { where: { n: 1 } }, { result: { count: 0 } })).toEqual([])
  })

  it('that returns related rows has read its row before', () => {
    const first = (args: object, result: object) => events('Post', 'delete', args, { result })[0]
    expect(first({ where: { title: 'a' }, include: { author: true } }, { id: 1, title: 'a' })).toBe(
      'delete Post with title=a',
    )
    expect(first({ where: { id: 1 }, select: { title: true, _count: true } }, { title: 'a' })).toBe(
      'delete Post with id=1',
    )
    expect(first({ where: { id: 1 }, select: { title: true } }, { title: 'a' })).toBe('delete Post with id=1,title=a')
  })
})

describe('what is not known', () => {
  it('touches every model', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.boss = { create: cyclic }
    expect(events('User', 'someday', {})).toEqual(everything)
    expect(events('Nobody', 'update', {})).toEqual(everything)
    expect(events('User', 'update', { where: { id: 1 }, data: {}, someday: 1 })).toEqual(everything)
    expect(events('User', 'create', { data: cyclic })).toEqual(everything)
    expect(events('User', 'create', 'data')).toEqual(everything)
  })

  it('is the row behind a result that was unpacked', () => {
    expect(
      events('Post', 'update', { where: { id: 1 }, data: { title: 'x' } }, { result: { id: 9 }, isUnpacked: true }),
    ).toEqual(['update Post title,updatedAt where id=1 is title=x'])
  })
})

describe('the arguments of a write', () => {
  const argsOf = (model: string, operation: string, args: object, options = {}) =>
    widen(args, analyseWrite(blog, { model, operation, args }, { ...plainOptions, ...options }).widenings)

  it('also ask for the fields by which rows are pinned, unless they hold long text', () => {
    const args = { where: { id: 1 }, data: { name: 'x' }, select: { name: true } }
    expect(argsOf('User', 'update', args)).toEqual({
      ...args,
      select: { name: true, id: true, email: true, role: true, orgId: true, slug: true, updatedAt: true, bossId: true },
    })
    expect(argsOf('Tag', 'create', { data: {}, select: { label: true } })).toEqual({
      data: {},
      select: { label: true, id: true },
    })
    expect(argsOf('Tag', 'delete', { where: { id: 1 }, omit: { id: true } })).toEqual({
      where: { id: 1 },
      omit: { id: false },
    })
  })

  it('stay as they are where nothing is left out, nothing comes back, or what does is no row', () => {
    const select = { label: true }
    for (const [operation, args] of [
      ['create', { data: {} }],
      ['createMany', { data: [] }],
      ['delete', { where: { id: 1 }, select: { label: true, posts: true } }],
      ['create', { data: {}, select: {} }],
      ['create', { data: {}, select: { computed: true } }],
    ] as const) {
      expect(argsOf('Tag', operation, args)).toBe(args)
    }
    const args = { data: {}, select }
    expect(argsOf('Tag', 'create', args, { isUnpacked: true })).toBe(args)
    expect(argsOf('Tag', 'create', args, { mayWiden: false })).toBe(args)
  })

  it('bring back what narrow takes away', () => {
    const args = { data: [], select: { label: true } }
    const rows = [
      { id: 1, label: 'a' },
      { id: 2, label: 'b' },
    ]
    narrow(rows, analyseWrite(blog, { model: 'Tag', operation: 'createManyAndReturn', args }, plainOptions).widenings)
    expect(rows).toEqual([{ label: 'a' }, { label: 'b' }])
  })
})
