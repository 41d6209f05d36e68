import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from './database.ts'
import { preparedQuery, query, run, transact } from './query.ts'
import type { OutboxRow } from './rows/event.ts'

export type OutboxItem = Pick<OutboxRow, 'space_id' | 'profile_id' | 'id' | 'topic' | 'payload' | 'attempts' | 'created_at'>

/** What is new for the outbox: `id` follows from the business key, so that telling it twice is one row. */
export type OutboxEntry = {
  readonly profileId: string
  readonly id: string
  readonly topic: string
  readonly payload: JsonObject
}

/** Adds entries inside the caller's transaction: what happened and that it must be told are one fact. Sorted, so that writers do not deadlock (R13). */
export const addToOutbox = async (tx: Db, spaceId: string, now: Date, entries: readonly OutboxEntry[]): Promise<void> => {
  if (entries.length === 0) return
  const rows = entries.toSorted((a, b) => (a.profileId + a.id < b.profileId + b.id ? -1 : 1))
  await run(
    tx,
    preparedQuery(
      'outbox.add',
      sql`insert into outbox (space_id, profile_id, id, topic, payload, created_at, due_at)
        select ${spaceId}, r.profile_id, r.id, r.topic, r.payload::jsonb, ${now}::timestamptz, ${now}::timestamptz
        from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.topic)}::text[],
          ${rows.map((r) => JSON.stringify(r.payload))}::text[]) as r (profile_id, id, topic, payload)
        on conflict do nothing`,
    ),
  )
}

/** Spaces with something to tell at `now`, also such that a relay claimed and did not finish since `abandoned`. */
export const spacesWithOutbox = async (db: Db, now: Date, abandoned: Date): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'outbox.spaces',
      sql<{ id: string }>`select s.id from space s
        where exists (select from outbox o where o.space_id = s.id and o.claim is null and o.due_at <= ${now})
           or exists (select from outbox o where o.space_id = s.id and o.claim is not null and o.claimed_at < ${abandoned})
        order by s.id`,
    ),
  )
  return rows.map((row) => row.id)
}

// One relay at a time chooses in a space: two that choose at once would not see what the other is about to take.
const takeTurn = (tx: Db, spaceId: string) =>
  run(tx, query('outbox.turn', sql`select id from space where id = ${spaceId} for update`))

/**
 * Takes up to `limit` rows for `claim`, oldest due first, and of nobody of whom another relay holds a row: what happened to one person is told
 * in order, however many relays there are. The state stands in the outer WHERE too: without it rows are claimed twice (R5). The choice is
 * materialized: as `in (select … limit)` a nested loop may ask it anew for each row, and then takes more than the limit.
 */
export const claimOutbox = (
  db: Db,
  spaceId: string,
  claim: string,
  now: Date,
  abandoned: Date,
  limit: number,
): Promise<readonly OutboxItem[]> =>
  transact(db, async (tx) => {
    await takeTurn(tx, spaceId)
    return await run(tx, takeRows(spaceId, claim, now, abandoned, limit))
  })

const takeRows = (spaceId: string, claim: string, now: Date, abandoned: Date, limit: number) =>
  query(
    'outbox.claim',
    sql<OutboxItem>`with next as materialized (
        select n.profile_id, n.id from outbox n
        where n.space_id = ${spaceId} and n.due_at <= ${now} and (n.claim is null or n.claimed_at < ${abandoned})
          and not exists (select from outbox h where h.space_id = ${spaceId} and h.profile_id = n.profile_id
            and h.claim is not null and h.claimed_at >= ${abandoned})
        order by n.due_at, n.profile_id, n.id limit ${limit})
      update outbox o set claim = ${claim}, claimed_at = ${now} from next n
      where o.space_id = ${spaceId} and o.profile_id = n.profile_id and o.id = n.id and (o.claim is null or o.claimed_at < ${abandoned})
      returning o.space_id, o.profile_id, o.id, o.topic, o.payload, o.attempts, o.created_at`,
  )

/** Deletes what was told. */
export const completeOutbox = async (db: Db, spaceId: string, claim: string, topic: string): Promise<void> => {
  await run(
    db,
    query('outbox.complete', sql`delete from outbox where space_id = ${spaceId} and claim = ${claim} and topic = ${topic}`),
  )
}

/** Puts back what could not be told, to be tried again at `due`. Never gives up: what keeps failing is shown with its error. */
export const postponeOutbox = async (
  db: Db,
  spaceId: string,
  claim: string,
  topic: string,
  due: Date,
  error: string,
): Promise<void> => {
  await run(
    db,
    query(
      'outbox.postpone',
      sql`update outbox set claim = null, claimed_at = null, attempts = attempts + 1, due_at = ${due}, last_error = ${error}
        where space_id = ${spaceId} and claim = ${claim} and topic = ${topic}`,
    ),
  )
}
