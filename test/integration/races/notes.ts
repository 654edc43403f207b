import { randomUUID } from 'node:crypto'
import { expect, inject } from 'vitest'
import type { Note, Prisma } from '../../../prisma/generated/client.ts'
import { type CachedClient, type CachedClientOptions, cachedClient, type StoreConfig } from '../cached-client.ts'

/** What the clients have in common: with the cache and without, inside a transaction and outside. */
export interface Notes {
  readonly note: {
    findUnique(args: { where: { id: number } }): Prisma.PrismaPromise<Note | null>
    findMany(args: { where: Prisma.NoteWhereInput }): Prisma.PrismaPromise<Note[]>
    count(args?: { where: Prisma.NoteWhereInput }): Prisma.PrismaPromise<number>
    update(args: { where: { id: number }; data: { text: string } }): Prisma.PrismaPromise<Note>
  }
}

/** A client that reads and one that writes: two processes to Redis, and one to the embedded store, which is for one. */
export function readerAndWriter(store: StoreConfig, config: CachedClientOptions['config'] = {}) {
  const open = () => cachedClient({ databaseUrl: inject('databaseUrl'), ...store, config })
  const reader = open()
  return { reader, writer: store.redis === undefined ? reader : open() }
}

/** A row that no other test knows, written behind the cache's back. */
export function newNote({ base }: Pick<CachedClient, 'base'>, text = 'v1') {
  return base.note.create({ data: { tenantId: randomUUID(), text } })
}

export async function textOf(client: Notes, id: number): Promise<string | undefined> {
  const note = await client.note.findUnique({ where: { id } })
  return note?.text
}

/** The text, and where it came from. */
export async function lookAt({ prisma }: Pick<CachedClient, 'prisma'>, id: number) {
  const { data, info } = await prisma.$cache.withInfo(() => prisma.note.findUnique({ where: { id } }))
  return { text: data?.text, status: info.status }
}

export function setText(client: Notes, id: number, text: string) {
  return client.note.update({ where: { id }, data: { text } })
}

export function countOf({ events }: Pick<CachedClient, 'events'>, kind: CachedClient['events'][number]['kind']) {
  return events.filter((event) => event.kind === kind).length
}

/** A load of the reader is held; a write comes in between, and only then the load ends and is stored. */
export async function writeAcross(
  { reader, writer }: { readonly reader: CachedClient; readonly writer: CachedClient },
  { release }: { readonly release: () => void },
  id: number,
): Promise<void> {
  await setText(writer.prisma, id, 'v2')
  expect(await textOf(writer.prisma, id)).toBe('v2')
  const fills = countOf(reader, 'filled')
  release()
  await expect.poll(() => countOf(reader, 'filled')).toBeGreaterThan(fills)
}

export const isSelect = (sql: string) => sql.startsWith('SELECT')
export const isUpdate = (sql: string) => sql.startsWith('UPDATE')
export const isCommit = (sql: string) => sql === 'COMMIT'

/** Resolves when the reads that were begun have looked in the cache: what they found is told in the order of the asking. */
export async function lookedUp({ prisma }: Pick<CachedClient, 'prisma'>): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate)
  await prisma.$cache.invalidate({ tags: ['nobody has this tag'] })
  await new Promise(setImmediate)
}
