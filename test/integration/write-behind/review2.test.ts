import { expect, it } from 'vitest'
import { describeStores } from '../cached-client.ts'
import { behind, city, openSeats, reasons } from './seats.ts'
describeStores('review2', (make) => {
  it('why', async () => {
    const { one } = await openSeats({ ...make(), models: { Country: behind, City: behind } })
    await one.prisma.country.create({ data: { code: 'DE', name: 'Germany', region: 'Europe' } })
    console.log('##1', reasons(one), await one.base.country.count())
    await one.prisma.country.update({ where: { code: 'FR' }, data: { name: 'F' } })
    console.log('##2', reasons(one), await one.base.country.findMany())
    await one.prisma.city.create({ data: { ...city(2), countryCode: 'DE' } })
    console.log('##3', reasons(one), await one.base.city.count(), await one.base.country.count())
  })
})
