/** What can happen next: a name, the state after it, and what is wrong with it, if anything. */
export interface Step<State> {
  readonly label: string
  readonly next: State
  readonly wrong: string | undefined
}

export type Verdict =
  | { readonly kind: 'holds'; readonly states: number }
  /** The shortest way to something wrong; its last line says what. */
  | { readonly kind: 'violated'; readonly path: readonly string[] }

interface Model<State> {
  readonly stepsFrom: (state: State) => readonly Step<State>[]
  /** States with equal texts are one. */
  readonly textOf: (state: State) => string
}

/**
 * Visits every state that can be reached, nearest first, until a step is wrong.
 *
 * @param statesMax a model that has more is a mistake of the model.
 */
export function explore<State>(start: State, { stepsFrom, textOf }: Model<State>, statesMax = 400_000): Verdict {
  interface Reached {
    readonly from: Reached | null
    readonly label: string
  }
  const pathTo = (reached: Reached) => {
    const path: string[] = []
    for (let at = reached; at.from; at = at.from) path.unshift(at.label)
    return path
  }
  const known = new Set([textOf(start)])
  let nearest: (readonly [State, Reached])[] = [[start, { from: null, label: '' }]]
  while (nearest.length > 0) {
    const further: typeof nearest = []
    for (const [state, from] of nearest) {
      for (const { label, next, wrong } of stepsFrom(state)) {
        if (wrong !== undefined) return { kind: 'violated', path: [...pathTo(from), label, wrong] }
        const text = textOf(next)
        if (known.has(text)) continue
        known.add(text)
        further.push([next, { from, label }])
      }
    }
    if (known.size > statesMax) throw new Error(`More than ${statesMax} states: make the scenario smaller.`)
    nearest = further
  }
  return { kind: 'holds', states: known.size }
}
