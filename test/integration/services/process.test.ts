import { expect, it } from 'vitest'
import { spawnWorker } from '../../services/process.ts'
import { waitUntil } from '../../services/wait-until.ts'

const echo = new URL('./echo.worker.ts', import.meta.url)

it('calls functions in another process, with values that JSON would change', async () => {
  const worker = await spawnWorker(echo, { env: { GREETING: 'hello' } })
  expect(worker.pid).not.toBe(process.pid)
  expect(await worker.call('double', 21n)).toBe(42n)
  expect(await worker.call('echo', new Date(5))).toEqual(new Date(5))
  expect(await worker.call('env', 'GREETING')).toBe('hello')
})

it('carries the message and the code of an error across', async () => {
  const worker = await spawnWorker(echo)
  await expect(worker.call('fail')).rejects.toMatchObject({ message: 'did not work', code: 'P2002' })
  await expect(worker.call('missing')).rejects.toThrow('does not serve missing')
})

it('fails the calls that are under way when the process is killed', async () => {
  const worker = await spawnWorker(echo)
  const never = expect(worker.call('never')).rejects.toThrow('SIGKILL')
  expect(await worker.kill('SIGKILL')).toBeNull()
  expect(await worker.exited).toBeNull()
  await never
  await expect(worker.call('echo', 1)).rejects.toThrow('has ended')
})

it('takes the servers that a killed process had started with it', async () => {
  const worker = await spawnWorker(new URL('./servers.worker.ts', import.meta.url))
  const pids = await worker.call<number[]>('start')
  expect(pids.map(isAlive)).toEqual([true, true])
  await worker.kill('SIGKILL')
  await waitUntil(() => !pids.some(isAlive), { what: 'the servers to end' })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
