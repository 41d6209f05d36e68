import { sql } from 'kysely'
import type { Filter } from '../../audience/condition.ts'
import { compileFilter } from '../../audience/filter.ts'
import type { Sql } from '../../audience/operator.ts'
import { keysOf } from '../../audience/path.ts'
import { valueAt } from '../../audience/stored.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import type { Happened } from './occurrences.ts'

/** One event that a journey waits for. */
export type Awaited = { readonly event: string; readonly where?: Filter | undefined }

/** What is wanted of each occurrence beside its instant: the text of a property, and all its properties. */
export type Wanted = { readonly identifier?: string | undefined; readonly properties?: boolean | undefined }

export type Occurrence = {
  readonly profile: string
  readonly at: number
  readonly identifier: string | null
  readonly properties?: JsonObject | undefined
}

type Row = {
  readonly profile: string
  readonly at: readonly number[]
  readonly value: readonly (Json | null)[] | null
  readonly properties: readonly JsonObject[] | null
}

const inTime = (value: Sql): Sql => sql`json_agg(${value} order by h.timestamp, h.message_id)`

const textOf = (value: Json | null): string | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null

/** Every time that it happened, by profile and oldest first. Filters are the one compiler's, and so is the way along a path. */
export const occurrencesOf = async (
  tx: Db,
  { event, where }: Awaited,
  { identifier, properties = false }: Wanted,
  to: Date,
): Promise<Happened> => {
  const filter = where
    ? compileFilter(where, { properties: sql`h.properties`, context: sql`h.context`, now: to })
    : sql<boolean>`true`
  const rows = await run(
    tx,
    query(
      'simulate.occurrences.*',
      sql<Row>`select h.profile_id as profile, ${inTime(sql`date_part('epoch', h.timestamp) * 1000`)} as at,
          ${identifier === undefined ? sql`null::json` : inTime(valueAt(sql`h.properties`, keysOf(identifier)))} as value,
          ${properties ? inTime(sql`h.properties`) : sql`null::json`} as properties
        from simulated_history h where h.name = ${event} and ${filter} group by h.profile_id`,
    ),
  )
  return new Map(
    rows.map(({ profile, at, value, properties: all }) => [
      profile,
      { at, identifier: at.map((_at, i) => textOf(value?.[i] ?? null)), properties: all ?? [] },
    ]),
  )
}

/** All of it in one line, oldest first. */
export const inOrder = (happened: Happened): readonly Occurrence[] =>
  [...happened]
    .flatMap(([profile, { at, identifier, properties }]) =>
      at.map((each, i) => ({ profile, at: each, identifier: identifier[i] ?? null, properties: properties[i] })),
    )
    .toSorted((a, b) => a.at - b.at || (a.profile < b.profile ? -1 : 1))
