import { sql } from 'kysely'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import type { TrackingPlanLibraryRow } from '../../db/rows/tracking-plan.ts'
import type { Act } from '../changelog.ts'

/** A library that a plan is kept in step with. */
export type Link = Omit<TrackingPlanLibraryRow, 'space_id'> & { readonly name: string; readonly type: string }

/** The libraries of a plan, the first that was taken first: what it says counts where two speak of the same property. */
export const linksOf = (db: Db, spaceId: string, planId: string): Promise<readonly Link[]> =>
  run(
    db,
    query(
      'tracking_plan_library.of_plan',
      sql<Link>`select l.plan_id, l.library_id, l.events, l.synced_by, l.synced_at, p.name, p.type
        from tracking_plan_library l join tracking_plan p on p.space_id = ${spaceId} and p.id = l.library_id
        where l.space_id = ${spaceId} and l.plan_id = ${planId} order by l.synced_at, l.library_id`,
    ),
  )

/** The plans that are kept in step with a library, by id: the order in which they are locked. */
export const plansOfLibrary = (db: Db, spaceId: string, libraryId: string): Promise<readonly { id: string; name: string }[]> =>
  run(
    db,
    query(
      'tracking_plan_library.of_library',
      sql<{ id: string; name: string }>`select p.id, p.name from tracking_plan_library l
        join tracking_plan p on p.space_id = ${spaceId} and p.id = l.plan_id
        where l.space_id = ${spaceId} and l.library_id = ${libraryId} order by p.id`,
    ),
  )

/** Keeps a plan in step with a library from now on; again with other events, with those, too. */
export const addLink = async (
  tx: Db,
  { spaceId, by, now }: Act,
  planId: string,
  libraryId: string,
  events: readonly string[] | null,
): Promise<void> => {
  await run(
    tx,
    query(
      'tracking_plan_library.add',
      sql`insert into tracking_plan_library (space_id, plan_id, library_id, events, synced_by, synced_at)
        values (${spaceId}, ${planId}, ${libraryId}, ${events === null ? null : JSON.stringify(events)}::jsonb, ${by}, ${now}::timestamptz)
        on conflict (space_id, plan_id, library_id) do update set events = excluded.events`,
    ),
  )
}

/** Ends it; answers whether there was such a link. */
export const removeLink = async (tx: Db, spaceId: string, planId: string, libraryId: string): Promise<boolean> => {
  const gone = await run(
    tx,
    query(
      'tracking_plan_library.remove',
      sql<{ library_id: string }>`delete from tracking_plan_library
        where space_id = ${spaceId} and plan_id = ${planId} and library_id = ${libraryId} returning library_id`,
    ),
  )
  return gone.length > 0
}
