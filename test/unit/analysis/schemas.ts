import type { DataModel } from '../../../src/analysis/data-model.ts'
import { readDataModel } from '../../../src/prisma/schema/read-data-model.ts'

/** A data model from model blocks alone. */
export function modelOf(
  blocks: string,
  { provider = 'postgresql', preview = '', relationMode = 'foreignKeys' } = {},
): DataModel {
  return readDataModel(`
datasource db {
  provider     = "${provider}"
  relationMode = "${relationMode}"
}

generator client {
  provider        = "prisma-client"
  previewFeatures = [${preview}]
}
${blocks}`)
}

/** Every kind of relation: one to many, one to one, implicit many to many (plain, named, self), self. */
export const blog: DataModel = modelOf(`
enum Role {
  ADMIN
  USER
}

model User {
  id        Int       @id @default(autoincrement())
  email     String    @unique
  name      String?
  role      Role      @default(USER)
  orgId     Int?
  slug      String    @default("x")
  updatedAt DateTime  @updatedAt
  posts     Post[]
  profile   Profile?
  liked     Post[]    @relation("Liked")
  friends   User[]    @relation("Friends")
  friendOf  User[]    @relation("Friends")
  bossId    Int?
  boss      User?     @relation("Boss", fields: [bossId], references: [id])
  reports   User[]    @relation("Boss")
  comments  Comment[]

  @@unique([slug, role])
  @@unique([slug, email], name: "slugAndEmail")
  @@map("users")
}

model Post {
  id        Int       @id @default(autoincrement())
  title     String    @unique
  meta      Json?
  authorId  Int?      @map("author_id")
  updatedAt DateTime  @updatedAt
  author    User?     @relation(fields: [authorId], references: [id])
  tags      Tag[]
  likers    User[]    @relation("Liked")
  comments  Comment[]
}

model Profile {
  id     Int   @id @default(autoincrement())
  bio    String?
  userId Int?  @unique
  user   User? @relation(fields: [userId], references: [id])
}

model Comment {
  id     Int   @id
  postId Int
  userId Int?
  post   Post  @relation(fields: [postId], references: [id], onDelete: Cascade)
  user   User? @relation(fields: [userId], references: [id])
}

model Tag {
  id    Int    @id
  label String
  posts Post[]
}

model Loner {
  a Int
  b String @db.Uuid
  n Int

  @@id([b, a], name: "key")
}
`)
