import { describe, expect, it } from 'vitest'
import { itHolds } from './checked.ts'
import { check } from './model.ts'
import { scenarios } from './scenarios.ts'

describe('the protocol', () => {
  itHolds('serves nothing that is older than it may be', { scenarios, check })

  it('shows the shortest way to what goes wrong', () => {
    const verdict = check(scenarios['a write to one value'], ['touchBeforeAnswer'])
    expect(verdict).toEqual({
      kind: 'violated',
      path: [
        'reader 0 begins, and reads the entry',
        'reader 0 reads the stamps',
        'reader 0 obtains stamps',
        'reader 0 looks once more',
        'reader 0 loads',
        'reader 0 fills',
        'writer 0 begins',
        'writer 0 commits',
        'reader 0 begins, and reads the entry',
        'reader 0 reads the stamps',
        'WRONG: served version 0, and had to see version 1',
      ],
    })
  })
})
