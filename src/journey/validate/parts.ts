import type { Condition, Filter } from '../../audience/condition.ts'
import { type Duration, milliseconds } from '../../base/duration.ts'
import type { Problem } from '../../base/errors.ts'
import type { Facts } from '../facts.ts'
import type { JourneyLimits } from '../limits.ts'

const under = (field: string, problems: readonly Problem[]): readonly Problem[] =>
  problems.map((problem) => ({ ...problem, field: problem.field === '' ? field : `${field}.${problem.field}` }))

export const conditionProblems = (field: string, condition: Condition, facts: Facts): readonly Problem[] =>
  under(field, facts.conditionProblems(condition))

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

const list = (names: Iterable<string>): string => [...names].toSorted().slice(0, 10).join(', ')

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
