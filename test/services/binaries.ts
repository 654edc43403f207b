import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The folder that holds all of `names` as executables: one of PATH, or one where packages put PostgreSQL. */
export function findBinaries(...names: readonly string[]): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), ...postgresFolders()].find((folder) =>
    names.every((name) => isExecutable(join(folder, name))),
  )
}

/** Debian and Homebrew keep the server programs off PATH, in a folder per version; the newest first. */
function postgresFolders(): readonly string[] {
  const versions = (parent: string, pattern: RegExp) =>
    listFolder(parent)
      .filter((name) => pattern.test(name))
      .sort((a, b) => Number(b.replace(/\D/g, '')) - Number(a.replace(/\D/g, '')))
      .map((name) => join(parent, name, 'bin'))
  return [
    ...versions('/usr/lib/postgresql', /^\d+$/),
    ...versions('/opt/homebrew/opt', /^postgresql@\d+$/),
    ...versions('/usr/local/opt', /^postgresql@\d+$/),
  ]
}

/**
 * Who a server runs as. PostgreSQL refuses to run as root, so root hands it to `postgres`, or to `nobody`; anyone else
 * runs it himself.
 */
export function unprivilegedUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (user === undefined) throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody.')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
