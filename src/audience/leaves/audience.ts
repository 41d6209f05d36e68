import { sql } from 'kysely'
import { Invalid } from '../../base/errors.ts'
import type { Sql } from '../operator.ts'
import { type Lowered, PERSON, type Scope } from '../scope.ts'
import { goesThroughAccounts, hasAccountIn, peopleOfMembers } from './account.ts'

/** The id behind an audience key. @throws Invalid where the space has no such audience. */
export const audienceIdOf = (key: string, { catalog }: Pick<Scope, 'catalog'>): string => {
  const id = catalog.audiences.get(key)
  if (id === undefined) {
    throw new Invalid('unknown_audience', [
      {
        field: 'condition.audience',
        message: `there is no audience "${key}"`,
        remedy: 'use the key of an audience of this space',
      },
    ])
  }
  return id
}

/**
 * Membership of another audience as it is stored: somebody who never entered is not part of it. A condition that is asked about candidates
 * looks by key for each, and is kept from becoming a join by `offset 0`, for the reason given in `event.ts`. Somebody is part of an audience
 * of accounts while any of their accounts is.
 */
export const lowerAudience = (key: string, scope: Scope, alias: string): Lowered => {
  const id = audienceIdOf(key, scope)
  if (scope.candidates) return { joins: [], test: isMember(id, scope) }
  const set = sql.ref(alias)
  const profileId = sql.ref(`${alias}.profile_id`)
  if (goesThroughAccounts(id, scope)) {
    return {
      joins: [sql`left join (${peopleOfMembers(id, scope)}) ${set} on ${profileId} = p.id`],
      test: sql`${profileId} is not null`,
    }
  }
  return {
    joins: [
      sql`left join membership ${set} on ${sql.ref(`${alias}.space_id`)} = ${scope.spaceId} and ${sql.ref(`${alias}.audience_id`)} = ${id} and ${profileId} = p.id`,
    ],
    test: sql`${profileId} is not null`,
  }
}

/** Whether the profile is a member now, or, in `membership_change`, ever was. */
export const isMember = (
  audienceId: string,
  scope: Scope,
  table: 'membership' | 'membership_change' = 'membership',
): Sql<boolean> => {
  const { id } = scope.person ?? PERSON
  if (goesThroughAccounts(audienceId, scope)) return hasAccountIn(table, audienceId, id, scope)
  return sql`exists (select from ${sql.table(table)} m where m.space_id = ${scope.spaceId} and m.audience_id = ${audienceId} and m.profile_id = ${id} offset 0)`
}
