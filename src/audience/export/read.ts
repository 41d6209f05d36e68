import { sql } from 'kysely'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import { query, run, runOne } from '../../db/query.ts'
import { stateOf } from '../state.ts'
import type { Kind } from '../store.ts'
import { type ExportedPerson, type ExportRequest, traitsOf, type Widths } from './layout.ts'

/** The audience or computed trait that is read, in one snapshot. */
export type Read = { readonly spaceId: string; readonly kind: Kind; readonly id: string; readonly request: ExportRequest }

const peopleOf = ({ kind, spaceId, id }: Read) =>
  kind === 'audience'
    ? sql`select m.profile_id, null::jsonb as value from membership m where m.space_id = ${spaceId} and m.audience_id = ${id}`
    : sql`select m.profile_id, m.value from computed_value m where m.space_id = ${spaceId} and m.computed_trait_id = ${id}`

/** The instant of the evaluation whose result is read; undefined when there is none yet, or nothing of this id. */
export const snapshotOf = async (tx: Db, { kind, spaceId, id }: Read): Promise<Date | undefined> => {
  const state = stateOf(kind)
  const row = await runOne(
    tx,
    query(
      `export.${kind}_snapshot`,
      sql<{ at: Date | null }>`select s.evaluated_at as at from ${state.table} s join ${sql.table(kind)} d
          on d.space_id = ${spaceId} and d.id = s.${state.id} and d.deleted_at is null
        where s.space_id = ${spaceId} and s.${state.id} = ${id}`,
    ),
  )
  return row?.at ?? undefined
}

/** How many values of each identifier type anybody of these people has at most. */
export const widthsOf = async (tx: Db, read: Read): Promise<Widths> => {
  const rows = await run(
    tx,
    query(
      `export.${read.kind}_widths`,
      sql<{ type: string; width: number }>`select i.key as type, max(jsonb_array_length(i.value)) as width
        from (${peopleOf(read)}) as n join profile p on p.space_id = ${read.spaceId} and p.id = n.profile_id
          cross join lateral jsonb_each(p.identifiers) as i
        group by i.key order by i.key`,
    ),
  )
  return new Map(rows.map((row) => [row.type, row.width]))
}

type Row = {
  readonly id: string
  readonly identifiers: JsonObject
  readonly value: Json
  readonly custom: Json
  readonly computed: Json
}

/** The next people in the order of their ids, with what was chosen of them; a number that is their value as its text, with all of its digits. */
export const pageOf = async (
  tx: Db,
  read: Read,
  after: string | undefined,
  count: number,
): Promise<readonly ExportedPerson[]> => {
  const { spaceId, request } = read
  const custom = [...request.sqlTraits, ...request.customTraits]
  const rows = await run(
    tx,
    query(
      `export.${read.kind}_page`,
      sql<Row>`select p.id, p.identifiers, case jsonb_typeof(n.value) when 'number' then to_jsonb(n.value::text) else n.value end as value,
          (select jsonb_object_agg(k.name, p.traits -> k.name) from unnest(${custom}::text[]) as k (name) where p.traits ? k.name) as custom,
          (select jsonb_object_agg(t.key, c.value) from computed_value c join computed_trait t on t.space_id = ${spaceId} and t.id = c.computed_trait_id
            where c.space_id = ${spaceId} and c.profile_id = p.id and t.key in (select unnest(${[...request.computedTraits]}::text[]))) as computed
        from (${peopleOf(read)} and (${after ?? null}::uuid is null or m.profile_id > ${after ?? null}::uuid)
            order by m.profile_id limit ${count}::integer) as n
          join profile p on p.space_id = ${spaceId} and p.id = n.profile_id
        order by n.profile_id`,
    ),
  )
  return rows.map(({ custom: own, computed, value, ...person }) => ({
    ...person,
    traits: traitsOf(own, computed),
    ...(value === null ? {} : { value }),
  }))
}
