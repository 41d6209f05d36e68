import { sql } from 'kysely'
import { notFound } from '../../../base/errors.ts'
import type { Db } from '../../../db/database.ts'
import { query, run, runOne } from '../../../db/query.ts'
import type { DeliveryStatus } from '../../../db/rows/destination.ts'
import type { ImportRow } from '../../../db/rows/import.ts'
import type { Sending } from './past.ts'

/** A replay to one destination (spec/connections §2.6): of `expected` calls, as many as `queued` says were handed to its queue. */
export type DestinationReplay = {
  readonly id: string
  readonly sourceId: string
  readonly sending: Sending
  readonly status: ImportRow['status']
  readonly requestedBy: string
  readonly startedAt: Date
  /** Null also while calls of one that was cancelled are on their way. */
  readonly finishedAt: Date | null
  readonly expected: number
  readonly queued: number
  /** The instant that is done, in epoch milliseconds; 0 before the first part. */
  readonly reached: number
  readonly error: string | null
}
/** What became of its calls, by status; deliveries are kept 28 days. */
export type Outcomes = Readonly<Partial<Record<DeliveryStatus, number>>>
export type Told = DestinationReplay & { readonly outcomes: Outcomes }

const MOST_SHOWN = 50

const columns = sql`id, source_id as "sourceId", header as sending, status, requested_by as "requestedBy", started_at as "startedAt",
  finished_at as "finishedAt", expected, taken as queued, reached, error`

const outcomesOf = async (db: Db, spaceId: string, ids: readonly string[]): Promise<ReadonlyMap<string, Outcomes>> => {
  const rows = await run(
    db,
    query(
      'event_delivery.of_replays',
      sql<{
        id: string
        status: DeliveryStatus
        count: number
      }>`select replay_id as id, status, count(*) as count from event_delivery
        where space_id = ${spaceId} and replay_id = any(${ids}::text[]) group by replay_id, status`,
    ),
  )
  const byId = Map.groupBy(rows, ({ id }) => id)
  return new Map(ids.map((id) => [id, Object.fromEntries((byId.get(id) ?? []).map(({ status, count }) => [status, count]))]))
}

const told = async (db: Db, spaceId: string, replays: readonly DestinationReplay[]): Promise<readonly Told[]> => {
  if (replays.length === 0) return []
  const outcomes = await outcomesOf(
    db,
    spaceId,
    replays.map(({ id }) => id),
  )
  return replays.map((replay) => ({ ...replay, outcomes: outcomes.get(replay.id) ?? {} }))
}

/** The replays to a destination, newest first, with what became of their calls. */
export const replaysTo = async (db: Db, spaceId: string, destinationId: string): Promise<readonly Told[]> =>
  told(
    db,
    spaceId,
    await run(
      db,
      query(
        'import.replays_to',
        sql<DestinationReplay>`select ${columns} from import
          where space_id = ${spaceId} and kind = 'destination_replay' and header ->> 'destinationId' = ${destinationId}::text
          order by started_at desc, id limit ${sql.lit(MOST_SHOWN)}`,
      ),
    ),
  )

/** One replay to a destination. @throws Refused 404. */
export const replayTo = async (db: Db, spaceId: string, destinationId: string, id: string): Promise<Told> => {
  const row = await runOne(
    db,
    query(
      'import.replay_to',
      sql<DestinationReplay>`select ${columns} from import
        where space_id = ${spaceId} and id = ${id} and kind = 'destination_replay' and header ->> 'destinationId' = ${destinationId}::text`,
    ),
  )
  const [replay] = row ? await told(db, spaceId, [row]) : []
  if (!replay) throw notFound('replay', id)
  return replay
}
