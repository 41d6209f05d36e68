import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'

const audiencesWithMerged = async (db: Db, spaceId: string): Promise<readonly string[]> =>
  (
    await run(
      db,
      query(
        'membership_merged.audiences',
        sql<{
          id: string
        }>`select distinct audience_id as id from membership_merged where space_id = ${spaceId} order by audience_id`,
      ),
    )
  ).map(({ id }) => id)

const lockState = async (tx: Db, spaceId: string, audienceId: string): Promise<boolean> =>
  (
    await run(
      tx,
      query(
        'audience.lock_count',
        sql`select audience_id from audience_state where space_id = ${spaceId} and audience_id = ${audienceId} for update skip locked`,
      ),
    )
  ).length > 0

const settle = async (tx: Db, spaceId: string, audienceId: string): Promise<number> => {
  const gone = await run(
    tx,
    query(
      'membership_merged.take',
      sql`delete from membership_merged where space_id = ${spaceId} and audience_id = ${audienceId} returning loser_id`,
    ),
  )
  return gone.length
}

/**
 * Takes those who were members twice, before they were merged, out of the sizes of audiences. An audience that is being evaluated is passed by:
 * the next tick corrects it.
 */
export const countMerged = async (
  db: Db,
  spaceId: string,
  count: (tx: Db, audienceId: string, by: number) => Promise<void>,
): Promise<void> => {
  for (const audienceId of await audiencesWithMerged(db, spaceId))
    await transact(db, async (tx) => {
      if (await lockState(tx, spaceId, audienceId)) await count(tx, audienceId, -(await settle(tx, spaceId, audienceId)))
    })
}
