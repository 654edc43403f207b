import { describe, expect, it } from 'vitest'
import { isRead } from '../../../../src/analysis/reads/analyse-read.ts'
import { plainView } from '../../../../src/analysis/reads/rows.ts'
import { modelOf } from '../schemas.ts'
import { asked, read } from './explained.ts'

const list = (where: unknown, select: unknown = { id: true }) => read('User', 'findMany', { where, select })
const own = (where: unknown) => (list(where) as Record<string, string[]>).User

describe('the rows that a read depends on', () => {
  it.each([
    [{ id: 1 }, ['id=1 []']],
    [{ id: { equals: 1 } }, ['id=1 []']],
    [{ id: 1, name: 'x' }, ['id=1 [name]']],
    [{ orgId: 5 }, ['orgId=5 [id]']],
    [{ orgId: null }, ['orgId=null [id]']],
    [{ orgId: { in: [1, 2] } }, ['orgId=1 [id]', 'orgId=2 [id]']],
    [{ orgId: { in: [1, 2], not: 1, gt: 0 } }, ['orgId=1 [id]', 'orgId=2 [id]']],
    [{ AND: [{ orgId: 1 }, { name: 'x' }] }, ['name=x orgId=1 [id]']],
    [{ AND: { orgId: 1 } }, ['orgId=1 [id]']],
    [{ OR: [{ orgId: 1 }, { name: 'x' }] }, ['orgId=1 [id,name]', 'name=x [id,orgId]']],
    [{ AND: [{ orgId: 1 }, { OR: [] }] }, ['orgId=1 [id]']],
    [{ orgId: 1, OR: [{ name: 'x' }, { name: 'y' }] }, ['name=x orgId=1 [id]', 'name=y orgId=1 [id]']],
    [{ orgId: 1, OR: [{ name: 'x' }, { name: { contains: 'y' } }] }, ['orgId=1 [id,name]']],
    [{ name: { equals: 'x', mode: 'default' } }, ['name=x [id]']],
  ])('are those that %j pins', (where, lines) => {
    expect(own(where)).toEqual(lines)
  })

  it.each([
    [{}, '[id]'],
    [undefined, '[id]'],
    [{ id: { gt: 1 } }, '[id]'],
    [{ name: { contains: 'x' } }, '[id,name]'],
    [{ name: { equals: 'x', mode: 'insensitive' } }, '[id,name]'],
    [{ name: { in: ['x'], mode: 'insensitive' } }, '[id,name]'],
    [{ name: { not: 'x' } }, '[id,name]'],
    [{ name: { equals: 'x', someday: 1 } }, '[id,name]'],
    [{ NOT: { orgId: 1 } }, '[id,orgId]'],
    [{ NOT: [{ AND: [{ orgId: 1 }] }] }, '[id,orgId]'],
    [{ NOT: { OR: [] } }, '[id]'],
    [{ OR: [] }, '[id]'],
    [{ AND: [{ OR: [] }] }, '[id]'],
    [{ AND: { OR: [] } }, '[id]'],
    [{ AND: [{ OR: [{ AND: [{ OR: [] }] }] }] }, '[id]'],
    [{ orgId: { notIn: [] } }, '[id,orgId]'],
    [{ orgId: { in: Array.from({ length: 129 }, (_, i) => i) } }, '[id,orgId]'],
  ])('are any when %j pins nothing', (where, line) => {
    expect(own(where)).toEqual([line])
  })

  it.each([
    [{ orgId: { in: [] } }],
    [{ AND: [{ name: 'x' }, { orgId: { in: [] } }] }],
    [{ OR: [{ orgId: { in: [] } }] }],
    [{ posts: { some: {} }, id: { in: [] } }],
  ])('are none when %j allows none', (where) => {
    expect(own(where)).toEqual([])
    expect(own({ OR: [where, { orgId: 1 }] })![0]).toMatch(/^orgId=1 /)
  })

  it.each([
    [{ name: { startsWith: 'Pa' } }, 'name^2=Pa [id,name]'],
    [{ name: { startsWith: 'Paris' } }, 'name^3=Par [id,name]'],
    [{ name: { startsWith: '\u{1F30D}' } }, 'name^1=\u{1F30D} [id,name]'],
    [{ name: { startsWith: 'P_ris', endsWith: 's' } }, 'name^1=P [id,name]'],
    [{ orgId: 1, name: { startsWith: 'Pa' } }, 'name^2=Pa orgId=1 [id,name]'],
    [{ name: { startsWith: '%a' } }, '[id,name]'],
    [{ name: { startsWith: '' } }, '[id,name]'],
    [{ name: { startsWith: 'Pa', mode: 'insensitive' } }, '[id,name]'],
    [{ name: { startsWith: reference('User', 'slug') } }, '[id,name,slug]'],
    [{ NOT: { name: { startsWith: 'Pa' } } }, '[id,name]'],
  ])('are told by how a text begins: %j', (where, line) => {
    expect(own(where)).toEqual([line])
  })

  describe('of the first that begin so, are told by their keys', () => {
    const where = { name: { startsWith: 'Pa' } }
    const select = { role: true }
    const lines = (args: object) =>
      (read('User', 'findMany', { where, select, ...args }) as Record<string, string[]>).User
    const byRow = ['+name^2=Pa [id,name,role]', 'id=? [name,role]']

    it('in a short list', () => {
      expect(lines({ take: 32 })).toEqual(byRow)
      expect(lines({ take: -1 })).toEqual(byRow)
      expect(lines({ take: 5, skip: 0, orderBy: { email: 'asc' } })).toEqual([
        ...['+name^2=Pa [email,id,name,role]', 'id=? [email,name,role]'],
      ])
      expect(read('User', 'findFirst', { where, select })).toEqual({ User: byRow })
      expect(asked('User', { where, select, take: 1 })).toEqual([': id'])
    })

    it('with whatever else is asked of them', () => {
      expect(lines({ take: 1, where: { ...where, orgId: 1 } })).toEqual([
        ...['+name^2=Pa orgId=1 [id,name,role]', 'id=? [name,orgId,role]'],
      ])
      expect(lines({ take: 1, where: { OR: [where, { role: 'USER' }] } })).toEqual([
        ...['+name^2=Pa [id,name,role]', 'role=USER [id,name]', 'id=? [name,role]'],
      ])
    })

    it.each([
      ['are too many', { take: 33 }],
      ['may be any number', {}],
      ['come after others', { take: 1, skip: 1 }],
      ['begin with another', { take: 1, cursor: { id: 1 } }],
      ['stand for others', { take: 1, distinct: 'role' }],
    ])('but not where they %s', (_, args) => {
      expect(lines(args)).toContain('name^2=Pa [id,name,role]')
    })

    it('but not where they are not shown', () => {
      expect(read('User', 'count', { where, take: 1 })).toEqual({ User: ['name^2=Pa [id,name]'] })
    })
  })

  it('keep their pins beside alternatives that would be too many', () => {
    const many = Array.from({ length: 80 }, (_, i) => ({ name: `n${i}` }))
    expect(own({ orgId: { in: [1, 2] }, OR: many })).toEqual(['orgId=1 [id,name]', 'orgId=2 [id,name]'])
  })

  it('are told by a whole unique key, else by at most three fields, the steadiest first', () => {
    expect(own({ role: 'USER', name: 'x', orgId: 1, id: 7 })).toEqual(['id=7 [name,orgId,role]'])
    expect(own({ slug: 's', role: 'USER', name: 'x' })).toEqual(['slug=s role=USER [id,name]'])
    expect(read('Post', 'findMany', { where: { meta: undefined, authorId: 1, title: 't' } })).toEqual({
      Post: ['title=t [*]'],
    })
    expect(own({ name: 'x', bossId: 3, orgId: 1, slug: 'q' })).toEqual(['slug=q bossId=3 name=x [id,orgId]'])
  })

  it('of a compound or a named key', () => {
    const lookup = (where: unknown) => read('User', 'findUnique', { where, select: { id: true } })
    expect(lookup({ slug_role: { slug: 's', role: 'USER' } })).toEqual({ User: ['slug=s role=USER [id]'] })
    expect(lookup({ slugAndEmail: { slug: 's', email: 'e' } })).toEqual({ User: ['email=e [id,slug]'] })
    const b = 'AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee'
    expect(read('Loner', 'findUnique', { where: { key: { a: 1, b } } })).toEqual({
      Loner: [`a=1 b=${b.toLowerCase()} [*]`],
    })
  })

  it('are known by columns, not by fields', () => {
    expect(read('Post', 'findMany', { where: { authorId: 1 }, select: { id: true } })).toEqual({
      Post: ['author_id=1 [id]'],
    })
  })

  it('are told through a single related row by its key', () => {
    expect(read('Post', 'findMany', { where: { author: { id: 1 } }, select: { id: true } })).toEqual({
      Post: ['author_id=1 [id]'],
      User: ['id=1 []'],
    })
    expect(read('Post', 'findMany', { where: { author: { is: { id: 1, name: 'x' } } }, select: { id: true } })).toEqual(
      {
        Post: ['author_id=1 [id]'],
        User: ['id=1 [name]'],
      },
    )
    expect(read('Post', 'findMany', { where: { author: null }, select: { id: true } })).toEqual({
      Post: ['author_id=null [id]'],
    })
    expect(read('User', 'findMany', { where: { profile: { userId: 3 } }, select: { name: true } })).toMatchObject({
      User: ['id=3 [name]'],
    })
  })
})

