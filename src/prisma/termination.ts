const tasks = new Set<() => Promise<void>>()

/**
 * Runs a task when the process is asked to end (SIGTERM), and lets it end then. A program with a listener of its own decides about the end
 * by itself, as it did before.
 *
 * @returns what takes the task back.
 */
export function beforeTermination(task: () => Promise<void>): () => void {
  if (tasks.size === 0) process.on('SIGTERM', onSignal)
  tasks.add(task)
  return () => {
    tasks.delete(task)
    if (tasks.size === 0) process.off('SIGTERM', onSignal)
  }
}

async function onSignal(): Promise<void> {
  await Promise.allSettled([...tasks].map((task) => task()))
  process.off('SIGTERM', onSignal)
  // A listener keeps the signal from ending the process.
  if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM')
}
