import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { freshDatabase, freshNamespace } from '../../services/fresh.ts'
import { withPostgres } from '../../services/postgres.ts'
import { waitUntil } from '../../services/wait-until.ts'
import { cachedClient } from '../cached-client.ts'
import { infoOf, type Read, statusOf, storeKinds, useBench } from './bench.ts'
import { expectSame } from './same.ts'

const triggers = `
  CREATE FUNCTION count_comment() RETURNS trigger AS $$ BEGIN
    UPDATE posts SET views = views + 100 WHERE id = NEW."postId"; RETURN NEW; END $$ LANGUAGE plpgsql;
  CREATE TRIGGER count_comment AFTER INSERT ON "Comment" FOR EACH ROW EXECUTE FUNCTION count_comment();
  CREATE FUNCTION shout() RETURNS trigger AS $$ BEGIN NEW.title = upper(NEW.title); RETURN NEW; END $$ LANGUAGE plpgsql;
  CREATE TRIGGER shout BEFORE INSERT OR UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION shout();
  CREATE TRIGGER asleep BEFORE UPDATE ON "Team" FOR EACH ROW EXECUTE FUNCTION shout();
  ALTER TABLE "Team" DISABLE TRIGGER asleep;
  CREATE RULE note_log AS ON UPDATE TO "Note" DO ALSO DELETE FROM "Event" WHERE kind = 'login';
`

const alsoChanges = {
  Comment: ['Post.views'],
  Post: ['Post.title'],
  City: ['CountryStats'],
  Country: ['CountryStats'],
  Note: ['Event'],
} as const

describe.each(storeKinds)('what is declared to change with a model (%s)', (kind) => {
  const bench = useBench(kind, { alsoChanges })
  beforeAll(() => withPostgres(bench.databaseUrl, (client) => client.query(triggers)))

  const statusesAfter = async (write: Read, reads: Readonly<Record<string, Read>>) => {
    for (const read of Object.values(reads)) for (const seat of bench.seats) await read(seat.prisma)
    await write(bench.writer)
    const statuses: Record<string, string> = {}
    for (const [what, read] of Object.entries(reads)) {
      statuses[what] = await statusOf(bench.seats[1]!.prisma, read)
      for (const seat of bench.seats) expectSame(await read(seat.prisma), await read(bench.plain), what)
    }
    return statuses
  }

  it('R24: is seen in the field of another model, and nowhere else', async () => {
    const write: Read = (client) => client.comment.create({ data: { text: 'x', postId: 1 } })
    const statuses = await statusesAfter(write, {
      views: (client) => client.post.findMany({ select: { views: true }, orderBy: { id: 'asc' } }),
      bodies: (client) => client.post.findMany({ select: { body: true }, orderBy: { id: 'asc' } }),
    })
    expect(statuses).toEqual({ views: 'miss', bodies: 'hit' })
  })

  it('R24: is seen in a field of the very rows that were written', async () => {
    const write: Read = (client) => client.post.update({ where: { id: 1 }, data: { views: 0 } })
    const statuses = await statusesAfter(write, {
      'its title': (client) => client.post.findUnique({ where: { id: 1 }, select: { title: true } }),
      'another title': (client) => client.post.findUnique({ where: { id: 2 }, select: { title: true } }),
      body: (client) => client.post.findUnique({ where: { id: 1 }, select: { body: true } }),
    })
    expect(statuses).toEqual({ 'its title': 'miss', 'another title': 'hit', body: 'hit' })
  })

  it('R24: is seen through a view', async () => {
    const stats: Read = (client) => client.countryStats.findMany({ orderBy: { countryCode: 'asc' } })
    const below: Read = (client) =>
      client.countryStats.findFirst({ where: { countryCode: 'FR' }, orderBy: { cities: 'asc' } })
    const writes: Read[] = [
      (client) => client.city.update({ where: { id: 1 }, data: { population: { increment: 1 } } }),
      (client) => client.country.delete({ where: { code: 'PE' } }),
      (client) => client.$executeRaw`UPDATE "City" SET population = 1 WHERE id = 2`,
    ]
    for (const write of writes)
      expect(await statusesAfter(write, { stats, below })).toEqual({ stats: 'miss', below: 'miss' })
    const other: Read = (client) => client.tag.create({ data: { name: 'other' } })
    expect(await statusesAfter(other, { stats, below })).toEqual({ stats: 'hit', below: 'hit' })
  })

  it('R24: is seen through a rule, also after raw SQL', async () => {
    const events: Read = (client) => client.event.findMany({ orderBy: { id: 'asc' } })
    const write: Read = (client) => client.$executeRaw`UPDATE "Note" SET text = 'x' WHERE id = 1`
    expect(await statusesAfter(write, { events })).toEqual({ events: 'miss' })
  })
})

const instead = `
  CREATE RULE hide AS ON DELETE TO posts DO INSTEAD UPDATE posts SET published = false WHERE id = OLD.id RETURNING posts.*;
  CREATE FUNCTION hide_comment() RETURNS trigger AS $$ BEGIN
    UPDATE "Comment" SET text = '' WHERE id = OLD.id; RETURN NULL; END $$ LANGUAGE plpgsql;
  CREATE TRIGGER hide_comment BEFORE DELETE ON "Comment" FOR EACH ROW EXECUTE FUNCTION hide_comment();
  CREATE FUNCTION rename_team() RETURNS trigger AS $$ BEGIN
    UPDATE "Team" SET name = 'renamed' WHERE id = (SELECT min(id) FROM "Team"); RETURN NULL; END $$ LANGUAGE plpgsql;
  CREATE TRIGGER rename_team BEFORE INSERT ON "Tag" FOR EACH ROW EXECUTE FUNCTION rename_team();
`
const noLonger = `
  DROP RULE hide ON posts; DROP FUNCTION hide_comment CASCADE; DROP FUNCTION rename_team CASCADE;
`

