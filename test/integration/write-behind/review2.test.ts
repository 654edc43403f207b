import { spawn } from 'node:child_process'
import { PrismaPg } from '@prisma/adapter-pg'
import { expect, inject, it } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { freshDatabase } from '../../services/fresh.ts'
import { city } from './seats.ts'

const run = (env: Record<string, string>) => new Promise<string>((resolve) => {
  const child = spawn('node', ['--import', 'tsx', '/tmp/review/exit.mts'], { cwd: '/work/main', env: { ...process.env, ...env } })
  let out = ''
  child.stdout.on('data', (d) => { out += d })
  child.stderr.on('data', (d) => { out += d })
  const killer = setTimeout(() => { out += 'HANGS'; child.kill('SIGKILL') }, 14000)
  child.on('exit', (code, signal) => { clearTimeout(killer); resolve(`${out} code ${code} ${signal}`) })
})

it.each(['locked'])('exit %s', async (mode) => {
  const DB = await freshDatabase()
  const base = new PrismaClient({ adapter: new PrismaPg({ connectionString: DB }) })
  await base.country.create({ data: { code: 'FR', name: 'France', region: 'Europe' } })
  await base.city.create({ data: city(1) })
  const env = { DB, REDIS: inject('redisUrl') as string, NS: `review-${mode}-${Date.now()}`, MODE: mode }
  let out = ''
  if (mode === 'locked' || mode === 'reading')
    await base.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE "City" SET views = 100 WHERE id = 1`
      out = await run(env)
    }, { timeout: 25000 }).catch((e) => { out += String(e) })
  else out = await run(env)
  console.log(`## ${mode}\n${out}\nviews ${(await base.city.findFirst())?.views}`)
  await base.$disconnect()
})
