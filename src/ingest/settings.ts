import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'
import type { IdentifierRuleRow } from '../db/rows/profile.ts'
import { type Rules, rulesFrom } from '../profile/rules.ts'
import type { Gated } from './gates.ts'

/** What a space wants of ingestion: its identity rules, the events that its live journeys wait for, which sources have rules at their door, and whether somebody is suppressed. */
export type Settings = {
  readonly rules: Rules
  readonly awaited: ReadonlySet<string>
  readonly gated: Gated
  readonly suppressing: boolean
}

type Row = {
  readonly rules: readonly IdentifierRuleRow[]
  readonly awaited: readonly string[]
  readonly gated: Gated
  readonly suppressing: boolean
}

/** The settings in force now. Read anew for every batch, in one round trip, so that a change holds for all that is received after it. */
export const readSettings = async (db: Db, spaceId: string, now: Date): Promise<Settings> => {
  const row = await runOne(
    db,
    query(
      'ingest.settings',
      sql<Row>`select
        coalesce((select jsonb_agg(to_jsonb(r)) from identifier_rule r where r.space_id = ${spaceId}), '[]'::jsonb) as rules,
        array(select distinct i.name from event_interest i where i.space_id = ${spaceId}) as awaited,
        coalesce((select jsonb_object_agg(g.source_id, g.revision) from source_gate g where g.space_id = ${spaceId}), '{}'::jsonb) as gated,
        exists (select from suppressed_identifier s where s.space_id = ${spaceId}) as suppressing`,
    ),
  )
  const { rules, awaited, gated, suppressing } = must(row, 'the one row of a select without from')
  return { rules: rulesFrom(rules, now), awaited: new Set(awaited), gated, suppressing }
}
