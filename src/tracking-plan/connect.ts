import { sql } from 'kysely'
import { notFound, Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { TrackingPlanSourceRow } from '../db/rows/tracking-plan.ts'
import { changeGate } from '../space/gate.ts'
import { type Act, noteChanges } from './changelog.ts'

export type ConnectedSource = Pick<TrackingPlanSourceRow, 'source_id' | 'connected_at' | 'connected_by'> & {
  readonly name: string
}

/** The sources whose calls a plan is asked about, by name. */
export const sourcesOfPlan = (db: Db, spaceId: string, planId: string): Promise<readonly ConnectedSource[]> =>
  run(
    db,
    query(
      'tracking_plan_source.of_plan',
      sql<ConnectedSource>`select c.source_id, c.connected_at, c.connected_by, coalesce(s.name, c.source_id) as name
        from tracking_plan_source c left join source s on s.space_id = ${spaceId} and s.id = c.source_id
        where c.space_id = ${spaceId} and c.plan_id = ${planId} order by name, c.source_id`,
    ),
  )

/** The plan that a source is connected to, with its name. */
export const planAt = (db: Db, spaceId: string, sourceId: string): Promise<{ id: string; name: string } | undefined> =>
  runOne(
    db,
    query(
      'tracking_plan_source.plan_at',
      sql<{ id: string; name: string }>`select p.id, p.name from tracking_plan_source c
        join tracking_plan p on p.space_id = ${spaceId} and p.id = c.plan_id
        where c.space_id = ${spaceId} and c.source_id = ${sourceId}`,
    ),
  )

/** @throws Refused 404 when the space has no such source. */
export const refuseUnknownSource = async (db: Db, spaceId: string, sourceId: string): Promise<void> => {
  const there = await runOne(
    db,
    query('source.there', sql<{ id: string }>`select id from source where space_id = ${spaceId} and id = ${sourceId}`),
  )
  if (!there) throw notFound('source', sourceId)
}

/** Connects a source. Again is a quiet success. @throws Refused 409 naming the plan that it has already, 404 for an unknown source. */
export const connectSource = (db: Db, act: Act, planId: string, sourceId: string): Promise<void> =>
  transact(db, async (tx) => {
    const { spaceId, by, now } = act
    await refuseUnknownSource(tx, spaceId, sourceId)
    await run(
      tx,
      query('tracking_plan_source.lock', sql`select id from source where space_id = ${spaceId} and id = ${sourceId} for update`),
    )
    const there = await planAt(tx, spaceId, sourceId)
    if (there?.id === planId) return
    if (there)
      throw new Refused(
        'source_has_plan',
        `The source ${sourceId} is connected to the tracking plan "${there.name}" (${there.id}): disconnect it there first.`,
      )
    await run(
      tx,
      query(
        'tracking_plan_source.connect',
        sql`insert into tracking_plan_source (space_id, source_id, plan_id, connected_by, connected_at)
          values (${spaceId}, ${sourceId}, ${planId}, ${by}, ${now}::timestamptz)`,
      ),
    )
    await noteChanges(tx, act, planId, [{ action: 'connected', subject: `source ${sourceId}` }])
    await changeGate(tx, spaceId, sourceId)
  })

/** Disconnects a source: its calls are asked nothing any more. @throws Refused 404 when it is not connected. */
export const disconnectSource = (db: Db, act: Act, planId: string, sourceId: string): Promise<void> =>
  transact(db, async (tx) => {
    const { spaceId } = act
    const gone = await run(
      tx,
      query(
        'tracking_plan_source.disconnect',
        sql<{ source_id: string }>`delete from tracking_plan_source
          where space_id = ${spaceId} and source_id = ${sourceId} and plan_id = ${planId} returning source_id`,
      ),
    )
    if (gone.length === 0) throw notFound('connected source', sourceId)
    await noteChanges(tx, act, planId, [{ action: 'disconnected', subject: `source ${sourceId}` }])
    await changeGate(tx, spaceId, sourceId)
  })
