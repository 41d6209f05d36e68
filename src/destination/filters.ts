import { sql } from 'kysely'
import * as z from 'zod'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { DestinationFilterRow } from '../db/rows/destination.ts'
import { parseFql } from '../fql/parse.ts'

/** At most so many filters of one destination (spec/messaging §8.7). */
export const MOST_FILTERS = 10

const Fields = z.record(z.string().max(500), z.array(z.string().min(1).max(500)).min(1).max(300))

/** What a destination filter does with the calls that it is about (spec/connections §3.3). */
export const FilterAction = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('DROP') }),
  z.strictObject({ type: z.literal('SAMPLE'), percent: z.number().min(0).max(1), path: z.string().max(500).optional() }),
  z.strictObject({ type: z.literal('DROP_PROPERTIES'), fields: Fields }),
  z.strictObject({ type: z.literal('ALLOW_PROPERTIES'), fields: Fields }),
])
export type FilterAction = z.infer<typeof FilterAction>

/** A condition that every call fits. */
export const EVERYTHING = 'all'

/** Who does it, at which destination, and when. */
export type At = { readonly spaceId: string; readonly destinationId: string; readonly by: string; readonly now: Date }
export type NewFilter = Pick<DestinationFilterRow, 'id' | 'title' | 'description' | 'condition' | 'enabled'> & {
  readonly actions: readonly FilterAction[]
}
export type FilterChange = { readonly [Key in keyof Omit<NewFilter, 'id'>]?: NewFilter[Key] | undefined }

/** @throws Invalid for a condition that is no FQL. */
export const refuseBadCondition = (condition: string): void => void (condition === EVERYTHING || parseFql(condition))

/** The filters of a destination, oldest first. */
export const listDestinationFilters = (
  db: Db,
  spaceId: string,
  destinationId: string,
): Promise<readonly DestinationFilterRow[]> =>
  run(
    db,
    query(
      'destination_filter.list',
      sql<DestinationFilterRow>`select * from destination_filter
        where space_id = ${spaceId} and destination_id = ${destinationId} order by created_at, id`,
    ),
  )

/** One filter. @throws Refused 404. */
export const destinationFilterOf = async (
  db: Db,
  spaceId: string,
  destinationId: string,
  id: string,
): Promise<DestinationFilterRow> => {
  const found = (await listDestinationFilters(db, spaceId, destinationId)).find((filter) => filter.id === id)
  if (!found) throw notFound('destination filter', id)
  return found
}

const lock = (tx: Db, { spaceId, destinationId }: At): Promise<unknown> =>
  run(
    tx,
    query(
      'destination_filter.lock',
      sql`select id from destination where space_id = ${spaceId} and id = ${destinationId} for update`,
    ),
  )

/** Makes a filter; it is asked of every call that is delivered from now on. @throws Invalid for wrong FQL, Refused 409 for an 11th. */
export const createDestinationFilter = (db: Db, at: At, made: NewFilter): Promise<DestinationFilterRow> => {
  const { spaceId, destinationId, by, now } = at
  refuseBadCondition(made.condition)
  return transact(db, async (tx) => {
    await lock(tx, at)
    if ((await listDestinationFilters(tx, spaceId, destinationId)).length >= MOST_FILTERS)
      throw new Refused(
        'too_many_filters',
        `The destination has ${MOST_FILTERS} filters already: join conditions by "or", or delete one.`,
      )
    await run(
      tx,
      query(
        'destination_filter.create',
        sql`insert into destination_filter
            (space_id, id, destination_id, title, description, condition, actions, enabled, created_by, updated_by, created_at, updated_at)
          values (${spaceId}, ${made.id}, ${destinationId}, ${made.title}, ${made.description}, ${made.condition},
            ${JSON.stringify(made.actions)}::jsonb, ${made.enabled}, ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)`,
      ),
    )
    return destinationFilterOf(tx, spaceId, destinationId, made.id)
  })
}

/** Changes what is given. @throws Invalid for wrong FQL, Refused 404. */
export const changeDestinationFilter = (db: Db, at: At, id: string, change: FilterChange): Promise<DestinationFilterRow> =>
  transact(db, async (tx) => {
    const { spaceId, destinationId, by, now } = at
    await lock(tx, at)
    const old = await destinationFilterOf(tx, spaceId, destinationId, id)
    const { title = old.title, description = old.description, condition = old.condition, enabled = old.enabled } = change
    refuseBadCondition(condition)
    await run(
      tx,
      query(
        'destination_filter.change',
        sql`update destination_filter set title = ${title}, description = ${description}, condition = ${condition},
            actions = ${JSON.stringify(change.actions ?? old.actions)}::jsonb, enabled = ${enabled}, updated_by = ${by}, updated_at = ${now}::timestamptz
          where space_id = ${spaceId} and id = ${id}`,
      ),
    )
    return destinationFilterOf(tx, spaceId, destinationId, id)
  })

/** Deletes a filter. @throws Refused 404. */
export const deleteDestinationFilter = async (db: Db, { spaceId, destinationId }: At, id: string): Promise<void> => {
  const gone = await run(
    db,
    query(
      'destination_filter.delete',
      sql<{
        id: string
      }>`delete from destination_filter where space_id = ${spaceId} and destination_id = ${destinationId} and id = ${id} returning id`,
    ),
  )
  if (gone.length === 0) throw notFound('destination filter', id)
}

/** Actions as they were stored. @throws Invalid where they are none. */
export const actionsOf = (actions: unknown): readonly FilterAction[] => {
  const { data, error } = z.array(FilterAction).safeParse(actions)
  if (data) return data
  throw new Invalid('filter_actions', [
    { field: 'actions', message: error.message, remedy: 'see how destination filters are written' },
  ])
}
