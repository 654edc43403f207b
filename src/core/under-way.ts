/** What has begun and not ended yet, for who waits for that. Counts only: many come by. */
export interface UnderWay {
  /** Returns what it is to be ended with. */
  begin(): Round
  end(round: Round): void
  /** Resolves when everything has ended that had begun before the call. */
  ended(): Promise<void>
}

export interface Round {
  open: number
  close: () => void
}

export function countUnderWay(): UnderWay {
  let round = freshRound()
  let before: Promise<unknown> = Promise.resolve()

  return {
    begin() {
      round.open += 1
      return round
    },
    end(ended) {
      ended.open -= 1
      if (ended.open === 0) ended.close()
    },
    async ended() {
      const last = round
      round = freshRound()
      if (last.open > 0) before = Promise.all([before, new Promise<void>((resolve) => (last.close = resolve))])
      await before
    },
  }
}

function freshRound(): Round {
  return { open: 0, close: () => {} }
}
