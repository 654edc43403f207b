import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'
import { fileURLToPath } from 'node:url'

/** Where the time of this process went while `work` ran, as text: by function, by file and by package. */
export async function profile(title: string, work: () => Promise<unknown>): Promise<string> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 100 })
  await session.post('Profiler.start')
  await work()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const [functions, files, packages] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  let totalUs = 0
  for (const [at, id] of (profile.samples ?? []).entries()) {
    const frame = frames.get(id)!
    if (isProfiler(frame)) continue
    const spentUs = profile.timeDeltas?.[at] ?? 0
    totalUs += spentUs
    const file = fileOf(frame)
    const place = file.includes('/') ? `  ${file}:${frame.lineNumber + 1}` : ''
    add(functions, `${frame.functionName || '(anonymous)'}${place}`, spentUs)
    add(files, file, spentUs)
    add(packages, packageOf(file), spentUs)
  }
  const lists = { function: functions, file: files, package: packages }
  const tops = Object.entries(lists).map(([by, spent]) => `Self time by ${by}:\n${top(spent, totalUs)}`)
  return [`${title}: ${(totalUs / 1e6).toFixed(1)} s`, ...tops].join('\n\n')
}

const root = fileURLToPath(new URL('../../', import.meta.url))

type Frame = Profiler.Profile['nodes'][number]['callFrame']

/** What starting and stopping the profiler takes. */
const isProfiler = ({ url, functionName }: Frame) => url === '' && functionName === 'dispatch'

/** From the root of this repository on; from the name of its package on, if it is in one. `(idle)` and the like have no file. */
function fileOf({ url, functionName }: Frame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'node, native'
  const path = url.startsWith('file:') ? fileURLToPath(url) : url
  const inPackages = path.lastIndexOf('node_modules/')
  if (inPackages >= 0) return path.slice(inPackages + 'node_modules/'.length)
  return path.startsWith(root) ? path.slice(root.length) : path
}

function packageOf(file: string): string {
  if (/^(dist|src)\//.test(file)) return 'prisma-cache-plugin'
  if (/^(bench|examples|prisma)\//.test(file)) return file.split('/')[0]!
  if (file.startsWith('node:')) return 'node, scripts'
  return file.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? file
}

function add(to: Map<string, number>, name: string, spentUs: number): void {
  to.set(name, (to.get(name) ?? 0) + spentUs)
}

function top(spent: ReadonlyMap<string, number>, totalUs: number): string {
  return [...spent]
    .sort(([, one], [, other]) => other - one)
    .filter(([, spentUs]) => spentUs >= totalUs / 1000)
    .slice(0, 30)
    .map(([name, spentUs]) => `${((100 * spentUs) / totalUs).toFixed(1).padStart(6)} %  ${name}`)
    .join('\n')
}
