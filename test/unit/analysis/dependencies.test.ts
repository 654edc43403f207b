import { describe, expect, it } from 'vitest'
import { dependenciesOf } from '../../../src/analysis/dependencies.ts'
import { blog, modelOf } from './schemas.ts'

/** `{ User: ['id|*=["1"]'], Post: ['|*'] }`, or why there is none. */
function read(model: string, operation: string, args: unknown, dataModel = blog) {
  const found = dependenciesOf(dataModel, { model, operation, args })
  if (found.kind === 'unknown') return found.reason
  return Object.fromEntries(
    found.dependencies.map(({ model, uses }) => [
      model,
      uses.map(({ shape, values }) => (values.length ? `${shape.id}=${values}` : shape.id)),
    ]),
  )
}
const list = ['|*']

describe('a lookup by a whole unique key', () => {
  it.each([
    [{ id: 1 }, 'id|*=["1"]'],
    [{ id: { equals: 1 } }, 'id|*=["1"]'],
    [{ email: 'a', OR: [{ id: 2 }, { id: 3 }] }, 'email|*=["a"]'],
    [{ slug_role: { slug: 's', role: 'USER' } }, 'role,slug|*=["USER","s"]'],
    [{ slugAndEmail: { slug: 's', email: 'e' } }, 'email,slug|*=["e","s"]'],
  ])('depends on its values: %j', (where, use) => {
    expect(read('User', 'findUnique', { where })).toEqual({ User: [use] })
    expect(read('User', 'findUniqueOrThrow', { where })).toEqual({ User: [use] })
  })

  it('names a compound id in the order of the shape', () => {
    const b = 'AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee'
    expect(read('Loner', 'findUnique', { where: { key: { a: 1, b } } })).toEqual({
      Loner: [`a,b|*=["1","${b.toLowerCase()}"]`],
    })
  })

  it.each([
    [{ id: { gt: 1 } }],
    [{ slug_role: { slug: 's' } }],
    [{ slug: 's' }],
    [{}],
    [undefined],
    [{ AND: [{ id: 1 }] }],
  ])('depends on the list when the key is not pinned: %j', (where) => {
    expect(read('User', 'findUnique', { where })).toEqual({ User: list })
  })
})

describe('any other read', () => {
  it.each(['findFirst', 'findFirstOrThrow', 'findMany', 'count', 'aggregate', 'groupBy'])(
    '%s depends on the list',
    (operation) => {
      expect(read('User', operation, undefined)).toEqual({ User: list })
      expect(read('User', operation, { where: { id: { gt: 1 } } })).toEqual({ User: list })
    },
  )

  it.each(['findFirst', 'findFirstOrThrow', 'findMany', 'count', 'aggregate', 'groupBy'])(
    '%s depends on the value that its where pins',
    (operation) => {
      const where = { id: 1, posts: { some: {} } }
      expect(read('User', operation, { where })).toEqual({ User: ['id|*=["1"]'], Post: list })
    },
  )

  it('pins one field, a foreign key before others', () => {
    expect(read('Post', 'findMany', { where: { id: 7, authorId: 1 } })).toEqual({ Post: ['authorId|*=["1"]'] })
  })

  it('pins nothing that is inside AND, OR or NOT, and nothing beside a cursor', () => {
    const where = { id: 1 }
    for (const args of [{ where: { AND: [where] } }, { where: { OR: [where] } }, { where: { NOT: where } }]) {
      expect(read('User', 'findMany', args)).toEqual({ User: list })
    }
    expect(read('User', 'findMany', { where, cursor: { id: 2 } })).toEqual({ User: list })
  })

  it.each([
    ['include', { include: { posts: true } }, ['Post']],
    ['select', { select: { posts: { select: { comments: true } } } }, ['Comment', 'Post']],
    ['where some', { where: { posts: { some: { comments: { none: {} } } } } }, ['Comment', 'Post']],
    ['where is', { where: { AND: [{ NOT: { profile: { is: null } } }] } }, ['Profile']],
    ['where null', { where: { profile: null } }, ['Profile']],
    ['orderBy', { orderBy: [{ profile: { bio: 'asc' } }, { posts: { _count: 'asc' } }] }, ['Post', 'Profile']],
    [
      'many to many',
      { include: { liked: { where: { tags: { some: {} } } } } },
      ['Post', 'Tag', '_Liked', '_PostToTag'],
    ],
    [
      'count some',
      { include: { _count: { select: { posts: { where: { tags: { some: {} } } } } } } },
      ['Post', 'Tag', '_PostToTag'],
    ],
    ['an unknown argument', { someday: { deep: [{ posts: 1 }] } }, ['Post']],
    ['inherited', Object.create({ include: { posts: true } }), ['Post']],
  ])('depends on models mentioned in %s', (_, args, models) => {
    const found = read('User', 'findMany', args)
    expect(
      Object.keys(found)
        .filter((model) => model !== 'User')
        .sort(),
    ).toEqual(models)
    expect(Object.values(found).every((uses) => uses[0] === '|*')).toBe(true)
  })

  it.each([{ _count: true }, { _count: {} }, { _count: { select: undefined } }])(
    'counts every list relation for %j',
    (select) => {
      const all = ['Comment', 'Post', 'User', '_Friends', '_Liked']
      expect(Object.keys(read('User', 'findMany', { select })).sort()).toEqual(all)
      expect(Object.keys(read('Profile', 'findMany', { include: { user: { include: select } } })).sort()).toEqual(
        [...all, 'Profile'].sort(),
      )
    },
  )

  it('does not take counted rows for counted relations', () => {
    expect(read('User', 'aggregate', { _count: true })).toEqual({ User: list })
    expect(
      read('User', 'groupBy', { by: ['role'], _count: { _all: true }, having: { id: { _count: { gt: 1 } } } }),
    ).toEqual({
      User: list,
    })
  })

  it('adds the list of its own model when a relation returns to it', () => {
    expect(read('User', 'findUnique', { where: { id: 1 }, include: { boss: true } })).toEqual({
      User: ['id|*=["1"]', '|*'],
    })
  })

  it('leaves out relations that are switched off', () => {
    expect(read('User', 'findMany', { include: { posts: false, profile: undefined } })).toEqual({ User: list })
  })

  it('follows both readings of a relation named like an argument', () => {
    const dataModel = modelOf(`
model A {
  id     Int @id
  select B[]
  cs     C[]
}
model B {
  id  Int @id
  aId Int
  a   A   @relation(fields: [aId], references: [id])
}
model C {
  id  Int @id
  aId Int
  a   A   @relation(fields: [aId], references: [id])
}`)
    expect(Object.keys(read('A', 'findMany', { select: { cs: true } }, dataModel)).sort()).toEqual(['A', 'B', 'C'])
  })
})

describe('what is not known', () => {
  const withView = modelOf(
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
  it('is a read that touches a view', () => {
    expect(read('V', 'findMany', {}, withView)).toMatch(/^V is a view/)
    expect(read('A', 'findUnique', { where: { id: 1 }, include: { v: true } }, withView)).toMatch(/^V is a view/)
    expect(read('A', 'findUnique', { where: { id: 1 } }, withView)).toEqual({ A: ['id|*=["1"]'] })
  })

  it('is an operation, a model, or arguments without end', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.where = cyclic
    expect(read('User', 'findRaw', {})).toMatch(/^findRaw/)
    expect(read('Nobody', 'findMany', {})).toMatch(/Nobody/)
    expect(read('User', 'findMany', cyclic)).toMatch(/deep/)
  })
})
