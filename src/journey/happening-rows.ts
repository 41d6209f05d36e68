import { type RawBuilder, sql } from 'kysely'
import type { Filter } from '../audience/condition.ts'
import { compileFilter } from '../audience/filter.ts'
import { type Happening, identifierOf } from './happening.ts'

/** Events as rows `(n, profile_id, at, mark, properties, context, identifier)`, in order of profile. */
export const happeningRows = (happenings: readonly Happening[], identifier: string | undefined): RawBuilder<unknown> => {
  const sorted = happenings.toSorted((a, b) => (a.profileId < b.profileId ? -1 : 1))
  return sql`select row_number() over () - 1 as n, u.profile_id, u.at, u.mark collate "C" as mark, u.properties::jsonb as properties,
      u.context::jsonb as context, u.identifier
    from unnest(${sorted.map((h) => h.profileId)}::uuid[], ${sorted.map((h) => h.at.toISOString())}::timestamptz[],
      ${sorted.map((h) => h.mark)}::text[], ${sorted.map((h) => JSON.stringify(h.properties))}::text[],
      ${sorted.map((h) => JSON.stringify(h.context))}::text[], ${sorted.map((h) => identifierOf(h, identifier))}::text[])
      as u (profile_id, at, mark, properties, context, identifier)`
}

/** What must be true of an event `h`; nothing said is nothing asked. */
export const fits = (where: Filter | undefined, now: Date): RawBuilder<unknown> =>
  where === undefined ? sql`true` : compileFilter(where, { properties: sql`h.properties`, context: sql`h.context`, now })
