import { it } from 'vitest'
import { describeStores } from '../cached-client.ts'
import { add, behind, city, openSeats, reasons } from './seats.ts'
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms))
const out = (name: string, value: unknown) => console.log('##', name, JSON.stringify(value))
describeStores('review4', (make) => {
  for (const name of ['late raw', 'late', 'timeout in tx'])
    it(name, async () => {
      const { one, two } = await openSeats({ ...make(), models: { City: behind, Country: behind }, config: { lease: '3s' } as any })
      const p: any = one.prisma
      const runs: any = {
        batch: async () => p.$transaction([p.city.update(add(1)), 5]),
        unawaited: async () => p.$transaction(async (tx: any) => { tx.city.update(add(1)).then(() => {}, () => {}) }),
        'unawaited slow': async () => p.$transaction(async (tx: any) => { tx.city.update(add(1)).then(() => {}, () => {}); await sleep(5) }),
        nested: async () => p.country.create({ data: { code: 'ZZ', name: 'z', region: 'z', cities: { create: { ...city(1), countryCode: undefined } } } }),
        'late raw': async () => p.$transaction([p.$executeRawUnsafe(`UPDATE "City" SET views = views + 1 /* ${'x'.repeat(20000)} */ WHERE id = 1`), p.city.update({ where: { id: 1 }, data: { bogus: 1 } })]),
        late: async () => p.$transaction([p.city.update(add(1)), p.country.update({ where: { code: 'FR' }, data: { bogus: 1 } })]),
        'timeout in tx': async () => {},
        handed: async () => { const c = p.city.update(add(1)); await p.$transaction([c, c]) },
      }
      let error = ''
      await runs[name]().catch((e: any) => { error = e.message.slice(-80) })
      await sleep(20)
      await two.prisma.city.update(add(1))
      const soon = reasons(two)
      await sleep(5000)
      await two.prisma.city.update(add(1))
      out(name, [error, soon, reasons(two)])
    })
})