describe.each(storeKinds)('what is declared to happen in the place of a write (%s)', (kind) => {
  const bench = useBench(kind, {
    alsoChanges: { Post: ['Post.published'], Comment: ['Comment.text'], Tag: ['Team'] },
  })
  const asAdmin = (sql: string) => withPostgres(bench.databaseUrl, (client) => client.query(sql))
  beforeEach(() => asAdmin(instead))
  // The rows of the next test are made anew.
  afterEach(() => asAdmin(noLonger))

  const shown: Read = (client) => client.post.findMany({ where: { published: true }, orderBy: { id: 'asc' } })
  const texts: Read = (client) => client.comment.findMany({ orderBy: { id: 'asc' } })
  const empty: Read = (client) => client.comment.findMany({ where: { text: '' }, orderBy: { id: 'asc' } })
  const teams: Read = (client) => client.team.findMany({ orderBy: { id: 'asc' } })
  const comment = async () => {
    const { id } = await bench.plain.comment.create({ data: { text: 'said', postId: 2 } })
    return id
  }

  it.each<[string, readonly Read[], () => Promise<Read>]>([
    [
      'a delete that a rule makes an update',
      [shown],
      async () => (client) => client.post.deleteMany({ where: { id: 1 } }),
    ],
    ['a delete of one row', [shown], async () => (client) => client.post.delete({ where: { id: 2 } })],
    [
      'a delete that a trigger makes an update',
      [texts, empty],
      async () => {
        const id = await comment()
        return (client) => client.comment.deleteMany({ where: { id } })
      },
    ],
    [
      'a delete that seems to find no row',
      [texts, empty],
      async () => {
        const id = await comment()
        return (client) => client.comment.delete({ where: { id } })
      },
    ],
    [
      'a delete in a transaction that goes on',
      [texts, empty],
      async () => {
        const id = await comment()
        return (client) =>
          client.$transaction(async (tx) => {
            await tx.comment.delete({ where: { id } }).catch(() => {})
            await tx.comment.deleteMany({ where: { id } })
          })
      },
    ],
    [
      'a create that a trigger makes an update',
      [teams],
      async () => (client) => client.tag.createMany({ data: [{ name: 'team' }] }),
    ],
  ])('R24: is seen after %s', async (_what, reads, prepare) => {
    await bench.plain.post.updateMany({ data: { published: true } })
    const write = await prepare()
    for (const seat of bench.seats) await seat.prisma.$cache.invalidateAll()
    for (const read of reads) for (const seat of bench.seats) await read(seat.prisma)
    const before = await Promise.all(reads.map((read) => read(bench.plain)))
    await Promise.resolve(write(bench.writer)).catch(({ code }) => expect(code).toBe('P2025'))
    for (const [i, read] of reads.entries()) {
      const now = await read(bench.plain)
      expect(now).not.toEqual(before[i])
      for (const seat of bench.seats) expectSame(await read(seat.prisma), now, 'after it')
    }
  })
})

describe('a view of which nothing is declared', () => {
  const bench = useBench('memory')
  it('is not cached, and says so', async () => {
    const { info } = await infoOf(bench.writer, (client) => client.countryStats.findMany())
    expect(info).toMatchObject({
      status: 'bypass',
      reason: 'CountryStats is a view, and no alsoChanges says which models it shows.',
    })
  })
})

describe('the check for triggers', () => {
  let databaseUrl: string
  beforeAll(async () => {
    databaseUrl = await freshDatabase()
    await withPostgres(databaseUrl, (client) => client.query(triggers))
  })

  const warningsOf = async (config: object) => {
    const client = cachedClient({ databaseUrl, redis: inject('redisUrl'), namespace: freshNamespace(), config })
    await client.prisma.tag.count()
    await client.prisma.$disconnect()
    return client.events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []))
  }

  it('warns once of each trigger and rule that is not declared', async () => {
    expect(await warningsOf({ checkTriggers: true })).toEqual([
      expect.stringMatching(
        /^Table Comment has the trigger count_comment\. Say which .* alsoChanges: \{ Comment: \[\.\.\.\] \}/,
      ),
      expect.stringMatching(/^Table Note has the rule note_log\./),
      expect.stringMatching(/^Table posts has the trigger shout\. .*alsoChanges: \{ Post:/),
    ])
  })

  it('says nothing of those that are, or if it was not asked', async () => {
    expect(await warningsOf({ checkTriggers: true, alsoChanges })).toEqual([])
    expect(await warningsOf({ checkTriggers: true, alsoChanges: { Comment: [], Post: [], Note: [] } })).toEqual([])
    expect(await warningsOf({})).toEqual([])
  })

  it('warns when it cannot look', async () => {
    const { prisma, adapter, events } = cachedClient({ databaseUrl, config: { checkTriggers: true } })
    adapter.failNext((sql) => sql.includes('pg_trigger'), new Error('no'))
    await prisma.tag.count()
    await waitUntil(() => events.some((event) => event.kind === 'warning' && /could not be read/.test(event.message)), {
      what: 'the warning',
    })
  })
})
