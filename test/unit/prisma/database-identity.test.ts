import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { expect, it } from 'vitest'
import { databaseIdentity } from '../../../src/prisma/database-identity.ts'

const identityOf = (config: string | pg.PoolConfig, options?: { schema: string }, environment = {}) =>
  databaseIdentity(new PrismaPg(config as pg.PoolConfig, options), environment)
const url = 'postgresql://ann:secret@db:5432/shop'

it.each<[string, string]>([
  ['another host', identityOf('postgresql://ann:secret@other:5432/shop')],
  ['another port', identityOf('postgresql://ann:secret@db:5433/shop')],
  ['another database', identityOf('postgresql://ann:secret@db:5432/tenant')],
  ['another user', identityOf('postgresql://bob:secret@db:5432/shop')],
  ['another schema', identityOf(url, { schema: 'tenant' })],
  ['another search path', identityOf(`${url}?options=-c%20search_path%3Dtenant`)],
  ['a host beside the URL', identityOf({ connectionString: url, host: 'other' })],
])('a database with %s is another one', (_, other) => {
  expect(other).not.toBe(identityOf(url))
})

it.each<[string, string]>([
  ['a new password', identityOf('postgresql://ann:changed@db:5432/shop')],
  ['another name of the application', identityOf(`${url}?application_name=worker&connection_limit=5`)],
  ['a pool of the user', databaseIdentity(new PrismaPg(new pg.Pool({ connectionString: url })), {})],
  ['variables that the URL makes irrelevant', identityOf(url, undefined, { PGDATABASE: 'elsewhere' })],
])('it stays the same with %s', (_, other) => {
  expect(other).toBe(identityOf(url))
})

it('is found in the environment where the driver would find it', () => {
  const [shop, tenant] = ['shop', 'tenant'].map((name) => identityOf({}, undefined, { PGDATABASE: name }))
  expect(shop).not.toBe(tenant)
  expect(identityOf({ database: 'shop' })).not.toBe(identityOf({ database: 'tenant' }))
})

it('is not known of an adapter that hides what it was made with', () => {
  expect(databaseIdentity({ provider: 'sqlite' }, { PGHOST: 'db' })).toBe('')
  expect(databaseIdentity(undefined, {})).toBe('')
})
