import { expect, it } from 'vitest'
import type { Verdict } from './checker.ts'

/** A protocol as it is checked; `Rule` and `Name` are what it calls its rules and its scenarios. */
interface Protocol<Rule extends string, Name extends string, Scenario> {
  readonly scenarios: Readonly<Record<Name, Scenario>>
  check(scenario: Scenario, broken?: readonly Rule[]): Verdict
}

interface Rules<Rule extends string, Name extends string> {
  /** What each rule says. */
  readonly rules: Readonly<Partial<Record<Rule, string>>>
  readonly assumptions: Readonly<Partial<Record<Rule, string>>>
  /** Where the loss of each rule shows. */
  readonly shownBy: Readonly<Record<Rule, Name>>
}

const timeout = 60_000

/** Tests that a promise is kept in every scenario. */
export function itHolds<Rule extends string, Name extends string, Scenario>(
  promise: string,
  { scenarios, check }: Protocol<Rule, Name, Scenario>,
): void {
  it.each(Object.entries<Scenario>(scenarios))(`${promise}: %s`, { timeout }, (_, scenario) => {
    expect(check(scenario)).toEqual({ kind: 'holds', states: expect.any(Number) })
  })
}

/** Tests that for each rule there is a scenario in which the promise is not kept without it. */
export function itNeedsEveryRule<Rule extends string, Name extends string, Scenario>({
  scenarios,
  check,
  rules,
  assumptions,
  shownBy,
}: Protocol<Rule, Name, Scenario> & Rules<Rule, Name>): void {
  const meanings = (of: Readonly<Partial<Record<Rule, string>>>) =>
    Object.entries(of).map(([rule, meaning]) => [meaning, rule as Rule] as const)
  const wrongWithout = (rule: Rule) => {
    const verdict = check(scenarios[shownBy[rule]], [rule])
    return verdict.kind === 'violated' ? verdict.path.at(-1) : undefined
  }

  it.each(meanings(rules))('needs that %s', { timeout }, (_, rule) => {
    expect(wrongWithout(rule)).toMatch(/^WRONG: /)
  })

  it.each(meanings(assumptions))('takes for granted that %s', { timeout }, (_, rule) => {
    expect(wrongWithout(rule)).toMatch(/^WRONG: /)
  })
}
