import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import { openAlerts, writeAlerts } from './alert.ts'
import { type Finding, nextAlerts } from './incident.ts'
import { alertSettingOf } from './setting.ts'

const HOUR_MS = 3_600_000
/** What was not broken for so long is over. */
const OVER_AFTER_MS = 24 * HOUR_MS
const MOST_FIELDS = 5

// The hour before, too: what was broken just before the hour ended was perhaps not looked at yet.
const sinceOf = (now: Date): Date => new Date(Math.floor(now.getTime() / HOUR_MS) * HOUR_MS - HOUR_MS)

/** Spaces in which a plan is being broken, or in which an alert says that it was. */
export const spacesWithViolations = async (db: Db, now: Date): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'violation_hour.spaces',
      sql<{ id: string }>`select s.id from space s
        where exists (select from violation_hour v where v.space_id = s.id and v.hour >= ${sinceOf(now)}::timestamptz)
           or exists (select from alert a where a.space_id = s.id and a.closed_at is null and a.kind = 'violations')
        order by s.id`,
    ),
  )
  return rows.map(({ id }) => id)
}

type Row = {
  readonly source_id: string
  readonly event_type: string
  readonly event_name: string
  readonly count: number
  readonly last_at: Date
  readonly fields: readonly string[]
}

const brokenSince = (tx: Db, spaceId: string, since: Date): Promise<readonly Row[]> =>
  run(
    tx,
    query(
      'violation_hour.broken',
      sql<Row>`select source_id, event_type, event_name, sum(count)::bigint as count, max(last_at) as last_at,
          array_agg(distinct field order by field) as fields
        from violation_hour where space_id = ${spaceId} and hour >= ${since}::timestamptz
        group by source_id, event_type, event_name order by source_id, event_type, event_name`,
    ),
  )

const findingOf = ({ source_id, event_type, event_name, count, last_at, fields }: Row): Finding => ({
  sourceId: source_id,
  kind: 'violations',
  type: event_type,
  name: event_name,
  count,
  fields: fields.slice(0, MOST_FIELDS),
  lastAt: last_at.toISOString(),
})

/** Looks at what breaks the plans of a space: an event that begins to break its plan is one alert, until it did not for a day. */
export const checkViolations = (db: Db, spaceId: string, now: Date): Promise<void> =>
  transact(db, async (tx) => {
    await run(tx, query('alert_check.turn', sql`select id from space where id = ${spaceId} for update`))
    const { violations, url } = await alertSettingOf(tx, spaceId)
    if (!violations) return
    const findings = (await brokenSince(tx, spaceId, sinceOf(now))).map(findingOf)
    const isOver = ({ lastAt }: Finding): boolean => now.getTime() - Date.parse(lastAt) >= OVER_AFTER_MS
    const open = await openAlerts(tx, spaceId, ['violations'])
    await writeAlerts(tx, spaceId, nextAlerts(spaceId, open, findings, isOver, now), url !== null, now)
  })