describe('the columns that a read depends on', () => {
  const columns = (operation: string, args: object) =>
    (read('User', operation, args) as Record<string, string[]>).User![0]

  it.each([
    ['select', 'findMany', { select: { name: true, email: false } }, '[id,name]'],
    ['every scalar', 'findMany', {}, '[*]'],
    [
      'omit',
      'findUnique',
      { where: { id: 1 }, omit: { name: true, bossId: true } },
      'id=1 [email,orgId,role,slug,updatedAt]',
    ],
    ['where', 'findMany', { where: { name: { contains: 'x' } }, select: { id: true } }, '[id,name]'],
    [
      'orderBy',
      'findMany',
      { orderBy: [{ name: 'asc' }, { slug: { sort: 'desc', nulls: 'last' } }], select: { id: true } },
      '[id,name,slug]',
    ],
    [
      'full-text order',
      'findMany',
      { orderBy: { _relevance: { fields: ['name'], search: 'x', sort: 'asc' } }, select: { id: true } },
      '[id,name]',
    ],
    ['distinct', 'findMany', { distinct: ['name'], select: { id: true } }, '[id,name]'],
    ['distinct, alone', 'findMany', { distinct: 'name', select: { id: true } }, '[id,name]'],
    [
      'a reference',
      'findMany',
      { where: { name: { equals: reference('User', 'slug') } }, select: { id: true } },
      '[id,name,slug]',
    ],
    [
      'references in a list',
      'findMany',
      { where: { name: { in: [reference('User', 'slug')] } }, select: { id: true } },
      '[id,name,slug]',
    ],
    [
      'a reference that is not known',
      'findMany',
      { where: { name: { equals: reference('Other', 'x') } }, select: { id: true } },
      '[*]',
    ],
    ['a computed field', 'findMany', { select: { fullName: true } }, '[*]'],
    ['count', 'count', { where: { name: { contains: 'x' } } }, '[id,name]'],
    ['count of fields', 'count', { select: { _all: true, name: true } }, '[id,name]'],
    ['count of a page', 'count', { orderBy: { slug: 'asc' }, take: 3 }, '[id,slug]'],
    ['aggregate', 'aggregate', { _sum: { orgId: true }, _count: true }, '[id,orgId]'],
    ['aggregate counts', 'aggregate', { _count: { _all: true, name: true }, _min: { slug: true } }, '[id,name,slug]'],
    [
      'groupBy',
      'groupBy',
      {
        by: ['role'],
        _max: { slug: true },
        having: { orgId: { _avg: { gt: 1 } } },
        orderBy: { _count: { name: 'asc' } },
      },
      '[id,name,orgId,role,slug]',
    ],
    [
      'groupBy, alone',
      'groupBy',
      { by: 'role', having: { AND: [{ NOT: { slug: { equals: 'x' } } }] } },
      '[id,role,slug]',
    ],
  ])('are those named by %s', (_, operation, args, line) => {
    expect(columns(operation, args)).toBe(line)
  })

  it('leave out what the client omits, unless it is asked for or a computed field needs it', () => {
    const client = { ...plainView, omitted: new Map([['Tag', new Set(['label'])]]) }
    expect(read('Tag', 'findMany', {}, { client })).toEqual({ Tag: ['[id]'] })
    for (const label of [false, undefined, null, {}]) {
      expect(read('Tag', 'findMany', { omit: { label } }, { client })).toEqual({ Tag: ['[*]'] })
    }
    expect(read('Post', 'findUnique', { where: { id: 1 }, include: { tags: true } }, { client })).toMatchObject({
      Tag: ['id=? []'],
    })
    const computed = new Map([['Tag', new Map([['title', ['label']]])]])
    expect(read('Tag', 'findMany', {}, { client: { ...client, computed } })).toEqual({ Tag: ['[*]'] })
  })

  it('are those that a computed field needs, also one that has the name of a column', () => {
    const client = { ...plainView, computed: new Map([['User', new Map([['name', ['email', 'slug']]])]]) }
    const line = '[email,id,name,slug]'
    expect(read('User', 'findMany', { select: { name: true } }, { client })).toEqual({ User: [line] })
    expect(read('User', 'findMany', { select: { role: true } }, { client })).toEqual({ User: ['[id,role]'] })
    expect(
      read('Post', 'findUnique', { where: { id: 1 }, select: { author: { select: { name: true } } } }, { client }),
    ).toMatchObject({ User: [expect.stringContaining('email,name,slug')] })
  })

  it('of a cursor are those of the order, in the row that it names', () => {
    const args = {
      where: { orgId: 1 },
      cursor: { email: 'e' },
      orderBy: { name: 'asc' },
      take: 2,
      select: { id: true },
    }
    expect(read('User', 'findMany', args)).toEqual({ User: ['orgId=1 [email,id,name]', 'email=e [id,name,orgId]'] })
    const byRelated = {
      where: { authorId: 1 },
      cursor: { id: 3 },
      orderBy: { author: { name: 'asc' } },
      select: { id: true },
    }
    expect(read('Post', 'findMany', byRelated)).toEqual({
      Post: ['author_id=1 [id]', 'id=3 [author_id]'],
      User: ['[id,name]'],
    })
  })
})

