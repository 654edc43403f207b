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
