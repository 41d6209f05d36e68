import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import { query, run, runOne } from '../../db/query.ts'

/*
 * The overview is asked for every second, so nothing here may cost what the whole history costs: totals are exact up to `EXACT` and the
 * planner's estimate beyond, everything else looks at 24 hours.
 */
const EXACT = 50_000

type Plan = readonly [{ readonly Plan: { readonly 'Plan Rows': number } }]
type Explained = { readonly 'QUERY PLAN': Plan }
type Counted = { readonly count: number }

const orEstimate = async (exact: Counted | undefined, estimate: () => Promise<Explained | undefined>): Promise<number> => {
  const count = exact?.count ?? 0
  if (count < EXACT) return count
  return Math.max(EXACT, (await estimate())?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0)
}

/** How many events the space has: exact below 50,000, else the planner's estimate. */
export const countEvents = async (db: Db, spaceId: string): Promise<number> =>
  orEstimate(
    await runOne(
      db,
      query(
        'overview.events',
        sql<Counted>`select count(*) as count from (select from event where space_id = ${spaceId} limit ${EXACT}) e`,
      ),
    ),
    () =>
      runOne(
        db,
        query('overview.events_estimate', sql<Explained>`explain (format json) select from event where space_id = ${spaceId}`),
      ),
  )

/** How many people the space has, merged ones left out: exact below 50,000, else the planner's estimate. */
export const countProfiles = async (db: Db, spaceId: string): Promise<number> =>
  orEstimate(
    await runOne(
      db,
      query(
        'overview.profiles',
        sql<Counted>`select count(*) as count from (
          select from profile where space_id = ${spaceId} and collection = 'users' and merged_into is null limit ${EXACT}) p`,
      ),
    ),
    () =>
      runOne(
        db,
        query(
          'overview.profiles_estimate',
          sql<Explained>`explain (format json) select from profile where space_id = ${spaceId} and collection = 'users' and merged_into is null`,
        ),
      ),
  )

export type Recent = { readonly last24h: number; readonly perSecond: number; readonly names: number }

/** Events of the last 24 hours (50,000 at most) and of the last ten seconds, by their own timestamps: the pulse. */
export const recentEvents = async (db: Db, spaceId: string, now: Date): Promise<Recent> => {
  const day = new Date(now.getTime() - 86_400_000)
  const moment = new Date(now.getTime() - 10_000)
  const row = await runOne(
    db,
    query(
      'overview.recent_events',
      sql<{
        day: number
        moment: number
        names: number
      }>`select count(*) as day, count(*) filter (where timestamp > ${moment}) as moment,
          count(distinct name) as names
        from (select name, timestamp from event
          where space_id = ${spaceId} and timestamp > ${day} and timestamp <= ${now} order by timestamp desc limit ${EXACT}) e`,
    ),
  )
  return { last24h: row?.day ?? 0, perSecond: (row?.moment ?? 0) / 10, names: row?.names ?? 0 }
}

export type AudienceFigures = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly status: string
  readonly reason: string | null
  readonly count: number
  readonly entered24h: number
  readonly exited24h: number
}

/** Every audience with its size and who entered and exited in 24 hours; those that move most come first. */
export const audienceFigures = (db: Db, spaceId: string, now: Date): Promise<readonly AudienceFigures[]> =>
  run(
    db,
    query(
      'overview.audiences',
      sql<AudienceFigures>`select a.id, a.key, a.name, coalesce(s.status, 'Preparing') as status, s.reason,
          coalesce(s.member_count, 0) as count, coalesce(c.entered, 0) as "entered24h", coalesce(c.exited, 0) as "exited24h"
        from audience a
        left join audience_state s on s.space_id = ${spaceId} and s.audience_id = a.id
        left join (
          select audience_id, count(*) filter (where change = 'entered') as entered, count(*) filter (where change = 'exited') as exited
          from membership_change where space_id = ${spaceId} and changed_at > ${new Date(now.getTime() - 86_400_000)}
          group by audience_id) c on c.audience_id = a.id
        where a.space_id = ${spaceId} and a.deleted_at is null
        order by coalesce(c.entered, 0) + coalesce(c.exited, 0) desc, a.name limit 100`,
    ),
  )

export type JourneyFigures = {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly status: string
  readonly active: number
  readonly held: number
  readonly entered24h: number
}

/** Every journey with its runs in flight and who entered in 24 hours. */
export const journeyFigures = (db: Db, spaceId: string, now: Date): Promise<readonly JourneyFigures[]> =>
  run(
    db,
    query(
      'overview.journeys',
      sql<JourneyFigures>`select j.id, j.key, j.name, j.status, coalesce(r.active, 0) as active, coalesce(r.held, 0) as held,
          coalesce(r.entered, 0) as "entered24h"
        from journey j
        left join (
          select journey_id, count(*) filter (where status = 'active') as active, count(*) filter (where status = 'held') as held,
            count(*) filter (where entered_at > ${new Date(now.getTime() - 86_400_000)}) as entered
          from journey_run where space_id = ${spaceId} group by journey_id) r on r.journey_id = j.id
        where j.space_id = ${spaceId} and j.deleted_at is null
        order by (j.status = 'live') desc, coalesce(r.entered, 0) desc, j.name limit 100`,
    ),
  )

export type MessageFigures = {
  readonly queued: number
  readonly sending: number
  readonly sent: number
  readonly skipped: number
  readonly failed: number
  readonly uncertain: number
  /** Different people that were sent something, and the journeys that sent it. */
  readonly people: number
  readonly journeys: number
}

/** Messages made in the last 24 hours by state. */
export const messageFigures = async (db: Db, spaceId: string, now: Date): Promise<MessageFigures> => {
  const row = await runOne(
    db,
    query(
      'overview.messages',
      sql<MessageFigures>`select count(*) filter (where status = 'queued') as queued, count(*) filter (where status = 'sending') as sending,
          count(*) filter (where status = 'sent') as sent, count(*) filter (where status = 'skipped') as skipped,
          count(*) filter (where status = 'failed') as failed, count(*) filter (where status = 'uncertain') as uncertain,
          count(distinct profile_id) filter (where status = 'sent') as people,
          count(distinct journey_id) filter (where status = 'sent') as journeys
        from message where space_id = ${spaceId} and created_at > ${new Date(now.getTime() - 86_400_000)}`,
    ),
  )
  return row ?? { queued: 0, sending: 0, sent: 0, skipped: 0, failed: 0, uncertain: 0, people: 0, journeys: 0 }
}

export type StoppedAccount = { readonly name: string; readonly channel: string; readonly reason: string | null }

/** Provider accounts through which nothing goes out at the moment, and why. */
export const stoppedAccounts = (db: Db, spaceId: string): Promise<readonly StoppedAccount[]> =>
  run(
    db,
    query(
      'overview.stopped_accounts',
      sql<StoppedAccount>`select a.name, a.channel, s.reason from provider_account a
        join provider_account_state s on s.space_id = ${spaceId} and s.account_id = a.id
        where a.space_id = ${spaceId} and a.enabled and s.status = 'stopped' order by a.id limit 20`,
    ),
  )

/** How many outbox rows have failed repeatedly, and the newest error of one. */
export const stuckOutbox = (db: Db, spaceId: string): Promise<{ count: number; error: string | null } | undefined> =>
  runOne(
    db,
    query(
      'overview.stuck',
      sql<{ count: number; error: string | null }>`select count(*) as count, max(last_error) as error
        from (select last_error from outbox where space_id = ${spaceId} and attempts >= 5 limit 1000) o`,
    ),
  )
