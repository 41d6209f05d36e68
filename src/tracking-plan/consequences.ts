import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import { askedRules } from './load.ts'
import { planOf } from './plan.ts'

/** A name that a source sent, how often, and whether the plan has it. */
export type Met = { readonly type: string; readonly name: string; readonly count: number; readonly planned: boolean }

type Seen = { readonly type: string; readonly name: string; readonly count: number }

/** What a source sent since an instant, by type of call and name, most frequent first. */
export const eventsSince = (db: Db, spaceId: string, sourceId: string, since: Date): Promise<readonly Seen[]> =>
  run(
    db,
    query(
      'tracking_plan.seen',
      sql<Seen>`select type, name, count(*) as count from event
        where space_id = ${spaceId} and source_id = ${sourceId} and timestamp > ${since}::timestamptz
        group by type, name order by count desc, name limit 2000`,
    ),
  )

const RULED: Readonly<Record<string, string>> = { identify: 'IDENTIFY', group: 'GROUP', page: 'PAGE', screen: 'SCREEN' }

/** What connecting a source would mean: each name that it sent since, planned or not (spec/connections §1.1). @throws Refused 404. */
export const consequencesOf = async (
  db: Db,
  spaceId: string,
  planId: string,
  sourceId: string,
  since: Date,
): Promise<readonly Met[]> => {
  await planOf(db, spaceId, planId)
  const rules = await askedRules(db, spaceId, planId)
  const types = new Set<string>(rules.map(({ type }) => type))
  const names = new Set(rules.flatMap(({ type, key }) => (type === 'TRACK' ? [key] : [])))
  const seen = await eventsSince(db, spaceId, sourceId, since)
  return seen
    .filter(({ type }) => type !== 'alias')
    .map(({ type, name, count }) => ({
      type,
      name,
      count: Number(count),
      planned: type === 'track' ? names.has(name) : types.has(RULED[type] ?? ''),
    }))
}
