import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { randomFrom } from '../../behaviour/random.ts'

/** What one of several processes does, many at once. */
export interface Throng {
  readonly seed: number
  /** Each is a sequence of writes, of one row or of shared counters. */
  readonly writers: number
  readonly operations: number
  /** Cities whose views everybody adds to. */
  readonly shared: readonly number[]
  /** The first of the ids that only this process writes: one per writer. */
  readonly firstId: number
}

export interface Done {
  /** What this process was told that it added, by shared city. */
  readonly added: Readonly<Record<number, number>>
  /** The rows of its own, as the writes on them leave them one after the other. */
  readonly own: readonly Own[]
  /** What differed from that on the way. */
  readonly wrong: readonly string[]
}

export interface Own {
  readonly id: number
  /** `null`: it is not there. */
  readonly population: number | null
}

/** Writers add to what all of them share, and keep account of a row that is theirs alone. */
export async function runThrong(prisma: PrismaClient, { shared, firstId, ...throng }: Throng): Promise<Done> {
  const added: Record<number, number> = Object.fromEntries(shared.map((id) => [id, 0]))
  const wrong: string[] = []
  const own = Array.from({ length: throng.writers }, async (_, i): Promise<Own> => {
    const random = randomFrom(throng.seed * 1000 + i)
    const row = ownRow(prisma, firstId + i, (what) => wrong.push(what))
    for (let n = 0; n < throng.operations; n += 1) {
      if (random.integer(2)) await row.write(random.integer(10), random.integer(5) + 2)
      else {
        const id = random.some(shared)
        const by = random.integer(5) + 1
        if (await addTo(prisma, { id, by, how: random.integer(16) })) added[id]! += by
      }
    }
    return { id: firstId + i, population: row.population() }
  })
  return { own: await Promise.all(own), added, wrong }
}

/** `false` when the database made it give way to another transaction. */
async function addTo(
  prisma: PrismaClient,
  { id, by, how }: { readonly id: number; readonly by: number; readonly how: number },
): Promise<boolean> {
  const data = { views: { increment: by } }
  try {
    if (how === 0) await prisma.city.updateMany({ where: { id }, data })
    else if (how === 1) await prisma.$executeRaw`UPDATE "City" SET views = views + ${by} WHERE id = ${id}`
    else if (how === 2) await prisma.$transaction((tx) => tx.city.update({ where: { id }, data }))
    else if (how === 3) await prisma.$transaction([prisma.city.update({ where: { id }, data })])
    else await prisma.city.update({ where: { id }, data })
    return true
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string }
    if (code === 'P2034' || message.includes('deadlock')) return false
    throw error
  }
}

/** A row that nobody else writes: what is told of it must be what the writes so far make of it. */
function ownRow(prisma: PrismaClient, id: number, wrong: (what: string) => void) {
  const where = { id }
  let population: number | null = null
  const check = (what: string, row: { readonly population: number } | null) => {
    const seen = row?.population ?? null
    if (seen !== population) wrong(`${what} of ${id}: ${seen} instead of ${population}`)
  }
  const fresh = (value: number) => {
    return { id, name: `own ${id}`, countryCode: 'FR', population: value, latitude: 0, longitude: 0 }
  }

  async function change(how: number, value: number): Promise<void> {
    if (population === null) {
      population = value
      if (how % 2) check('create', await prisma.city.create({ data: fresh(value) }))
      else check('upsert', await prisma.city.upsert({ where, create: fresh(value), update: { population: -1 } }))
    } else if (how === 0) {
      await prisma.city.delete({ where })
      population = null
    } else if (how === 1) {
      population = value
      check('set', await prisma.city.update({ where, data: { population } }))
    } else if (how === 2) {
      population = (population % 1000) * value
      const remainder = population / value
      await prisma.city.update({ where, data: { population: remainder } })
      check('multiply', await prisma.city.update({ where, data: { population: { multiply: value } } }))
    } else if (how === 3) {
      population -= value
      await prisma.city.updateMany({ where, data: { population: { decrement: value } } })
    } else {
      population += value
      check('add', await prisma.city.update({ where, data: { population: { increment: value } } }))
    }
  }

  return {
    population: () => population,
    async write(how: number, value: number) {
      await change(how, value)
      if (value === 2) check('lookup', await prisma.city.findUnique({ where }))
      if (value === 3 && how === 4) check('list', (await prisma.city.findMany({ where: { id } }))[0] ?? null)
    },
  }
}
