import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { OutboxItem } from '../db/outbox.ts'
import { query, run } from '../db/query.ts'
import { admitEntered } from './admit-audience.ts'
import { hearEvents } from './hear.ts'

/**
 * Lets journeys hear, in the caller's transaction, what is to be told of these profiles since an instant, as the relay would tell them: for a
 * transaction that is undone. What is told stays where it is.
 */
export const hearOf = async (tx: Db, spaceId: string, profileIds: readonly string[], since: Date, now: Date): Promise<void> => {
  const items = await run(
    tx,
    query(
      'outbox.of_profiles',
      sql<OutboxItem>`select space_id, profile_id, id, topic, payload, attempts, created_at from outbox
        where space_id = ${spaceId} and profile_id = any(${profileIds}::uuid[]) and created_at >= ${since}::timestamptz
          and topic in ('entered', 'event') order by due_at, profile_id, id`,
    ),
  )
  const of = (topic: string): readonly OutboxItem[] => items.filter((item) => item.topic === topic)
  if (of('event').length > 0) await hearEvents(tx, spaceId, of('event'), now)
  if (of('entered').length > 0) await admitEntered(tx, spaceId, of('entered'), now)
}
