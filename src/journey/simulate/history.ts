import { sql } from 'kysely'
import type { Filter } from '../../audience/condition.ts'
import { compileFilter } from '../../audience/filter.ts'
import { keysOf } from '../../audience/path.ts'
import type { Json } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import type { Happened } from './occurrences.ts'

/** One event that a journey waits for. */
export type Awaited = { readonly event: string; readonly where?: Filter | undefined }

export type Occurrence = { readonly profile: string; readonly at: number; readonly identifier: string | null }

const textOf = (value: Json | null): string | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null

/** Every time that it happened, by profile and oldest first, with the text of the identifier where a property is named. Filters are the one compiler's. */
export const occurrencesOf = async (
  tx: Db,
  { event, where }: Awaited,
  identifier: string | undefined,
  to: Date,
): Promise<Happened> => {
  const filter = where
    ? compileFilter(where, { properties: sql`h.properties`, context: sql`h.context`, now: to })
    : sql<boolean>`true`
  const rows = await run(
    tx,
    query(
      'simulate.occurrences.*',
      sql<{ profile: string; at: readonly number[]; value: readonly (Json | null)[] | null }>`select h.profile_id as profile,
          json_agg(date_part('epoch', h.timestamp) * 1000 order by h.timestamp, h.message_id) as at,
          ${identifier === undefined ? sql`null::json` : sql`json_agg(h.properties #> ${[...keysOf(identifier)]}::text[] order by h.timestamp, h.message_id)`} as value
        from simulated_history h where h.name = ${event} and ${filter} group by h.profile_id`,
    ),
  )
  return new Map(
    rows.map(({ profile, at, value }) => [profile, { at, identifier: at.map((_at, i) => textOf(value?.[i] ?? null)) }]),
  )
}

/** All of it in one line, oldest first. */
export const inOrder = (happened: Happened): readonly Occurrence[] =>
  [...happened]
    .flatMap(([profile, { at, identifier }]) => at.map((each, i) => ({ profile, at: each, identifier: identifier[i] ?? null })))
    .toSorted((a, b) => a.at - b.at || (a.profile < b.profile ? -1 : 1))
