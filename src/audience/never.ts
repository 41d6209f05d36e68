import type { Problem } from '../base/errors.ts'
import { type Comparison, type Condition, type Filter, isReference, isTime, type Measure } from './condition.ts'
import { decimalOf } from './literal.ts'
import { answersOf } from './measures/index.ts'
import { spoken } from './operators/parts.ts'

/*
 * A measured number that shall be equal to what is no number: it may be asked, and the answer is no for everybody (spec/audiences §11.2). Who writes
 * it down meant something else, so the doors refuse it; what is stored goes on.
 */

type Measured = { readonly measure: Measure; readonly compare: Comparison }

const measured = (field: string, { measure, compare }: Measured): readonly Problem[] => {
  if (answersOf(measure) !== 'number') return []
  const [key, all] =
    compare.operator === 'equals'
      ? ['value', [compare.value]]
      : compare.operator === 'one_of'
        ? ['values', compare.values]
        : ['', []]
  const never = all.filter((each) => !isReference(each) && (isTime(each) || decimalOf(each) === undefined))
  const [first] = never
  if (first === undefined || never.length < all.length) return []
  return [
    {
      field: `${field}.compare.${key}`,
      message: `${spoken(first)} is no number, so a measured number is never that: nobody would ever be in`,
      remedy: 'compare it with a number, as in = 2',
    },
  ]
}

/** What can never hold in the filter of an event, at any depth. */
export const neverInFilter = (field: string, filter: Filter): readonly Problem[] => {
  switch (filter.type) {
    case 'and':
    case 'or':
      return filter.filters.flatMap((each, at) => neverInFilter(`${field}.filters.${at}`, each))
    case 'not':
    case 'any_element':
      return neverInFilter(`${field}.filter`, filter.filter)
    case 'event':
      return ofEvent(field, filter)
    default:
      return []
  }
}

const ofEvent = (field: string, each: Extract<Filter, { type: 'event' }>): readonly Problem[] => [
  ...measured(field, each),
  ...(each.event.where ? neverInFilter(`${field}.event.where`, each.event.where) : []),
]

/** What can never hold in a condition, at any depth. */
export const neverIn = (field: string, condition: Condition): readonly Problem[] => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap((each, at) => neverIn(`${field}.conditions.${at}`, each))
    case 'not':
    case 'any':
    case 'all':
      return neverIn(`${field}.condition`, condition.condition)
    case 'event':
      return ofEvent(field, condition)
    default:
      return []
  }
}
