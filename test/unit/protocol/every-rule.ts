import { expect, it } from 'vitest'
import type { Verdict } from './checker.ts'

/** A protocol as it is checked; `Rule` and `Name` are what it calls its rules and its scenarios. */
interface Protocol<Rule extends string, Name extends string, Scenario> {
  /** What holds in every scenario. */
  readonly promise: string
  readonly scenarios: Readonly<Record<Name, Scenario>>
  /** What each rule says. */
  readonly rules: Readonly<Partial<Record<Rule, string>>>
  readonly assumptions: Readonly<Partial<Record<Rule, string>>>
  /** Where the loss of each rule shows. */
  readonly shownBy: Readonly<Record<Rule, Name>>
  check(scenario: Scenario, broken?: readonly Rule[]): Verdict
}

/** Tests that every scenario holds, and that for each rule there is one that does not hold without it. */
export function itNeedsEveryRule<Rule extends string, Name extends string, Scenario>({
  promise,
  scenarios,
  rules,
  assumptions,
  shownBy,
  check,
}: Protocol<Rule, Name, Scenario>): void {
  const timeout = 60_000
  const meanings = (of: Readonly<Partial<Record<Rule, string>>>) =>
    Object.entries(of).map(([rule, meaning]) => [meaning, rule as Rule] as const)
  const wrongWithout = (rule: Rule) => {
    const verdict = check(scenarios[shownBy[rule]], [rule])
    return verdict.kind === 'violated' ? verdict.path.at(-1) : undefined
  }

  it.each(Object.entries<Scenario>(scenarios))(`${promise}: %s`, { timeout }, (_, scenario) => {
    expect(check(scenario)).toEqual({ kind: 'holds', states: expect.any(Number) })
  })

  it.each(meanings(rules))('needs that %s', { timeout }, (_, rule) => {
    expect(wrongWithout(rule)).toMatch(/^WRONG: /)
  })

  it.each(meanings(assumptions))('takes for granted that %s', { timeout }, (_, rule) => {
    expect(wrongWithout(rule)).toMatch(/^WRONG: /)
  })
}