/** What `prisma.user.fields.slug` is. */
function reference(modelName: string, name: string) {
  return { modelName, name, typeName: 'String', isList: false, _toGraphQLInputType() {} }
}

describe('a construct that is not understood', () => {
  const every = ['[*]']
  it.each([
    ['an argument', { someday: { deep: [{ posts: 1 }] } }],
    ['a part of a where', { where: { someday: 1, posts: { some: {} } } }],
    ['a relation filter', { where: { posts: { someday: {} } } }],
    [
      'a relation filter beside is',
      { where: { posts: { some: {} }, profile: { is: {}, bio: 'x' } }, include: { profile: true } },
    ],
    ['an order', { orderBy: { posts: { someday: 'asc' } } }],
    ['an argument of a relation', { include: { posts: { someday: 1 } } }],
    ['a field to distinguish', { distinct: ['someday'], include: { posts: true } }],
  ])('makes everything matter that is mentioned: %s', (_, args) => {
    const found = read('User', 'findMany', args) as Record<string, string[]>
    expect(found.User).toEqual(every)
    expect(found.Post ?? found.Profile).toEqual(every)
    expect(Object.values(found).every((lines) => lines.length === 1 && lines[0] === '[*]')).toBe(true)
  })

  it('may be an object that writes itself as something else', () => {
    const where = { toJSON: () => ({ posts: { some: {} } }) }
    expect(read('User', 'findMany', { where })).toEqual({ User: every, Post: every })
  })

  it.each([
    ['findRaw', {}, /^findRaw/],
    ['findMany', cyclic(), /deep/],
  ])('is not cached at all: %s', (operation, args, reason) => {
    expect(read('User', operation, args)).toMatch(reason)
    expect(read('Nobody', 'findMany', {})).toMatch(/Nobody/)
  })
})

