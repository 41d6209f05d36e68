import type { Comparison, Condition, EventSelection, Filter, Measure } from '../../../src/audience/condition.ts'
import type { Population } from '../support/population.ts'

/*
 * A family of audiences that a shop which has used the product for a year might have: five of a kind with other numbers, and beside them the
 * SQL that a person would write for it who knows the schema, the data and how Postgres thinks. Nearly all are a small part of the people,
 * as audiences that somebody writes to are.
 */

/** One way to write it by hand: answers `profile_id`; $1 is the space. */
export type Way = readonly [name: string, text: string]
export type Family = {
  readonly name: string
  /** Whom its i-th audience is about: people, unless it says so. */
  readonly collection?: (i: number) => 'users' | 'accounts'
  readonly condition: (i: number) => Condition
  readonly byHand: (i: number, at: Pick<Population, 'now'>) => readonly Way[]
}

export const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T
export const PLANS = ['pro', 'team', 'enterprise']
export const COUNTRIES = ['de', 'fr', 'gb', 'in', 'br']
export const CATEGORIES = ['books', 'music', 'games', 'toys']

export const and = (...conditions: readonly Condition[]): Condition => ({ type: 'and', conditions })
export const or = (...conditions: readonly Condition[]): Condition => ({ type: 'or', conditions })
export const not = (condition: Condition): Condition => ({ type: 'not', condition })
export const trait = (path: string, compare: Comparison): Condition => ({ type: 'trait', path, compare })
export const is = (path: string, value: string | boolean): Condition => trait(path, { operator: 'equals', value })
export const of = (key: string): Condition => ({ type: 'audience', audience: key })
export const measured = (event: EventSelection, measure: Measure, compare: Comparison): Condition => ({
  ...{ type: 'event', event, measure, compare },
})
export const did = (event: EventSelection, times: number): Condition =>
  measured(event, { kind: 'count' }, { operator: 'at_least', value: times })
export const never = (event: EventSelection): Condition => measured(event, { kind: 'count' }, { operator: 'equals', value: 0 })
export const property = (path: string, compare: Comparison): Filter => ({ type: 'property', path, compare })

const DAY_MS = 86_400_000

/** The instant so many days before now, as SQL. */
export const ago = (now: Date, days: number): string => `'${new Date(now.getTime() - days * DAY_MS).toISOString()}'::timestamptz`

/** Which rows of `event e` have a name and are so many days old at most. */
export const events = (name: string, now: Date, days?: number, alias = 'e'): string => {
  const named = `${alias}.space_id = $1 and ${alias}.name = '${name}'`
  return days === undefined
    ? named
    : `${named} and ${alias}.timestamp >= ${ago(now, days)} and ${alias}.timestamp <= ${ago(now, 0)}`
}

/** Who can be in an audience of people at all. */
export const PEOPLE = `p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.identifiers ?| array['user_id', 'email', 'android.idfa', 'ios.idfa']`
export const ACCOUNTS = `p.space_id = $1 and p.collection = 'accounts' and p.merged_into is null`

/** The people of a set of ids, in the two ways that come to mind. */
export const amongPeople = (set: string, where = ''): readonly Way[] => [
  [
    'the set joined to the profiles',
    `select p.id as profile_id from profile p join (${set}) s on s.profile_id = p.id where ${PEOPLE} ${where}`,
  ],
  ['profiles in the set', `select p.id as profile_id from profile p where ${PEOPLE} ${where} and p.id in (${set})`],
]

/** The people for whom something holds. */
export const people = (where: string): string => `select p.id as profile_id from profile p where ${PEOPLE} and ${where}`
