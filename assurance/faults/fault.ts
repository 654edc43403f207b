import type { Needs, Stage } from '../stage/stage.ts'

/** Something that goes wrong under load, and what the plugin says of it. */
export interface Fault {
  /** For `--only`, and of the file with its raw data. */
  readonly name: string
  readonly title: string
  /** What is done to whom, in a sentence. */
  readonly what: string
  /** What is to be expected, and why. */
  readonly expected: string
  readonly promise: Promised
  readonly needs?: Needs
  /** How many processes, the first ones, are harmed themselves: how long requests take is told of the others. Default 0. */
  readonly victims?: number
  /** Why it cannot be done on this machine. */
  readonly missing?: () => string | undefined
  /** Called while everything is still well. */
  prepare(stage: Stage): Promise<Harm>
}

export interface Promised {
  /** Stale answers after acknowledged writes: none; some, by a limit that the README names; or some, because the check must find them. */
  readonly stale: 'never' | 'declared' | 'found'
  /** Failed requests: none, or those that the database fails. */
  readonly failures: 'never' | 'of the database'
}

export interface Harm {
  start(): Promise<void>
  /** Takes it back; what it returns shows that it really happened. */
  end(): Promise<Evidence>
}

export type Evidence = Readonly<Record<string, string | number>>

/** What most faults promise. */
export const nothingIsSeen: Promised = { stale: 'never', failures: 'never' }
