import type { Comparison, Condition, Measure } from '../../../src/audience/condition.ts'

/*
 * A hundred audiences as a shop that has used the product for a year might have them: ten families of ten, each member with other numbers.
 * Nearly all are a small part of the people, as audiences that somebody writes to are.
 */

const EVENTS = ['Order Completed', 'Product Viewed', 'Product Added', 'Email Opened', 'Support Requested']
const PLANS = ['pro', 'team', 'enterprise']
const COUNTRIES = ['de', 'fr', 'gb', 'in', 'br']
const CATEGORIES = ['books', 'music', 'games', 'toys']
const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T

const and = (...conditions: readonly Condition[]): Condition => ({ type: 'and', conditions })
const or = (...conditions: readonly Condition[]): Condition => ({ type: 'or', conditions })
const not = (condition: Condition): Condition => ({ type: 'not', condition })
const trait = (path: string, compare: Comparison): Condition => ({ type: 'trait', path, compare })
const is = (path: string, value: string | boolean): Condition => trait(path, { operator: 'equals', value })
const of = (key: string): Condition => ({ type: 'audience', audience: key })
type Selection = Extract<Condition, { type: 'event' }>['event']
const measured = (event: Selection, measure: Measure, operator: 'at_least' | 'at_most' | 'equals', value: number): Condition => ({
  type: 'event',
  event,
  measure,
  compare: { operator, value },
})
const did = (event: Selection, times: number): Condition => measured(event, { kind: 'count' }, 'at_least', times)
const never = (event: Selection): Condition => measured(event, { kind: 'count' }, 'equals', 0)

const small = (i: number): Condition => and(is('country', pick(COUNTRIES, i)), is('plan', pick(PLANS, i)))

const FAMILIES: Readonly<Record<string, (i: number) => Condition>> = {
  active: (i) => did({ name: pick(EVENTS, i), within: `${7 + 3 * i} days` }, 2 + (i % 3)),
  spender: (i) =>
    measured(
      { name: 'Order Completed', within: `${30 + 10 * i} days` },
      { kind: 'sum', property: 'revenue' },
      'at_least',
      300 + 50 * i,
    ),
  reader: (i) => and(is('country', pick(COUNTRIES, i)), did({ name: 'Email Opened', within: `${14 + i} days` }, 1)),
  lapsing: (i) =>
    and(
      small(i),
      did({ name: 'Order Completed', within: '300 days' }, 1),
      never({ name: 'Order Completed', within: `${40 + 5 * i} days` }),
    ),
  fan: (i) =>
    did(
      {
        name: 'Product Viewed',
        within: `${20 + 5 * i} days`,
        where: {
          type: 'and',
          filters: [
            { type: 'property', path: 'category', compare: { operator: 'equals', value: pick(CATEGORIES, i) } },
            { type: 'property', path: 'revenue', compare: { operator: 'at_least', value: 100 } },
          ],
        },
      },
      2,
    ),
  returning: (i) =>
    and(
      did({ name: 'Order Completed', between: ['30 days', `${60 + 10 * i} days`] }, 1),
      did({ name: 'Order Completed', within: '30 days' }, 1),
    ),
  generous: (i) =>
    and(
      is('vip', true),
      measured(
        { name: 'Order Completed' },
        { kind: pick(['average', 'max', 'min'] as const, i), property: 'revenue' },
        'at_least',
        100,
      ),
    ),
  kind: (i) =>
    and(
      is('country', pick(COUNTRIES, i)),
      trait('age', { operator: 'at_least', value: 20 + 4 * i }),
      trait('age', { operator: 'less_than', value: 24 + 4 * i }),
      trait('address.city', { operator: 'starts_with', value: `City ${1 + (i % 9)}` }),
    ),
  newcomer: (i) =>
    and(
      trait('signed_up_at', { operator: 'within_last', duration: `${367 + i} days` }),
      or(did({ name: 'App Opened', within: '30 days' }, 1), is('plan', pick(PLANS, i))),
    ),
  refined: (i) => and(of(`active_${i}`), not(of(`lapsing_${i}`)), or(of(`reader_${i}`), not(is('plan', 'free')))),
}

/** The hundred by key; what others refer to comes first. */
export const HUNDRED: readonly (readonly [key: string, condition: Condition])[] = Object.entries(FAMILIES).flatMap(
  ([family, condition]) => Array.from({ length: 10 }, (_, i) => [`${family}_${i}`, condition(i)] as const),
)
