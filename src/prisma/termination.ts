type Task = () => Promise<void>

/**
 * Runs a task when the process is asked to end (SIGTERM), and lets it end then. A program with a listener of its own decides about the end
 * by itself, as it did before.
 *
 * @returns what takes the task back.
 */
export function beforeTermination(task: Task): () => void {
  // First: a listener for one signal is gone once it was called, and would not be counted.
  if (tasks.size === 0) process.prependListener('SIGTERM', onSignal)
  tasks.add(task)
  return () => {
    tasks.delete(task)
    if (tasks.size === 0 && !isEnding) process.off('SIGTERM', onSignal)
  }
}

const tasks = new Set<Task>()
let isEnding = false

async function onSignal(): Promise<void> {
  const others = process.listenerCount('SIGTERM') - 1
  isEnding = true
  await Promise.allSettled([...tasks].map((task) => task()))
  isEnding = false
  process.off('SIGTERM', onSignal)
  // A listener keeps the signal from ending the process.
  if (others === 0) process.kill(process.pid, 'SIGTERM')
}

/**
 * Runs a task once, when a program has nothing more to do and is about to end. It ends when the task has.
 *
 * @returns what takes the task back.
 */
export function beforeExit(task: Task): () => void {
  if (lastTasks.size === 0) process.on('beforeExit', onExit)
  lastTasks.add(task)
  return () => forget(task)
}

const lastTasks = new Set<Task>()

function onExit(): void {
  for (const task of [...lastTasks]) {
    forget(task)
    task().catch(() => {})
  }
}

function forget(task: Task): void {
  lastTasks.delete(task)
  if (lastTasks.size === 0) process.off('beforeExit', onExit)
}
