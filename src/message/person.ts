import { sql } from 'kysely'
import type { Json, JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/** A person as templates and addresses see them: traits with computed ones laid over them. */
export type Person = {
  readonly id: string
  readonly traits: JsonObject
  readonly identifiers: Readonly<Record<string, readonly string[]>>
}
type Row = Person & { readonly merged_into: string | null }
type Computed = { readonly profile_id: string; readonly key: string; readonly value: Json }

// The claimed messages are the candidates, as rows and not as an array of ids (R8).
const people = (spaceId: string, claim: string) =>
  query(
    'message.people',
    sql<Row>`select p.id, p.traits, p.identifiers, p.merged_into from profile p
      where p.space_id = ${spaceId} and p.id in (select m.profile_id from message m where m.space_id = ${spaceId} and m.claim = ${claim})`,
  )

const winners = (spaceId: string, claim: string) =>
  query(
    'message.people_merged',
    sql<Row>`select p.id, p.traits, p.identifiers, p.merged_into from profile p
      where p.space_id = ${spaceId} and p.id in (select l.merged_into from profile l where l.space_id = ${spaceId} and l.id in (
        select m.profile_id from message m where m.space_id = ${spaceId} and m.claim = ${claim}))`,
  )

const computed = (spaceId: string, claim: string) =>
  query(
    'message.people_computed',
    sql<Computed>`select v.profile_id, t.key, v.value from computed_value v
      join computed_trait t on t.space_id = ${spaceId} and t.id = v.computed_trait_id and t.deleted_at is null
      where v.space_id = ${spaceId} and v.profile_id in (select m.profile_id from message m where m.space_id = ${spaceId} and m.claim = ${claim})`,
  )

const withComputed = (row: Row, values: readonly Computed[]): Person => ({
  id: row.id,
  identifiers: row.identifiers,
  traits:
    values.length === 0 ? row.traits : { ...row.traits, ...Object.fromEntries(values.map(({ key, value }) => [key, value])) },
})

/** The people behind a claim's messages by profile id, as they are now; one that was merged is who it became. */
export const peopleOf = async (db: Db, spaceId: string, claim: string): Promise<ReadonlyMap<string, Person>> => {
  const rows = await run(db, people(spaceId, claim))
  const values = Map.groupBy(await run(db, computed(spaceId, claim)), (value) => value.profile_id)
  const merged = rows.some((row) => row.merged_into !== null) ? await run(db, winners(spaceId, claim)) : []
  const byId = new Map([...merged, ...rows].map((row) => [row.id, row]))
  return new Map(
    rows.map((row) => {
      const winner = byId.get(row.merged_into ?? row.id) ?? row
      return [row.id, withComputed(winner, values.get(winner.id) ?? [])]
    }),
  )
}
