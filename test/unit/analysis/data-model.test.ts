import { describe, expect, it } from 'vitest'
import { blog, modelOf } from './schemas.ts'

const field = (model: string, name: string) => blog.models.get(model)?.fields.get(name)

describe('the data model', () => {
  it('names tables and columns as the database does', () => {
    expect(blog.models.get('User')?.table).toBe('users')
    expect(field('Post', 'authorId')?.column).toBe('author_id')
    expect(blog.provider).toBe('postgresql')
  })

  it('lists every unique key under its name in a where', () => {
    expect(blog.models.get('User')?.uniques).toEqual([
      { name: 'id', fields: ['id'] },
      { name: 'email', fields: ['email'] },
      { name: 'slug_role', fields: ['slug', 'role'] },
      { name: 'slugAndEmail', fields: ['slug', 'email'] },
    ])
    expect(blog.models.get('Loner')?.uniques).toEqual([{ name: 'key', fields: ['b', 'a'] }])
  })

  it('knows both sides of a relation and the default actions', () => {
    expect(field('Post', 'author')?.relation).toMatchObject({
      model: 'User',
      fromFields: ['authorId'],
      onDelete: 'SetNull',
      onUpdate: 'Cascade',
      opposite: 'posts',
    })
    expect(field('User', 'posts')?.relation).toMatchObject({ model: 'Post', fromFields: [], opposite: 'author' })
    expect(field('User', 'boss')?.relation?.opposite).toBe('reports')
    const required = modelOf(`
model A {
  id Int @id
  bs B[]
}
model B {
  id  Int @id
  aId Int
  a   A   @relation(fields: [aId], references: [id])
}`)
    expect(required.references.get('A')).toEqual([
      { model: 'B', fields: ['aId'], toFields: ['id'], onDelete: 'Restrict', onUpdate: 'Cascade' },
    ])
  })

  it('gives implicit many-to-many tables a model that cascades from both sides', () => {
    expect([...blog.models.values()].filter((model) => model.isJoinTable).map((model) => model.name)).toEqual([
      '_Liked',
      '_Friends',
      '_PostToTag',
    ])
    expect(blog.references.get('Tag')).toEqual([
      { model: '_PostToTag', fields: ['B'], toFields: ['id'], onDelete: 'Cascade', onUpdate: 'Cascade' },
    ])
    expect(
      blog.references
        .get('User')
        ?.filter((one) => one.model === '_Friends')
        .map((one) => one.fields),
    ).toEqual([['A'], ['B']])
  })

  it('recognises views, and no word in a comment or a string', () => {
    const dataModel = modelOf(
      `
// view Nope {
model Nope {
  id Int    @id
  s  String @default("\\" view Nope { // @ignore")
}
  view Totals {
  id Int @unique
}`,
      { preview: '"views", "strictUndefinedChecks"' },
    )
    expect([...dataModel.models.values()].map((model) => [model.name, model.isView])).toEqual([
      ['Nope', false],
      ['Totals', true],
    ])
    expect(dataModel.strictUndefinedChecks).toBe(true)
    expect(blog.strictUndefinedChecks).toBe(false)
  })

  it('knows which column of a join table belongs to which end', () => {
    const columns = (model: string, name: string) => field(model, name)?.relation?.joinColumns
    expect(columns('Post', 'tags')).toEqual({ own: 'A', other: 'B' })
    expect(columns('Tag', 'posts')).toEqual({ own: 'B', other: 'A' })
    expect(columns('User', 'friendOf')).toEqual({ own: 'A', other: 'B' })
    expect(columns('User', 'friends')).toEqual({ own: 'B', other: 'A' })
    expect(columns('User', 'posts')).toBeNull()
  })

  it('orders fields by how steady they are, and knows which are indexed', () => {
    const dataModel = modelOf(`
model A {
  id     Int     @id
  title  String
  isOpen Boolean
  slug   String  @unique
  bId    Int
  b      B       @relation(fields: [bId], references: [id])
  @@index([title, isOpen])
}
model B {
  id Int @id
  as A[]
}`)
    const a = dataModel.models.get('A')!
    expect(a.scalars.map((one) => [one.name, one.volatility, one.isIndexed])).toEqual([
      ['id', 0, true],
      ['title', 2, true],
      ['isOpen', 4, true],
      ['slug', 0, true],
      ['bId', 1, true],
    ])
  })

  it('knows the defaults that the client sends along', () => {
    const dataModel = modelOf(`
enum E {
  P
  Q
}
model A {
  id   Int      @id @default(autoincrement())
  e    E        @default(Q)
  n    Int      @default(7)
  xs   Int[]    @default([1])
  at   DateTime @default(now())
  none Int?
}`)
    const defaults = dataModel.models.get('A')!.scalars.map((one) => one.literalDefault)
    expect(defaults).toEqual([undefined, 'Q', 7, undefined, undefined, undefined])
  })

  it('tells who keeps the foreign keys, whatever a comment says', () => {
    expect(blog.hasForeignKeys).toBe(true)
    expect(modelOf('model A {\n id Int @id\n}', { relationMode: 'prisma' }).hasForeignKeys).toBe(false)
    expect(modelOf('// relationMode = "prisma"\nmodel A {\n id Int @id\n}').hasForeignKeys).toBe(true)
  })

  it('sees the foreign keys of ignored fields and models', () => {
    const dataModel = modelOf(`
model User {
  id     Int     @id
  posts  Post[]  @ignore
  audits Audit[] @ignore
}
model Post {
  id       Int    @id
  authorId Int?
  author   User?  @relation(fields: [authorId], references: [id]) @ignore // @ignore
}
model Audit {
  userId Int
  at     DateTime?
  user   User @relation(fields: [userId], references: [id], onDelete: Cascade)

  @@ignore
}`)
    expect(dataModel.references.get('User')?.map((one) => [one.model, one.onDelete])).toEqual([
      ['Post', 'SetNull'],
      ['Audit', 'Cascade'],
    ])
    const hidden = [...dataModel.models.values()].flatMap((model) =>
      [...model.fields.values()].filter((one) => one.isHidden).map((one) => `${model.name}.${one.name}`),
    )
    expect(hidden).toEqual([
      ...['User.posts', 'User.audits', 'Post.author'],
      ...['Audit.userId', 'Audit.at', 'Audit.user', 'Audit.cacheRevealedKey'],
    ])
  })

  it('counts a default over other columns as changed by every update', () => {
    const dataModel = modelOf(`
model A {
  id    String  @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid
  code  String  @default(dbgenerated("nextval('s'::regclass)"))
  title String
  slug  String? @unique @default(dbgenerated("lower(title)"))
  at    DateTime @updatedAt
}`)
    expect(dataModel.models.get('A')?.alwaysChanged).toEqual(['slug', 'at'])
  })
})
