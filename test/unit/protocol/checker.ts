/** What can happen next: a name, the state after it, and what is wrong with it, if anything. */
export interface Step {
  readonly label: string
  readonly next: string
  readonly wrong: string | undefined
}

export type Verdict =
  | { readonly kind: 'holds'; readonly states: number }
  /** The shortest way to something wrong; its last line says what. */
  | { readonly kind: 'violated'; readonly path: readonly string[] }

/**
 * Visits every state that can be reached, nearest first, until a step is wrong.
 *
 * @param start a state as text; equal texts are one state.
 * @param statesMax a model that has more is a mistake of the model.
 */
export function explore(start: string, stepsFrom: (state: string) => readonly Step[], statesMax = 400_000): Verdict {
  const reached = new Map<string, { readonly from: string; readonly label: string } | null>([[start, null]])
  const pathTo = (state: string): string[] => {
    const path: string[] = []
    for (let at = reached.get(state); at; at = reached.get(at.from)) path.unshift(at.label)
    return path
  }
  // A map is walked in the order of insertion, what is inserted meanwhile too: breadth first.
  for (const state of reached.keys()) {
    for (const { label, next, wrong } of stepsFrom(state)) {
      if (wrong !== undefined) return { kind: 'violated', path: [...pathTo(state), label, wrong] }
      if (!reached.has(next)) reached.set(next, { from: state, label })
    }
    if (reached.size > statesMax) throw new Error(`More than ${statesMax} states: make the scenario smaller.`)
  }
  return { kind: 'holds', states: reached.size }
}
