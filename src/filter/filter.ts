import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { type Query, query, run, runOne, transact } from '../db/query.ts'
import type { EventFilterRow } from '../db/rows/gate.ts'
import { parseFql } from '../fql/parse.ts'
import { ALL_SOURCES, changeGate } from '../space/gate.ts'

/** At most so many filters of one source, and so many of a whole space (spec/audiences §4). */
export const MOST_FILTERS = 10

export type EventFilter = EventFilterRow & { readonly dropped: number; readonly failed: number }
/** Who does it, and when. */
export type Act = { readonly spaceId: string; readonly by: string; readonly now: Date }
export type NewFilter = Pick<EventFilterRow, 'id' | 'integration_id' | 'name' | 'description' | 'condition' | 'enabled'>
export type FilterChange = Partial<Pick<EventFilterRow, 'name' | 'description' | 'enabled'>>

const DAY_MS = 86_400_000

/** Filters in the order in which they are asked, with what they dropped in the last 24 hours; of one integration (a source, or the space itself) where one is named. */
export const listFilters = (db: Db, spaceId: string, now: Date, integrationId?: string): Promise<readonly EventFilter[]> =>
  run(
    db,
    query(
      'event_filter.list',
      sql<EventFilter>`select f.*, coalesce(d.dropped, 0) as dropped, coalesce(d.failed, 0) as failed
        from event_filter f left join (
          select subject, sum(count)::bigint as dropped, (sum(count) filter (where code = 'event_filter_failed'))::bigint as failed from source_drop
          where space_id = ${spaceId} and hour > ${new Date(now.getTime() - DAY_MS)}::timestamptz and code in ('event_filter', 'event_filter_failed')
          group by subject) d on d.subject = f.id
        where f.space_id = ${spaceId} and (${integrationId ?? null}::text is null or f.integration_id = ${integrationId ?? null}::text)
        order by f.integration_id, f.position, f.id`,
    ),
  )

/** One filter. @throws Refused 404. */
export const filterOf = async (db: Db, spaceId: string, id: string, now: Date): Promise<EventFilter> => {
  const found = (await listFilters(db, spaceId, now)).find((filter) => filter.id === id)
  if (!found) throw notFound('filter', id)
  return found
}

const gateOf = (spaceId: string, integrationId: string): string => (integrationId === spaceId ? ALL_SOURCES : integrationId)

const sourceNamed = (spaceId: string, id: string): Query<{ id: string }> =>
  query('source.named', sql<{ id: string }>`select id from source where space_id = ${spaceId} and id = ${id}`)

const lock = (tx: Db, spaceId: string): Promise<unknown> =>
  run(tx, query('event_filter.lock', sql`select id from space where id = ${spaceId} for update`))

const placeIn = async (tx: Db, spaceId: string, integrationId: string): Promise<number> => {
  if (integrationId !== spaceId && !(await runOne(tx, sourceNamed(spaceId, integrationId))))
    throw notFound('source', integrationId)
  const there = await run(
    tx,
    query(
      'event_filter.positions',
      sql<{
        position: number
      }>`select position from event_filter where space_id = ${spaceId} and integration_id = ${integrationId}`,
    ),
  )
  if (there.length >= MOST_FILTERS)
    throw new Invalid('too_many_filters', [
      {
        field: 'integrationId',
        message: `has ${MOST_FILTERS} filters already`,
        remedy: 'join conditions by "or", or delete one',
      },
    ])
  return 1 + Math.max(-1, ...there.map(({ position }) => position))
}

/** Makes a filter, asked after those that are there. @throws Invalid for wrong FQL or an 11th filter, Refused 404 for an unknown source. */
export const createFilter = (db: Db, { spaceId, by, now }: Act, filter: NewFilter): Promise<EventFilter> => {
  parseFql(filter.condition)
  return transact(db, async (tx) => {
    await lock(tx, spaceId)
    const position = await placeIn(tx, spaceId, filter.integration_id)
    await run(
      tx,
      query(
        'event_filter.create',
        sql`insert into event_filter (space_id, id, integration_id, name, description, condition, enabled, position, created_by, updated_by, created_at, updated_at)
          values (${spaceId}, ${filter.id}, ${filter.integration_id}, ${filter.name}, ${filter.description}, ${filter.condition}, ${filter.enabled},
            ${position}, ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)`,
      ),
    )
    await changeGate(tx, spaceId, gateOf(spaceId, filter.integration_id))
    return filterOf(tx, spaceId, filter.id, now)
  })
}

/** Renames, describes, switches on or off. What it asks never changes: what it dropped would no longer be explained by it. @throws Refused 404. */
export const changeFilter = (db: Db, { spaceId, by, now }: Act, id: string, change: FilterChange): Promise<EventFilter> =>
  transact(db, async (tx) => {
    await lock(tx, spaceId)
    const { name, description, enabled, integration_id } = { ...(await filterOf(tx, spaceId, id, now)), ...change }
    await run(
      tx,
      query(
        'event_filter.change',
        sql`update event_filter set name = ${name}, description = ${description}, enabled = ${enabled}, updated_by = ${by}, updated_at = ${now}::timestamptz
          where space_id = ${spaceId} and id = ${id}`,
      ),
    )
    await changeGate(tx, spaceId, gateOf(spaceId, integration_id))
    return filterOf(tx, spaceId, id, now)
  })

/** Deletes a filter. @throws Refused 404. */
export const deleteFilter = (db: Db, spaceId: string, id: string, now: Date): Promise<void> =>
  transact(db, async (tx) => {
    await lock(tx, spaceId)
    const { integration_id } = await filterOf(tx, spaceId, id, now)
    await run(tx, query('event_filter.delete', sql`delete from event_filter where space_id = ${spaceId} and id = ${id}`))
    await changeGate(tx, spaceId, gateOf(spaceId, integration_id))
  })

/** Sets the order in which an integration's filters are asked. @throws Refused 409 unless exactly its filters are named. */
export const orderFilters = (
  db: Db,
  { spaceId, now }: Act,
  integrationId: string,
  ids: readonly string[],
): Promise<readonly EventFilter[]> =>
  transact(db, async (tx) => {
    await lock(tx, spaceId)
    const there = await listFilters(tx, spaceId, now, integrationId)
    if (JSON.stringify(there.map(({ id }) => id).toSorted()) !== JSON.stringify(ids.toSorted()))
      throw new Refused('order_incomplete', 'Name each filter of this source once, in the order in which they are to be asked.')
    const places = ids.map((id, position) => ({ id, position })).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    await run(
      tx,
      query(
        'event_filter.order',
        sql`update event_filter set position = r.position
          from unnest(${places.map(({ id }) => id)}::text[], ${places.map(({ position }) => position)}::int[]) as r (id, position)
          where event_filter.space_id = ${spaceId} and event_filter.id = r.id`,
      ),
    )
    await changeGate(tx, spaceId, gateOf(spaceId, integrationId))
    return listFilters(tx, spaceId, now, integrationId)
  })
