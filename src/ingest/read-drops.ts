import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { SourceDropRow } from '../db/rows/drop.ts'

type Counted = Pick<SourceDropRow, 'code' | 'subject' | 'count' | 'first_at' | 'last_at'>
type Example = Pick<SourceDropRow, 'code' | 'subject' | 'reason' | 'sample' | 'message_id'>
export type CountedDrop = Counted & Example
export type DropsOfHour = Pick<SourceDropRow, 'hour' | 'count'>

const counted = (db: Db, spaceId: string, sourceId: string, since: Date): Promise<readonly Counted[]> =>
  run(
    db,
    query(
      'source_drop.counts',
      sql<Counted>`select code, subject, sum(count)::bigint as count, min(first_at) as first_at, max(last_at) as last_at from source_drop
        where space_id = ${spaceId} and source_id = ${sourceId} and hour >= ${since}::timestamptz
        group by code, subject order by sum(count) desc, code, subject limit 500`,
    ),
  )

const examples = (db: Db, spaceId: string, sourceId: string, since: Date): Promise<readonly Example[]> =>
  run(
    db,
    query(
      'source_drop.examples',
      sql<Example>`select distinct on (code, subject) code, subject, reason, sample, message_id from source_drop
        where space_id = ${spaceId} and source_id = ${sourceId} and hour >= ${since}::timestamptz order by code, subject, hour desc`,
    ),
  )

/** What of a source's calls was not taken in hours that began at `since` or later, the most frequent first, each with its newest example. */
export const dropsOfSource = async (db: Db, spaceId: string, sourceId: string, since: Date): Promise<readonly CountedDrop[]> => {
  const counts = await counted(db, spaceId, sourceId, since)
  if (counts.length === 0) return []
  const keyOf = ({ code, subject }: Pick<SourceDropRow, 'code' | 'subject'>): string => `${code} ${subject}`
  const byKey = new Map((await examples(db, spaceId, sourceId, since)).map((one) => [keyOf(one), one]))
  return counts.flatMap((one) => {
    const example = byKey.get(keyOf(one))
    return example ? [{ ...one, ...example }] : []
  })
}

/** How many each hour. */
export const dropsByHour = (db: Db, spaceId: string, sourceId: string, since: Date): Promise<readonly DropsOfHour[]> =>
  run(
    db,
    query(
      'source_drop.hours',
      sql<DropsOfHour>`select hour, sum(count)::bigint as count from source_drop
        where space_id = ${spaceId} and source_id = ${sourceId} and hour >= ${since}::timestamptz group by hour order by hour`,
    ),
  )
