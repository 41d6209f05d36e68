import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Sql } from './operator.ts'

/** A profile as lists show it. */
export type PersonColumns = {
  readonly profileId: string
  readonly name: string | null
  readonly email: string | null
  readonly traits: JsonObject
}

/** Columns of `profile p` for a list: its name and address wherever they stand. */
export const personColumns: Sql = sql`p.id as "profileId",
  coalesce(p.traits ->> 'name', nullif(concat_ws(' ', p.traits ->> 'firstName', p.traits ->> 'lastName'), '')) as name,
  coalesce(p.identifiers -> 'email' ->> 0, p.traits ->> 'email') as email`
