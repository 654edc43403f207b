import { isDeepStrictEqual } from 'node:util'
import type { Answers } from './results.ts'
import { bookCount, bookOf, booksPerPerson, personOf } from './rows.ts'
import type { Site } from './site.ts'
import type { Way } from './way.ts'

/**
 * Asks a way for a row, and for a row with related ones, before and after it has written.
 *
 * @param n of the way: each takes a row of its own, or it would see what the others have written.
 */
export async function askForAnswers(
  { client, extra, isCache }: Way,
  { plain }: Site,
  n: number,
): Promise<Answers | null> {
  if (client === null || !isCache) return null
  const at = bookCount - 1 - n * booksPerPerson
  const row = { where: { isbn: bookOf(at) } }
  const related = { where: { handle: personOf(Math.floor(at / booksPerPerson)) }, include: { written: true } } as const
  const askRow = () => client.book.findUnique({ ...row, ...extra })
  const askRelated = () => client.person.findUnique({ ...related, ...extra })
  const truth = await plain.book.findUnique(row)
  await Promise.all([askRow(), askRelated()])
  const types = isDeepStrictEqual(await askRow(), truth)
  await client.book.update({ ...row, data: { stock: truth!.stock + 1 } })
  const [written, one, many] = [await plain.person.findUnique(related), await askRow(), await askRelated()]
  return {
    types,
    afterWrite: one?.stock === truth!.stock + 1,
    relatedAfterWrite: stocks(many?.written) === stocks(written?.written),
  }
}

function stocks(books: readonly { readonly isbn: string; readonly stock: number }[] | undefined): string {
  return JSON.stringify(books?.map(({ isbn, stock }) => [isbn, stock]).sort())
}