function cyclic() {
  const args: Record<string, unknown> = {}
  args.where = args
  return args
}

describe('a view', () => {
  const dataModel = modelOf(
    `
model A {
  id Int  @id
  v  V?
}
view V {
  aId Int @unique
  a   A   @relation(fields: [aId], references: [id])
}`,
    { preview: '"views"' },
  )
  it('is cached only if it is declared what it shows', () => {
    expect(read('V', 'findMany', {}, { dataModel })).toMatch(/^V is a view/)
    expect(read('A', 'findUnique', { where: { id: 1 }, include: { v: true } }, { dataModel })).toMatch(/^V is a view/)
    expect(read('A', 'findUnique', { where: { id: 1 } }, { dataModel })).toEqual({ A: ['id=1 [*]'] })
    const known = { dataModel, knownViews: new Set(['V']) }
    expect(read('V', 'findMany', {}, known)).toEqual({ V: ['[*]'] })
    expect(read('A', 'findUnique', { where: { id: 1 }, include: { v: true } }, known)).toEqual({
      A: ['id=1 [*]'],
      V: ['aId=1 [*]'],
    })
  })
})

it('reads are told from writes', () => {
  expect(['findUnique', 'findFirstOrThrow', 'groupBy'].every(isRead)).toBe(true)
  expect(['create', 'findRaw', 'someday'].some(isRead)).toBe(false)
})
