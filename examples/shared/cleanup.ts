/**
 * Runs `work` and then everything that `later` was given, last first: also when `work` throws, and on Ctrl-C.
 *
 * Without this an interrupted example would leave its database behind.
 */
export async function withCleanup(work: (later: Later) => Promise<void>): Promise<void> {
  const tasks: (() => Promise<unknown>)[] = []
  let cleaning: Promise<void> | undefined
  const cleanUp = () => {
    cleaning ??= (async () => {
      for (const task of tasks.reverse()) await task().catch((error: unknown) => console.error(error))
    })()
    return cleaning
  }
  const interrupt = () => void cleanUp().then(() => process.exit(130))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  try {
    await work((task) => void tasks.push(task))
  } finally {
    await cleanUp()
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}

/** Remembers what must be undone. */
export type Later = (task: () => Promise<unknown>) => void
