import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { DeliveryStatus } from '../db/rows/destination.ts'

const DAY_MS = 86_400_000
/** Of a destination that got more in a day, only the newest are counted: what is asked for each look at a page must stay cheap. */
export const MOST_COUNTED = 10_000

type Counted = { readonly status: DeliveryStatus; readonly count: number; readonly at: Date; readonly reason: string | null }

/** What a destination's calls of the last day came to, what still waits, and what went wrong last. */
export type Figures = {
  readonly delivered: number
  readonly filtered: number
  readonly discarded: number
  readonly failed: number
  readonly waiting: number
  /** Whether there were more calls than are counted. */
  readonly capped: boolean
  /** Of the newest call that was refused, or that waits because it was not taken. */
  readonly lastError: { readonly reason: string; readonly at: Date } | null
}

const countsOf = (db: Db, spaceId: string, destinationId: string, now: Date): Promise<readonly Counted[]> =>
  run(
    db,
    query(
      'event_delivery.figures',
      sql<Counted>`select status, count(*)::int as count, (array_agg(received_at order by received_at desc))[1] as at,
          (array_agg(reason order by received_at desc))[1] as reason
        from (
          select status, reason, received_at from event_delivery
          where space_id = ${spaceId} and destination_id = ${destinationId} and received_at > ${new Date(now.getTime() - DAY_MS)}::timestamptz
          order by received_at desc limit ${MOST_COUNTED}
        ) as newest
        group by status, (status = 'queued' and reason is not null)`,
    ),
  )

// What waits may have come before the day began.
const waitingFor = async (db: Db, spaceId: string, destinationId: string): Promise<number> => {
  const [found] = await run(
    db,
    query(
      'event_delivery.waiting',
      sql<{ count: number }>`select count(*)::int as count from (
          select id from event_delivery where space_id = ${spaceId} and destination_id = ${destinationId} and status = 'queued' limit ${MOST_COUNTED}
        ) as waiting`,
    ),
  )
  return found?.count ?? 0
}

const lastErrorIn = (counts: readonly Counted[]): Figures['lastError'] => {
  const [last] = counts
    .flatMap(({ status, reason, at }) =>
      reason !== null && (status === 'failed' || status === 'queued') ? [{ reason, at }] : [],
    )
    .toSorted((a, b) => b.at.getTime() - a.at.getTime())
  return last ?? null
}

/** The figures of one destination: of its calls of the last 24 hours, at most the newest 10,000. */
export const figuresOf = async (db: Db, spaceId: string, destinationId: string, now: Date): Promise<Figures> => {
  const counts = await countsOf(db, spaceId, destinationId, now)
  const sum = (wanted?: DeliveryStatus): number =>
    counts.reduce((all, { status, count }) => (wanted === undefined || status === wanted ? all + count : all), 0)
  return {
    delivered: sum('delivered'),
    filtered: sum('filtered'),
    discarded: sum('discarded'),
    failed: sum('failed'),
    waiting: (await waitingFor(db, spaceId, destinationId)) + sum('sending') + sum('held'),
    capped: sum() >= MOST_COUNTED,
    lastError: lastErrorIn(counts),
  }
}

export type MappingCount = { readonly destination_id: string; readonly all: number; readonly on: number }

/** How many mappings each destination of a space has, and how many of them are on. */
export const mappingCounts = (db: Db, spaceId: string): Promise<readonly MappingCount[]> =>
  run(
    db,
    query(
      'mapping.counts',
      sql<MappingCount>`select destination_id, count(*)::int as "all", (count(*) filter (where enabled))::int as "on"
        from mapping where space_id = ${spaceId} group by destination_id`,
    ),
  )
