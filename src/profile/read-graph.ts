import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { IdentityRefusalRow, ProfileIdentifierRow, ProfileMergeRow, ProfileRow } from '../db/rows/profile.ts'
import { identifiersOfProfile } from './read.ts'

/** As many are shown as Segment shows (spec/audiences §26). */
const MOST_SHOWN = 500

/** How a profile came to be what it is: which call added which identifier, which merged whom, and what was not taken and why. Newest first. */
export type ProfileGraph = {
  readonly identifiers: readonly ProfileIdentifierRow[]
  readonly merges: readonly ProfileMergeRow[]
  readonly refusals: readonly IdentityRefusalRow[]
}

const mergesOf = (db: Db, spaceId: string, profileId: string): Promise<readonly ProfileMergeRow[]> =>
  run(
    db,
    query(
      'profile_merge.of_profile',
      sql<ProfileMergeRow>`select * from profile_merge where space_id = ${spaceId} and profile_id = ${profileId}::uuid
        order by merged_at desc, loser_id limit ${MOST_SHOWN}`,
    ),
  )

const refusalsOf = (db: Db, spaceId: string, profileId: string): Promise<readonly IdentityRefusalRow[]> =>
  run(
    db,
    query(
      'identity_refusal.of_profile',
      sql<IdentityRefusalRow>`select * from identity_refusal where space_id = ${spaceId} and profile_id = ${profileId}::uuid
        order by last_at desc, code, type, value limit ${MOST_SHOWN}`,
    ),
  )

/** The identity graph around a profile. */
export const readProfileGraph = async (db: Db, spaceId: string, profile: ProfileRow): Promise<ProfileGraph> => ({
  identifiers: await identifiersOfProfile(db, spaceId, profile),
  merges: await mergesOf(db, spaceId, profile.id),
  refusals: await refusalsOf(db, spaceId, profile.id),
})

/** What was not taken in the whole space, newest first: Segment's "violations". */
export const refusalsOfSpace = (db: Db, spaceId: string, since: Date): Promise<readonly IdentityRefusalRow[]> =>
  run(
    db,
    query(
      'identity_refusal.of_space',
      sql<IdentityRefusalRow>`select * from identity_refusal where space_id = ${spaceId} and last_at >= ${since}::timestamptz
        order by last_at desc, profile_id, code, type, value limit ${MOST_SHOWN}`,
    ),
  )
