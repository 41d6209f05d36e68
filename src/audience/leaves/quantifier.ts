import { sql } from 'kysely'
import type { Condition, Leaf } from '../condition.ts'
import type { Sql } from '../operator.ts'
import { type Lowered, type Scope, whoPasses } from '../scope.ts'
import { leavesOf } from '../walk.ts'
import { childrenIn } from '../windows.ts'

type Quantified = { readonly type: 'any' | 'all'; readonly condition: Condition }
type Lower = (condition: Condition, scope: Scope, alias: string) => Lowered

// What is listed first is not to be listed for each account anew.
const isAskedByIndex = (leaf: Leaf): boolean => leaf.type !== 'event' || childrenIn(leaf.event).length === 0

/*
 * Every user, where that asks nothing but the user and the user's events: no user who does not. Of most accounts one of the first users says no, and the
 * planner may ask no further; counting all who match took four times as long (500 accounts, 100,000 people).
 */
const nobodyElse = (test: Sql<boolean>, scope: Scope): Sql<boolean> => {
  const links = sql`select from profile_link l where l.space_id = ${scope.spaceId} and l.account_id = p.id`
  return sql`(exists (${links}) and not exists (${links} and not exists (
    select from profile p where ${whoPasses(scope, sql`p.id = l.profile_id and ${test}`)})))`
}

/** The accounts of which any user, or every user, is among those who match: one grouped set, joined. An account without users is in neither. */
const amongEverybody = ({ type, condition }: Quantified, scope: Scope, alias: string, lower: Lower): Lowered => {
  const { joins, test } = lower(condition, scope, `${alias}_u`)
  if (type === 'all' && joins.length === 0 && leavesOf(condition).every(isAskedByIndex))
    return { joins: [], test: nobodyElse(test, scope) }
  const matching = sql`select p.id as profile_id from profile p ${sql.join(joins, sql` `)} where ${whoPasses(scope, test)}`
  const links = sql`l.space_id = ${scope.spaceId} group by l.account_id`
  const accounts =
    type === 'any'
      ? sql`select l.account_id from profile_link l join (${matching}) m on m.profile_id = l.profile_id where ${links}`
      : sql`select l.account_id from profile_link l left join (${matching}) m on m.profile_id = l.profile_id where ${links}
          having count(*) = count(m.profile_id)`
  const id = sql.ref(`${alias}.account_id`)
  return { joins: [sql`left join (${accounts}) ${sql.ref(alias)} on ${id} = p.id`], test: sql`${id} is not null` }
}

const noJoin = sql<{ profile_id: string }>`select p.id as profile_id`

/** Few accounts: each one's users are asked, by the person. An aggregate never becomes a join, for the reason given in `event.ts`. */
const ofEach = ({ type, condition }: Quantified, scope: Scope, alias: string, lower: Lower): Sql<boolean> => {
  const account = scope.account && sql`a.identifiers`
  const { test } = lower(condition, { ...scope, candidates: scope.candidates ?? noJoin, account }, `${alias}_u`)
  const matches = type === 'any' ? sql`bool_or(u.matches)` : sql`bool_and(u.matches)`
  return sql`coalesce((select ${matches} from (select p.id as account_id, p.identifiers) as a
    join profile_link l on l.space_id = ${scope.spaceId} and l.account_id = a.account_id
    cross join lateral (select (${test}) as matches from profile p where p.space_id = ${scope.spaceId} and p.id = l.profile_id) u), false)`
}

/**
 * Any user of an account, or all of them, satisfy a condition (spec/audiences §12). None of them is written `all` around `not` and is the opposite of
 * any, so that it holds for an account without users, of whom `any` and `all` do not. An event that names its group is told apart account by
 * account, where the scope honours that.
 */
export const lowerQuantified = (quantified: Quantified, scope: Scope, alias: string, lower: Lower): Lowered => {
  const { type, condition } = quantified
  if (type === 'all' && condition.type === 'not') {
    const { joins, test } = lowerQuantified({ type: 'any', condition: condition.condition }, scope, alias, lower)
    return { joins, test: sql`not (${test})` }
  }
  const ofUsers: Scope = { ...scope, collection: 'users', filterByExternalIds: undefined }
  if (scope.candidates || scope.account) return { joins: [], test: ofEach(quantified, ofUsers, alias, lower) }
  return amongEverybody(quantified, ofUsers, alias, lower)
}
