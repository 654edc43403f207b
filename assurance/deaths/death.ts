/** One death, and the time in which others could notice it, in nanoseconds of the clock of the records. */
export interface Death {
  readonly fromNs: number
  readonly untilNs: number
}
