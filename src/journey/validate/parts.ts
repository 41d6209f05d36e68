import { referencesIn } from '../../audience/compare.ts'
import type { Filter } from '../../audience/condition.ts'
import { type Duration, milliseconds } from '../../base/duration.ts'
import type { Problem } from '../../base/errors.ts'
import { asCondition, type BranchCondition, contextLeavesOf } from '../branch-condition.ts'
import type { Facts } from '../facts.ts'
import type { JourneyLimits } from '../limits.ts'

const under = (field: string, problems: readonly Problem[]): readonly Problem[] =>
  problems.map((problem) => ({ ...problem, field: problem.field === '' ? field : `${field}.${problem.field}` }))

const list = (names: Iterable<string>): string => [...names].toSorted().slice(0, 10).join(', ')

// "Nothing here" and "not on this way" are two mistakes: a typing error, and a plan that reads what it did not wait for.
const missingKey = (field: string, event: string, here: Keys): Problem => ({
  field,
  message: here.elsewhere.has(event)
    ? `no way that leads here passes "${event}"`
    : `the journey's context never holds an event "${event}"`,
  remedy:
    here.keys.size === 0
      ? 'Nothing is kept before this step: enter by an event, or hold for one first.'
      : `Name one of: ${list(here.keys)}.`,
})

/** What the run's context may hold at a step, and anywhere in the journey. */
export type Keys = { readonly keys: ReadonlySet<string>; readonly elsewhere: ReadonlySet<string> }

/** Problems of a condition on a run: of what it asks about the profile, and of what it asks about events that cannot be in the context. */
export const conditionProblems = (field: string, condition: BranchCondition, facts: Facts, here: Keys): readonly Problem[] => [
  ...under(field, facts.conditionProblems(asCondition(condition))),
  ...contextLeavesOf(condition)
    .filter(({ event }) => !here.keys.has(event))
    .map(({ event }) => missingKey(`${field}.event`, event, here)),
  ...contextLeavesOf(condition)
    .filter(({ compare }) => referencesIn(compare).length > 0)
    .map(() => ({
      field: `${field}.compare`,
      message: 'what a run has met is compared with literals only',
      remedy: 'write the value itself',
    })),
]

export const filterProblems = (field: string, filter: Filter | undefined, facts: Facts): readonly Problem[] =>
  filter === undefined ? [] : under(field, facts.filterProblems(filter))

/** A wait that is too short or too long (spec/journeys §3.4.1). */
export const waitProblems = (field: string, wait: Duration, limits: JourneyLimits): readonly Problem[] => {
  const long = milliseconds(wait)
  if (long >= milliseconds(limits.shortestWait) && long <= milliseconds(limits.longestWait)) return []
  return [
    {
      field,
      message: `${wait} is not between ${limits.shortestWait} and ${limits.longestWait}`,
      remedy: `Write a duration from ${limits.shortestWait} to ${limits.longestWait}.`,
    },
  ]
}

/** A name that nothing of that noun has; the remedy says what there is. */
export const unknown = (field: string, noun: string, name: string, there: Iterable<string>): Problem => {
  const names = list(there)
  return {
    field,
    message: `there is no ${noun} "${name}"`,
    remedy: names === '' ? `Make the ${noun} first.` : `Make it first, or name one of: ${names}.`,
  }
}

/** What stands twice where it may stand once: one problem for each repetition. */
export const repeated = (what: string, names: readonly { readonly field: string; readonly name: string }[]): readonly Problem[] =>
  names.flatMap(({ field, name }, i) =>
    names.slice(0, i).some((earlier) => earlier.name === name)
      ? [{ field, message: `${what} "${name}" is taken`, remedy: 'Give it a name of its own.' }]
      : [],
  )
