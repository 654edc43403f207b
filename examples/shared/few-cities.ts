import { PrismaClient } from '../../prisma/generated/client.ts'
import type { Adapter } from './database.ts'

/** One country and three of its cities: enough to see a hit and a miss. */
export async function loadFewCities(adapter: Adapter): Promise<void> {
  const prisma = new PrismaClient({ adapter })
  await prisma.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
  await prisma.city.createMany({
    data: [
      { id: 2988507, name: 'Paris', countryCode: 'FR', population: 2138551, latitude: 48.85341, longitude: 2.3488 },
      { id: 2995469, name: 'Marseille', countryCode: 'FR', population: 794811, latitude: 43.29695, longitude: 5.38107 },
      { id: 2996944, name: 'Lyon', countryCode: 'FR', population: 472317, latitude: 45.74846, longitude: 4.84671 },
    ],
  })
  await prisma.$disconnect()
}
