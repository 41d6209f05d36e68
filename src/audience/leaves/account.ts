import { sql } from 'kysely'
import type { Sql } from '../operator.ts'
import type { Scope } from '../scope.ts'

/** Whether an id is of an audience or computed trait that is about accounts. */
export const isOfAccounts = (id: string, { catalog }: Pick<Scope, 'catalog'>): boolean => catalog.accounts?.has(id) === true

/** Whether a question about people goes through their accounts: an audience of accounts is asked about somebody (CND-25). */
export const goesThroughAccounts = (id: string, scope: Pick<Scope, 'catalog' | 'collection'>): boolean =>
  scope.collection !== 'accounts' && isOfAccounts(id, scope)

/** People of accounts that are members, each once. */
export const peopleOfMembers = (audienceId: string, { spaceId }: Pick<Scope, 'spaceId'>): Sql<{ profile_id: string }> =>
  sql`select l.profile_id from profile_link l join membership m on m.space_id = ${spaceId} and m.audience_id = ${audienceId} and m.profile_id = l.account_id
    where l.space_id = ${spaceId} group by l.profile_id`

/** Whether any account of a person is in `table` for an audience: `membership`, or `membership_change` for whether it ever was. */
export const hasAccountIn = (
  table: 'membership' | 'membership_change',
  audienceId: string,
  profileId: Sql,
  { spaceId }: Pick<Scope, 'spaceId'>,
): Sql<boolean> =>
  sql`exists (select from profile_link l join ${sql.table(table)} m on m.space_id = ${spaceId} and m.audience_id = ${audienceId} and m.profile_id = l.account_id
    where l.space_id = ${spaceId} and l.profile_id = ${profileId} offset 0)`
