import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createDatabase } from './database.ts'

/** A migrated, empty database for one test file: files may then run side by side. Dropped at the end of the run. */
export async function freshDatabase(): Promise<string> {
  const url = inject('databaseUrl')
  const name = `${new URL(url).pathname.slice(1)}_${randomBytes(4).toString('hex')}`
  return createDatabase(url, name, inject('templateDatabase'))
}

/** A namespace that no other test uses. */
export function freshNamespace(): string {
  return `${inject('keyPrefix')}_${randomBytes(4).toString('hex')}`
}
