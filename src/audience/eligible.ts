import { sql } from 'kysely'
import { Invalid, type Problem } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import { BUILT_IN_TYPES } from '../ingest/identifiers.ts'
import type { Collection } from '../profile/identifier.ts'
import { storedRules } from '../profile/rules.ts'
import type { Options } from './options.ts'

// Types beyond those that the settings hold, and those whose rule was reset, are only with their people.
const ownedAmong = (db: Db, spaceId: string, types: readonly string[]): Promise<readonly { readonly type: string }[]> =>
  run(
    db,
    query(
      'profile_identifier.types_owned',
      sql<{ type: string }>`select r.type from unnest(${types.toSorted()}::text[]) as r (type)
        cross join lateral (select 1 from profile_identifier
          where space_id = ${spaceId} and collection = 'users' and type = r.type limit 1) as i`,
    ),
  )

const MOST_NAMED = 30

const problemOf = (type: string, field: string, known: readonly string[]): Problem => {
  const more = known.length > MOST_NAMED ? ` or one of ${known.length - MOST_NAMED} more` : ''
  return {
    field,
    message: `"${type}" is no type of identifier that this space knows: nobody would ever be in`,
    remedy: `write one of ${known.slice(0, MOST_NAMED).join(', ')}${more}, or add it to the identity rules first`,
  }
}

/** @throws Invalid for people who must own an identifier of a type that the space has neither seen nor configured (spec/audiences §10.4). */
export const refuseUnknownIds = async (
  db: Db,
  spaceId: string,
  { filterByExternalIds: chosen }: Options,
  collection: Collection,
): Promise<void> => {
  if (!chosen || collection === 'accounts') return
  const configured = (await storedRules(db, spaceId)).map(({ type }) => type).filter((type) => type !== 'group_id')
  const known = [...new Set([...BUILT_IN_TYPES, ...configured])]
  const strange = chosen.filter((type) => !known.includes(type))
  if (strange.length === 0) return
  const owned = new Set((await ownedAmong(db, spaceId, strange)).map(({ type }) => type))
  const problems = chosen.flatMap((type, at) =>
    known.includes(type) || owned.has(type) ? [] : [problemOf(type, `options.filterByExternalIds.${at}`, known)],
  )
  if (problems.length > 0) throw new Invalid('external_ids', problems)
}
