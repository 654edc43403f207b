/** One statement on its way to the database. BEGIN, COMMIT, ROLLBACK and savepoints are statements too. */
export interface Statement {
  readonly sql: string
  readonly args: readonly unknown[]
  /** Counts the transactions of the adapter from 1; null outside. */
  readonly transaction: number | null
}

export type Matches = (sql: string, statement: Statement) => boolean

export interface GateOptions {
  /** `before` (default): the database has not seen the statement. `after`: it has run, and nobody has seen the answer. */
  readonly when?: 'before' | 'after'
}

export interface HeldStatement {
  /** Resolves when the statement has arrived at the gate. */
  readonly reached: Promise<Statement>
  /** Lets it go on; called before it arrives, it will not be held. */
  release(): void
}

/** A statement that is held twice: before the database has seen it, and when it has run. */
export interface SteppedStatement {
  /** Resolves when the statement has arrived. */
  readonly reached: Promise<Statement>
  /** Lets it run, or fail; resolves when it has. */
  run(): Promise<void>
  /** Lets its answer through. */
  release(): void
}

export interface Gate {
  before(statement: Statement): Promise<void>
  after(statement: Statement): Promise<void>
}

interface Waiting extends Gate {
  readonly matches: Matches
}

/** Gates at which statements wait or fail. Each gate is for one statement, the first that matches. */
export function openGates() {
  const waiting: Waiting[] = []
  const held = new Set<() => void>()

  return {
    /** The gate of this statement, if there is one: it is then used up. */
    take(statement: Statement): Gate | undefined {
      const index = waiting.findIndex(({ matches }) => matches(statement.sql, statement))
      return index < 0 ? undefined : waiting.splice(index, 1)[0]
    },
    holdNext(matches: Matches, { when = 'before' }: GateOptions = {}): HeldStatement {
      const { hold, reached, release } = barrier(held)
      waiting.push({ matches, ...gateAt(when, hold) })
      return { reached, release }
    },
    stepNext(matches: Matches): SteppedStatement {
      const [before, after] = [barrier(held), barrier(held)]
      waiting.push({ matches, before: before.hold, after: after.hold })
      return {
        reached: before.reached,
        async run() {
          before.release()
          await after.reached
        },
        release: after.release,
      }
    },
    failNext(matches: Matches, error: Error, { when = 'before' }: GateOptions = {}): void {
      waiting.push({ matches, ...gateAt(when, () => Promise.reject(error)) })
    },
    /** Lets everything go on, and takes the gates away that nothing has reached. */
    releaseAll(): void {
      waiting.splice(0)
      for (const release of held) release()
    },
  }
}

function barrier(held: Set<() => void>) {
  const reached = deferred<Statement>()
  const released = deferred<void>()
  const release = () => {
    held.delete(release)
    released.resolve()
  }
  held.add(release)
  const hold = (statement: Statement) => {
    reached.resolve(statement)
    return released.promise
  }
  return { hold, release, reached: reached.promise }
}

function gateAt(when: 'before' | 'after', act: (statement: Statement) => Promise<void>): Gate {
  const pass = async () => undefined
  return when === 'before' ? { before: act, after: pass } : { before: pass, after: act }
}

function deferred<T>() {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
