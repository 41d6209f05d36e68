import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Subject } from './subject.ts'

/** How often an event was let in within the hour that begins at `hour` (milliseconds). */
export type HourCount = Pick<Subject, 'type' | 'name'> & { readonly hour: number; count: number }
/** By event and hour. */
export type Hours = Map<string, HourCount>

const HOUR_MS = 3_600_000
const keyOf = ({ type, name, hour }: Omit<HourCount, 'count'>): string => `${new Date(hour).toISOString()} ${type} ${name}`

/** Counts one call that was let in. Calls without a name of their own (identify, group) are not counted. */
export const countHour = (hours: Hours, { type, name }: Pick<Subject, 'type' | 'name'>, at: number): void => {
  if (name === '') return
  const one = { type, name, hour: Math.floor(at / HOUR_MS) * HOUR_MS }
  const there = hours.get(keyOf(one)) ?? { ...one, count: 0 }
  there.count++
  hours.set(keyOf(one), there)
}

/** Adds what was counted of a source, in the order of the keys. Only of events that the catalogue took: whoever writes an id into a name must not fill it. */
export const storeHours = async (db: Db, spaceId: string, sourceId: string, hours: Hours): Promise<void> => {
  if (hours.size === 0) return
  const rows = [...hours].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  await run(
    db,
    query(
      'event_hour.add',
      sql`insert into event_hour (space_id, hour, source_id, type, name, count)
        select ${spaceId}, r.hour, ${sourceId}, r.type, r.name, r.count
        from unnest(${rows.map((r) => new Date(r.hour).toISOString())}::timestamptz[], ${rows.map((r) => r.type)}::text[],
          ${rows.map((r) => r.name)}::text[], ${rows.map((r) => r.count)}::bigint[]) as r (hour, type, name, count)
        join catalog_seen c on c.space_id = ${spaceId} and c.source_id = ${sourceId} and c.type = r.type and c.name = r.name and c.path = ''
        order by r.hour, r.type, r.name
        on conflict (space_id, hour, source_id, type, name) do update set count = event_hour.count + excluded.count`,
    ),
  )
}
