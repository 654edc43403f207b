import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from '../../prisma/generated/client.ts'

const { cachePlugin } = (await import('../../dist/index.js' as string)) as typeof import('../../src/index.ts')

import { readdirSync, readFileSync } from 'node:fs'

const name = `probe_${process.pid}`
const admin = new pg.Client({ connectionString: 'postgresql://postgres@127.0.0.1:5432/postgres' })
await admin.connect()
await admin.query(`CREATE DATABASE ${name}`)
const url = `postgresql://postgres@127.0.0.1:5432/${name}`
const c = new pg.Client({ connectionString: url })
await c.connect()
for (const m of readdirSync('prisma/migrations')
  .filter((f) => /^\d/.test(f))
  .sort())
  await c.query(readFileSync(`prisma/migrations/${m}/migration.sql`, 'utf8'))
await c.query(`INSERT INTO "Country" VALUES ('FR','France','Europe',1)`)
const N = Number(process.argv[2] ?? 2000),
  W = Number(process.argv[3] ?? 30000),
  mode = process.argv[4] ?? 'accept'
await c.query(`INSERT INTO "City" SELECT i, 'City '||i, 'FR', i, 1.5, 2.5, 0 FROM generate_series(1,${N}) i`)
const plain = new PrismaClient({
  adapter: new PrismaPg({ connectionString: url }),
  errorFormat: (process.argv[5] ?? 'colorless') as any,
})
const prisma = plain.$extends(
  cachePlugin({
    redis: 'redis://127.0.0.1:6379',
    namespace: name,
    lease: '1h',
    models: {
      City: {
        strategy: 'write-behind',
        acceptLoss: true,
        backlogMax: 10_000_000,
        batch: { maxSize: mode === 'accept' ? 1e9 : 500, maxDelay: mode === 'accept' ? '1h' : '200ms' },
      },
    },
  }),
)
const cum: number[] = []
let t = 0
for (let i = 1; i <= N; i++) {
  t += 1 / i
  cum.push(t)
}
const draw = () => {
  const u = Math.random() * t
  let lo = 0,
    hi = N - 1
  while (lo < hi) {
    const m = (lo + hi) >> 1
    if (cum[m]! < u) lo = m + 1
    else hi = m
  }
  return lo + 1
}
async function drive(n: number, ids: () => number) {
  let left = n
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (left-- > 0) await prisma.city.update({ where: { id: ids() }, data: { views: { increment: 1 } } })
    }),
  )
}
let k = 0
await drive(N, () => (k++ % N) + 1)
if (mode === 'drain') {
  await prisma.$cache.flush()
  await c.query('BEGIN; LOCK TABLE "City" IN SHARE MODE')
}
const { Session: S2 } = await import('node:inspector/promises')
const s2 = new S2()
s2.connect()
if (process.env.PROF) {
  await s2.post('Profiler.enable')
  await s2.post('Profiler.setSamplingInterval', { interval: 200 })
  await s2.post('Profiler.start')
}
const cpu0 = process.cpuUsage(),
  t0 = performance.now()
await drive(W, draw)
const cpu = process.cpuUsage(cpu0),
  ms = performance.now() - t0
if (process.env.PROF) {
  const { profile } = await s2.post('Profiler.stop')
  ;(await import('node:fs')).writeFileSync('/tmp/prof/accept.cpuprofile', JSON.stringify(profile))
}
console.log('accepted/s', Math.round((W / ms) * 1000), 'cpu us/write', ((cpu.user + cpu.system) / W).toFixed(1))
const f0 = performance.now(),
  c1 = process.cpuUsage()
if (mode === 'drain') {
  await c.query('ROLLBACK')
  const { Session } = await import('node:inspector/promises')
  const ses = new Session()
  ses.connect()
  await ses.post('Profiler.enable')
  await ses.post('Profiler.setSamplingInterval', { interval: 200 })
  await ses.post('Profiler.start')
  const g0 = performance.now(),
    gc = process.cpuUsage()
  await prisma.$cache.flush()
  const d = process.cpuUsage(gc)
  console.log('drain/s', Math.round((W / (performance.now() - g0)) * 1000), 'cpu', ((d.user + d.system) / W).toFixed(2))
  const { profile } = await ses.post('Profiler.stop')
  ;(await import('node:fs')).writeFileSync('/tmp/prof/drain.cpuprofile', JSON.stringify(profile))
}
if (mode === 'flush') {
  await prisma.$cache.flush()
}
const cf = process.cpuUsage(c1)
console.log(
  'flush',
  Math.round((W / (performance.now() - f0)) * 1000),
  '/s cpu',
  ((cf.user + cf.system) / W).toFixed(1),
)
if (mode === 'accept') {
  const { createRequire } = await import('node:module')
}
console.log((await c.query('select sum(views) from "City"')).rows)
await c.end()
await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
process.exit(0)
