import { Presets, SingleBar } from 'cli-progress'

export interface Progress {
  advance(by: number): void
  stop(): void
}

/** A bar on a terminal; elsewhere a line at the start and one at the end. */
export function showProgress(title: string, total: number): Progress {
  const startedMs = performance.now()
  const seconds = () => ((performance.now() - startedMs) / 1000).toFixed(1)
  if (process.stdout.isTTY) {
    const bar = new SingleBar({ format: `${title} {bar} {value}/{total}` }, Presets.shades_classic)
    bar.start(total, 0)
    return { advance: (by) => bar.increment(by), stop: () => bar.stop() }
  }
  console.log(`${title} ...`)
  let done = 0
  return {
    advance(by) {
      done += by
    },
    stop: () => console.log(`${title}: ${done} in ${seconds()} s`),
  }
}
