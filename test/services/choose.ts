/** Ways to a server, in the order in which they are tried. */
export const finderNames = ['environment', 'binaries', 'local', 'containers'] as const

export type FinderName = (typeof finderNames)[number]

export interface FoundServer {
  readonly url: string
  /** Ends what the finder started; does nothing to a server that ran before. */
  readonly stop: () => Promise<void>
}

export interface ServerFinder {
  readonly name: FinderName
  /** Undefined when this way leads nowhere on this machine. Throws when it was asked for by name and is broken. */
  readonly find: () => Promise<FoundServer | undefined>
}

export interface ChosenServer extends FoundServer {
  readonly foundBy: FinderName
}

/**
 * Takes the first server that a finder finds. `only` (the variable TEST_SERVICES) leaves one finder to try.
 *
 * Throws when there is none: a test that needs a server is never skipped.
 */
export async function chooseServer(
  service: string,
  finders: readonly ServerFinder[],
  only: string | undefined = process.env.TEST_SERVICES || undefined,
): Promise<ChosenServer> {
  if (only !== undefined && !(finderNames as readonly string[]).includes(only)) {
    throw new Error(`TEST_SERVICES is '${only}'; expected one of ${finderNames.join(', ')}.`)
  }
  const tried = finders.filter(({ name }) => only === undefined || name === only)
  for (const { name, find } of tried) {
    const found = await find()
    if (found !== undefined) return { ...found, foundBy: name }
  }
  throw new Error(
    `The tests need ${service}, and none was found (tried: ${tried.map(({ name }) => name).join(', ')}): ` +
      'set DATABASE_URL and REDIS_URL, install their server programs, ' +
      'start the servers on their default local ports, or start Docker.',
  )
}
