import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { Computation } from './computation.ts'
import type { Due } from './due.ts'
import { type Needed, neededBy, neededInBatches } from './needed.ts'
import type { Sql } from './operator.ts'

/*
 * A hundred audiences that look at the same thousand profiles read the same events a hundred times over, each time from every month's
 * index. Where a tick has that much to do, the profiles that are due and what those audiences may ask of their events are copied once into
 * tables of the connection, and the conditions are asked of these: the same text, with `profile` and `event` meaning the copies. What
 * changes after the copying has a change of its own and is looked at by the next tick. What must not happen is that an older copy overrules
 * somebody who looked later: whoever uses it makes sure, under the computation's lock, that nobody has evaluated it since.
 */

const drop = (db: Db) =>
  run(
    db,
    query(
      'gathered.drop',
      sql`drop table if exists pg_temp.gathered_event, pg_temp.gathered_profile, pg_temp.gathered_due, pg_temp.gathered_change`,
    ),
  )

type Row = Needed & { readonly batch: string; readonly name: string }

// Each name from its own instant on: most windows are short, and what they leave out is most of the months. An event whose being there is all
// that is asked comes from the index alone.
const gatherEvents = async (tx: Db, spaceId: string, all: readonly Row[], whole: boolean): Promise<void> => {
  const rows = all.filter((row) => row.whole === whole)
  if (rows.length === 0) return
  const since = rows.map((row) => (Number.isFinite(row.since) ? new Date(row.since).toISOString() : '-infinity'))
  const columns = whole
    ? sql`e.message_id, e.type, e.properties, e.context, e.source_id, e.received_at`
    : sql`'' as message_id, 'track' as type, '{}'::jsonb as properties, '{}'::jsonb as context, '' as source_id, e.timestamp as received_at`
  await run(
    tx,
    query(
      whole ? 'gathered_event.fill' : 'gathered_event.fill_bare',
      sql`insert into pg_temp.gathered_event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
        select ${spaceId}, w.profile_id, n.timestamp, n.message_id, n.type, w.name, n.properties, n.context, n.source_id, n.received_at
        from (select d.profile_id, r.name, min(r.since) as since
            from unnest(${rows.map((row) => row.batch)}::text[], ${rows.map((row) => row.name)}::text[], ${since}::timestamptz[]) as r (batch, name, since)
              join pg_temp.gathered_due d on d.space_id = ${spaceId} and d.batch = r.batch
            group by d.profile_id, r.name) w
          cross join lateral (select e.timestamp, ${columns} from event e where e.space_id = ${spaceId} and e.profile_id = w.profile_id
            and e.name = w.name and e.timestamp >= w.since offset 0) n`,
    ),
  )
}

const gatherProfiles = async (tx: Db, spaceId: string, batches: readonly string[]): Promise<void> => {
  await run(
    tx,
    query(
      'gathered_due.fill',
      sql`insert into pg_temp.gathered_due select d.* from due_profile d where d.space_id = ${spaceId} and d.batch in (select unnest(${batches}::text[]))`,
    ),
  )
  await run(
    tx,
    query(
      'gathered_profile.fill',
      sql`insert into pg_temp.gathered_profile select p.* from profile p where p.space_id = ${spaceId} and p.id in (
        select d.profile_id from pg_temp.gathered_due d where d.space_id = ${spaceId})`,
    ),
  )
}

type What = {
  readonly spaceId: string
  readonly due: readonly Due[]
  readonly computations: readonly Computation[]
  readonly now: Date
}

/**
 * Copies the profiles that are due, and of their events what the computations may ask. Only for the connection of `db`, until `drop`. Nobody
 * but this connection sees the copies, and in a cluster they lie where the statement is made.
 */
const gather = (db: Db, { spaceId, due, computations, now }: What) =>
  transact(db, async (tx) => {
    await drop(tx)
    // Before the connection's first temporary table: in the 8 MB that are usual, ten thousand people's events push each other out.
    await run(tx, query('gathered.memory', sql`select set_config('temp_buffers', '64MB', false)`))
    await run(tx, query('gathered_due.make', sql`create temporary table gathered_due (like due_profile)`))
    await run(tx, query('gathered_profile.make', sql`create temporary table gathered_profile (like profile)`))
    await run(tx, query('gathered_event.make', sql`create temporary table gathered_event (like event)`))
    // Who enters and leaves, of the audiences that are asked together (`together.ts`).
    await run(tx, query('gathered_change.make', sql`create temporary table gathered_change (like membership_change)`))
    await gatherProfiles(tx, spaceId, [...new Set(due.flatMap((each) => each.batches))])
    const rows = neededInBatches(due, neededBy(computations, now))
    await gatherEvents(tx, spaceId, rows, true)
    await gatherEvents(tx, spaceId, rows, false)
    await run(tx, query('gathered_event.index', sql`create index on pg_temp.gathered_event (profile_id, name, timestamp)`))
    // Without statistics a batch is taken for one profile, and everything is looked up row by row. Of traits and properties none are needed, and they take long.
    await run(
      tx,
      query(
        'gathered.analyze',
        sql`analyze pg_temp.gathered_due, pg_temp.gathered_profile (space_id, id, collection, merged_into),
          pg_temp.gathered_event (space_id, profile_id, name, timestamp)`,
      ),
    )
    await run(tx, query('gathered_profile.index', sql`create index on pg_temp.gathered_profile (id)`))
  })

/**
 * Has `profile`, `event` and, where all batches were there when it was copied, `due_profile` in the statement that begins with it mean the
 * copies. `living`, which stands before them, is of the table: who is there by now and was not merged away.
 */
export const gathered = (
  spaceId: string,
  withDue: boolean,
): Sql => sql`living as not materialized (select p.id from profile p where p.space_id = ${spaceId} and p.merged_into is null),
  ${withDue ? sql`due_profile as not materialized (select * from pg_temp.gathered_due), ` : sql``}profile as not materialized (select * from pg_temp.gathered_profile),
  event as not materialized (select * from pg_temp.gathered_event), `

/** Of a statement on copies: whether somebody is still there. Whoever was merged or forgotten since they were copied must not enter again. */
export const isLiving = (id: Sql): Sql<boolean> => sql`exists (select from living v where v.id = ${id} offset 0)`

/** `work` on one connection that has the copies; then they are gone. */
export const withGathered = <T>(db: Db, what: What, work: (connection: Db) => Promise<T>): Promise<T> =>
  db.connection().execute(async (connection) => {
    await gather(connection, what)
    try {
      return await work(connection)
    } finally {
      await drop(connection)
    }
  })
