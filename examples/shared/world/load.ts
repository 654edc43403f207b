import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { showProgress } from '../progress.ts'
import type { CityRow, World } from './world.ts'

const chunkRows = 5000

/** Fills an empty database. Each chunk of cities is one statement with one parameter, which is what makes it quick. */
export async function loadWorld(prisma: PrismaClient, { countries, cities }: World): Promise<void> {
  await prisma.country.createMany({ data: [...countries] })
  const progress = showProgress(`Loading ${countries.length} countries and their cities`, cities.length)
  for (let from = 0; from < cities.length; from += chunkRows) {
    const chunk = cities.slice(from, from + chunkRows)
    await insertCities(prisma, chunk)
    progress.advance(chunk.length)
  }
  // The planner's statistics: without them it would scan the whole table for a prefix of a name.
  await prisma.$executeRaw`ANALYZE`
  progress.stop()
}

async function insertCities(prisma: PrismaClient, cities: readonly CityRow[]): Promise<void> {
  await prisma.$executeRaw`
    INSERT INTO "City" ("id", "name", "countryCode", "population", "latitude", "longitude")
    SELECT "id", "name", "countryCode", "population", "latitude", "longitude"
    FROM json_to_recordset(${JSON.stringify(cities)}::json) AS row(
      "id" integer, "name" text, "countryCode" text, "population" integer,
      "latitude" double precision, "longitude" double precision
    )`
}
