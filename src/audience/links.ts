import { sql } from 'kysely'
import type { Collection } from '../profile/identifier.ts'
import { LINKED } from '../profile/link.ts'
import type { Catalog } from './catalog.ts'
import type { Sql } from './operator.ts'
import type { References } from './references.ts'

/*
 * Between people and their accounts (spec/audiences §12). What happens to a person is due under the person, what happens to an account under
 * the account; whoever evaluates the other collection follows the links at that moment. So nothing that distributes changes knows of accounts,
 * and a link that is made while a change waits is seen, for links are never taken away: a merge moves them and says that all may be another.
 */

type Watching = { readonly collection: Collection; readonly references: References }

const asksAccounts = ({ references }: Watching, { accounts }: Catalog): boolean =>
  references.computations.some((id) => accounts?.has(id) === true)

/** The same computation, which looks again at a person who got an account: where it is about accounts, or refers to one that is. */
export const watchesLinks = <T extends Watching>(computation: T, catalog: Catalog): T =>
  computation.collection === 'accounts' || asksAccounts(computation, catalog)
    ? { ...computation, references: { ...computation.references, traits: [...computation.references.traits, LINKED] } }
    : computation

// Whose people are asked whether they belong to another account: what that one has become is theirs, and so every other account's of theirs.
const andTheirPeople = (spaceId: string, due: Sql<{ profile_id: string }>): Sql<{ profile_id: string }> =>
  sql`select d.profile_id from (${due}) as d union all
    select l.profile_id from (${due}) as d join profile_link l on l.space_id = ${spaceId} and l.account_id = d.profile_id`

/**
 * Who must be looked at when these profiles are due: of a computation about accounts the accounts of the people among them, of one that asks about
 * accounts also the people of the accounts among them (and where it is about accounts itself, the accounts of these). Profiles of the other
 * collection stay in the list and match nothing.
 */
export const throughLinks = (
  spaceId: string,
  computation: Watching,
  catalog: Catalog,
  due: Sql<{ profile_id: string }>,
): Sql<{ profile_id: string }> => {
  if (computation.collection === 'accounts')
    return sql`select coalesce(l.account_id, d.profile_id) as profile_id
      from (${asksAccounts(computation, catalog) ? andTheirPeople(spaceId, due) : due}) as d
      left join profile_link l on l.space_id = ${spaceId} and l.profile_id = d.profile_id`
  if (!asksAccounts(computation, catalog)) return due
  return sql`select coalesce(l.profile_id, d.profile_id) as profile_id from (${due}) as d
    left join profile_link l on l.space_id = ${spaceId} and l.account_id = d.profile_id`
}
