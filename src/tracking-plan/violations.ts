import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import { type JsonObject, jsonText, storable } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { ViolationHourRow } from '../db/rows/tracking-plan.ts'
import type { Violation } from '../event/verdict.ts'
import { nameOf } from './rule-type.ts'

/** What a call broke. `blocked`: it was dropped for it. */
export type Broken = {
  readonly sourceId: string
  readonly planId: string
  readonly call: JsonObject
  readonly violations: readonly Violation[]
  readonly blocked: boolean
  readonly at: Date
}

type Counted = {
  readonly id: string
  readonly hour: string
  readonly broken: Broken
  readonly violation: Violation
  count: number
  blocked: number
  last: Date
}

const HOUR_MS = 3_600_000
const LONGEST_SAMPLE = 8_192
const LONGEST = 500

const cut = (text: string): string => storable(text.slice(0, LONGEST))
const sampleOf = (call: JsonObject): string => jsonText(call).slice(0, LONGEST_SAMPLE).toWellFormed()

const countedIn = (all: readonly Broken[]): readonly Counted[] => {
  const counted = new Map<string, Counted>()
  for (const broken of all) {
    const hour = new Date(Math.floor(broken.at.getTime() / HOUR_MS) * HOUR_MS).toISOString()
    for (const violation of broken.violations) {
      const id = idFrom(
        broken.planId,
        String(broken.call['type']),
        cut(nameOf(broken.call)),
        violation.type,
        violation.field,
        violation.description,
      )
      const key = `${broken.sourceId} ${hour} ${id}`
      const known = counted.get(key) ?? { id, hour, broken, violation, count: 0, blocked: 0, last: broken.at }
      known.count++
      if (broken.blocked) known.blocked++
      if (broken.at > known.last) known.last = broken.at
      counted.set(key, known)
    }
  }
  return [...counted].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

/** Counts violations by source, hour and what was broken; the first call of each hour is kept as an example. */
export const recordViolations = async (db: Db, spaceId: string, broken: readonly Broken[]): Promise<void> => {
  const rows = countedIn(broken)
  if (rows.length === 0) return
  await run(
    db,
    query(
      'violation_hour.record',
      sql`insert into violation_hour (space_id, source_id, hour, id, plan_id, event_type, event_name, type, field, description, count, blocked, sample, last_at)
        select ${spaceId}, r.source_id, r.hour, r.id, r.plan_id, r.event_type, r.event_name, r.type, r.field, r.description, r.count, r.blocked, r.sample, r.last_at
        from unnest(${rows.map((r) => r.broken.sourceId)}::text[], ${rows.map((r) => r.hour)}::timestamptz[], ${rows.map((r) => r.id)}::text[],
          ${rows.map((r) => r.broken.planId)}::text[], ${rows.map((r) => String(r.broken.call['type']))}::text[],
          ${rows.map((r) => cut(nameOf(r.broken.call)))}::text[], ${rows.map((r) => r.violation.type)}::text[],
          ${rows.map((r) => cut(r.violation.field))}::text[], ${rows.map((r) => cut(r.violation.description))}::text[],
          ${rows.map((r) => r.count)}::bigint[], ${rows.map((r) => r.blocked)}::bigint[], ${rows.map((r) => sampleOf(r.broken.call))}::text[],
          ${rows.map((r) => r.last.toISOString())}::timestamptz[])
          as r (source_id, hour, id, plan_id, event_type, event_name, type, field, description, count, blocked, sample, last_at)
        on conflict (space_id, source_id, hour, id) do update set count = violation_hour.count + excluded.count,
          blocked = violation_hour.blocked + excluded.blocked, last_at = greatest(violation_hour.last_at, excluded.last_at)`,
    ),
  )
}

export type ListedViolation = Omit<ViolationHourRow, 'space_id' | 'hour'>
export type Wanted = {
  readonly since: Date
  readonly sourceId?: string | undefined
  readonly planId?: string | undefined
  readonly event?: string | undefined
}

/** What was broken since an instant (to the hour), most frequent first, each with the latest example. */
export const violationsSince = (
  db: Db,
  spaceId: string,
  { since, sourceId, planId, event }: Wanted,
): Promise<readonly ListedViolation[]> =>
  run(
    db,
    query(
      'violation_hour.list',
      sql<ListedViolation>`select id, source_id, max(plan_id) as plan_id, max(event_type) as event_type, max(event_name) as event_name, max(type) as type,
          max(field) as field, max(description) as description, sum(count)::bigint as count, sum(blocked)::bigint as blocked,
          (array_agg(sample order by hour desc))[1] as sample, max(last_at) as last_at
        from violation_hour where space_id = ${spaceId} and hour > ${since}::timestamptz
          and (${sourceId ?? null}::text is null or source_id = ${sourceId ?? null}::text)
          and (${planId ?? null}::text is null or plan_id = ${planId ?? null}::text)
          and (${event ?? null}::text is null or event_name = ${event ?? null}::text)
        group by source_id, id order by count desc, id limit 500`,
    ),
  )
