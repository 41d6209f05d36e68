import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import { openAlerts, writeAlerts } from './alert.ts'
import { type Finding, nextAlerts } from './incident.ts'
import { alertSettingOf } from './setting.ts'
import { isBack, judgeVolume, type Volume } from './volume.ts'

const HOUR_MS = 3_600_000
const WEEK_MS = 168 * HOUR_MS
const WEEKS = 4
/** Calls are counted in memory and added every few seconds: so long after its end an hour is whole. */
const WHOLE_AFTER_MS = 60_000
/** Whoever was away for longer looks at the last day only. */
const MOST_HOURS = 24

/** The last hour that is over and counted, by its begin. */
export const lastWholeHour = (now: Date): Date =>
  new Date(Math.floor((now.getTime() - WHOLE_AFTER_MS) / HOUR_MS) * HOUR_MS - HOUR_MS)

/** Spaces whose volumes were not looked at up to this hour. */
export const spacesToCheck = async (db: Db, hour: Date): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'alert_check.spaces',
      sql<{ id: string }>`select s.id from space s
        where not exists (select from alert_check c where c.space_id = s.id and c.hour >= ${hour}::timestamptz) order by s.id`,
    ),
  )
  return rows.map(({ id }) => id)
}

type Row = {
  readonly source_id: string
  readonly type: string
  readonly name: string
  readonly counts: Readonly<Record<string, number>>
}

const countsAt = (tx: Db, spaceId: string, hours: readonly Date[]): Promise<readonly Row[]> =>
  run(
    tx,
    query(
      'event_hour.compared',
      sql<Row>`select source_id, type, name, jsonb_object_agg(extract(epoch from hour)::bigint, count) as counts from event_hour
        where space_id = ${spaceId} and hour = any(${hours.map((hour) => hour.toISOString())}::timestamptz[])
        group by source_id, type, name order by source_id, type, name`,
    ),
  )

type Judged = Row & { readonly volume: Volume }

const judgeAt = async (tx: Db, spaceId: string, hour: Date): Promise<readonly Judged[]> => {
  const weeks = Array.from({ length: WEEKS }, (_, at) => new Date(hour.getTime() - (WEEKS - at) * WEEK_MS))
  const rows = await countsAt(tx, spaceId, [...weeks, hour])
  const at = ({ counts }: Row, when: Date): number => Number(counts[String(when.getTime() / 1_000)] ?? 0)
  return rows.map((row) => ({
    ...row,
    volume: judgeVolume(
      at(row, hour),
      weeks.map((week) => at(row, week)),
    ),
  }))
}

const findingsIn = (judged: readonly Judged[], hour: Date): readonly Finding[] =>
  judged.flatMap(({ source_id: sourceId, type, name, volume: { verdict, count, expected } }): readonly Finding[] =>
    verdict === 'drop' || verdict === 'surge'
      ? [
          {
            sourceId,
            kind: `volume_${verdict}`,
            type,
            name,
            count,
            expected: Math.round(expected ?? 0),
            lastAt: hour.toISOString(),
          },
        ]
      : [],
  )

const checkHour = async (tx: Db, spaceId: string, hour: Date, tell: boolean): Promise<void> => {
  const judged = await judgeAt(tx, spaceId, hour)
  const keyOf = (sourceId: string, type: string, name: string): string => JSON.stringify([sourceId, type, name])
  const volumes = new Map(judged.map(({ source_id, type, name, volume }) => [keyOf(source_id, type, name), volume]))
  const isOver = ({ sourceId, kind, type, name }: Finding): boolean => {
    const volume = volumes.get(keyOf(sourceId, type, name))
    return volume !== undefined && kind !== 'violations' && isBack(volume, kind)
  }
  const open = await openAlerts(tx, spaceId, ['volume_drop', 'volume_surge'])
  const end = new Date(hour.getTime() + HOUR_MS)
  await writeAlerts(tx, spaceId, nextAlerts(spaceId, open, findingsIn(judged, hour), isOver, end), tell, end)
}

// Who holds the row looks; another waits, and finds that it was done.
const take = async (tx: Db, spaceId: string, before: Date): Promise<Date> => {
  await run(
    tx,
    query(
      'alert_check.make',
      sql`insert into alert_check (space_id, hour) values (${spaceId}, ${before}::timestamptz) on conflict (space_id) do nothing`,
    ),
  )
  const row = await runOne(
    tx,
    query('alert_check.take', sql<{ hour: Date }>`select hour from alert_check where space_id = ${spaceId} for update`),
  )
  return row?.hour ?? before
}

/** Looks at every whole hour of a space that nobody looked at: raises, continues and closes its alerts about volumes. */
export const checkVolumes = (db: Db, spaceId: string, now: Date): Promise<void> =>
  transact(db, async (tx) => {
    const last = lastWholeHour(now).getTime()
    const done = (await take(tx, spaceId, new Date(last - HOUR_MS))).getTime()
    const { volume, url } = await alertSettingOf(tx, spaceId)
    const from = Math.max(done + HOUR_MS, last - (MOST_HOURS - 1) * HOUR_MS)
    if (volume) for (let hour = from; hour <= last; hour += HOUR_MS) await checkHour(tx, spaceId, new Date(hour), url !== null)
    await run(
      tx,
      query(
        'alert_check.done',
        sql`update alert_check set hour = greatest(hour, ${new Date(last)}::timestamptz) where space_id = ${spaceId}`,
      ),
    )
  })
