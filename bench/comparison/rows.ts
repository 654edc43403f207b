import type { PrismaClient } from '../../prisma/generated/client.ts'

export const roomCount = 100
export const noteCount = 1000
const rowsPerRoom = 10
const booksPerRoom = 100
export const booksPerPerson = 10
export const bookCount = roomCount * booksPerRoom

export const bookOf = (n: number) => `978-0-${String(n).padStart(8, '0')}`
/** One that stands in no room and is in no list; read once, to miss. */
export const unreadBookOf = (n: number) => `979-0-${String(n).padStart(8, '0')}`
export const personOf = (n: number) => `writer-${n}`

/** 100 rooms with 10 shelves of 10 books each, by 1,000 people, and so many books besides that are read only once. */
export async function loadRows(client: PrismaClient, unreadBooks: number): Promise<void> {
  const numbers = (length: number) => Array.from({ length }, (_, n) => n)
  await client.person.createMany({
    data: numbers(bookCount / booksPerPerson).map((n) => ({ handle: personOf(n), score: n })),
  })
  await client.shelf.createMany({
    data: numbers(roomCount * rowsPerRoom).map((n) => ({ ...placeOf(n), label: `Shelf number ${n}` })),
  })
  const books = numbers(bookCount).map((n) => ({
    ...book(bookOf(n), n),
    ...placeOf(n),
    writtenBy: personOf(Math.floor(n / booksPerPerson)),
  }))
  await inParts([...books, ...numbers(unreadBooks).map((n) => book(unreadBookOf(n), n))], (data) =>
    client.book.createMany({ data: [...data] }),
  )
  await client.note.createMany({
    data: numbers(noteCount).map((n) => ({ id: n + 1, tenantId: `tenant-${n % 10}`, text: `Note number ${n}` })),
  })
  await client.$executeRaw`VACUUM (ANALYZE)`
}

function book(isbn: string, n: number) {
  return {
    isbn,
    title: `The collected letters, volume ${n}`,
    price: (999 + (n % 5000)) / 100,
    released: new Date(Date.UTC(1990 + (n % 30), n % 12, 1 + (n % 28))),
    stock: n % 50,
  }
}

function placeOf(n: number) {
  return { room: n % roomCount, row: Math.floor(n / roomCount) % rowsPerRoom }
}

/** A statement has 65,535 parameters at most. */
async function inParts<One>(all: readonly One[], insert: (part: readonly One[]) => Promise<unknown>): Promise<void> {
  const size = 5000
  for (let from = 0; from < all.length; from += size) await insert(all.slice(from, from + size))
}
