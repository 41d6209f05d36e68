import { sql } from 'kysely'
import { notFound, Refused } from '../base/errors.ts'
import { keyFrom } from '../base/key.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { TrackingPlanRow } from '../db/rows/tracking-plan.ts'
import { changeGate } from '../space/gate.ts'
import { type Act, noteChanges } from './changelog.ts'
import { sourcesOfPlan } from './connect.ts'
import { plansOfLibrary } from './library/links.ts'

export const PLAN_TYPES = ['LIVE', 'ENGAGE', 'RULE_LIBRARY', 'PROPERTY_LIBRARY', 'TEMPLATE'] as const
export type TrackingPlan = TrackingPlanRow & { readonly rules: number; readonly sources: number }
export type NewPlan = Pick<TrackingPlanRow, 'id' | 'type' | 'name' | 'description'>

const select = (spaceId: string) => sql`select p.*,
    (select count(*) from tracking_plan_rule r where r.space_id = ${spaceId} and r.plan_id = p.id) as rules,
    (select count(*) from tracking_plan_source s where s.space_id = ${spaceId} and s.plan_id = p.id) as sources
  from tracking_plan p where p.space_id = ${spaceId}`

/** The plans of a space, newest first; of one type where one is named. */
export const listPlans = (db: Db, spaceId: string, type?: string): Promise<readonly TrackingPlan[]> =>
  run(
    db,
    query(
      'tracking_plan.list',
      sql<TrackingPlan>`${select(spaceId)} and (${type ?? null}::text is null or p.type = ${type ?? null}::text) order by p.created_at desc, p.id`,
    ),
  )

/** One plan. @throws Refused 404. */
export const planOf = async (db: Db, spaceId: string, id: string): Promise<TrackingPlan> => {
  const row = await runOne(db, query('tracking_plan.one', sql<TrackingPlan>`${select(spaceId)} and p.id = ${id}`))
  if (!row) throw notFound('tracking plan', id)
  return row
}

/** Takes the plan for the transaction: two who change its rules at once do it one after the other. @throws Refused 404. */
export const lockPlan = async (tx: Db, spaceId: string, id: string): Promise<void> => {
  const row = await runOne(
    tx,
    query(
      'tracking_plan.lock',
      sql<{ id: string }>`select id from tracking_plan where space_id = ${spaceId} and id = ${id} for update`,
    ),
  )
  if (!row) throw notFound('tracking plan', id)
}

const insert = async (tx: Db, { spaceId, by, now }: Act, plan: NewPlan, slug: string): Promise<boolean> => {
  const made = await run(
    tx,
    query(
      'tracking_plan.create',
      sql`insert into tracking_plan (space_id, id, type, name, slug, description, created_by, updated_by, created_at, updated_at)
        values (${spaceId}, ${plan.id}, ${plan.type}, ${plan.name}, ${slug}, ${plan.description}, ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)
        on conflict (space_id, slug) do nothing returning id`,
    ),
  )
  return made.length > 0
}

/** Makes a plan without rules. Its slug is its name's, with a part of its id where another plan has that. */
export const createPlan = (db: Db, act: Act, plan: NewPlan): Promise<TrackingPlan> =>
  transact(db, async (tx) => {
    const slug = keyFrom(plan.name).replaceAll('_', '-') || 'plan'
    if (!(await insert(tx, act, plan, slug))) await insert(tx, act, plan, `${slug}-${plan.id.slice(-6)}`)
    await noteChanges(tx, act, plan.id, [{ action: 'created', subject: 'the plan' }])
    return planOf(tx, act.spaceId, plan.id)
  })

/** Renames or describes. @throws Refused 404. */
export const changePlan = (
  db: Db,
  act: Act,
  id: string,
  change: { readonly name?: string | undefined; readonly description?: string | undefined },
): Promise<TrackingPlan> =>
  transact(db, async (tx) => {
    const { spaceId, by, now } = act
    await lockPlan(tx, spaceId, id)
    const there = await planOf(tx, spaceId, id)
    const { name = there.name, description = there.description } = change
    await run(
      tx,
      query(
        'tracking_plan.change',
        sql`update tracking_plan set name = ${name}, description = ${description}, updated_by = ${by}, updated_at = ${now}::timestamptz
          where space_id = ${spaceId} and id = ${id}`,
      ),
    )
    await noteChanges(tx, act, id, [{ action: 'changed', subject: 'name or description' }])
    // What is forwarded about a violation names the plan.
    for (const { source_id } of await sourcesOfPlan(tx, spaceId, id)) await changeGate(tx, spaceId, source_id)
    return planOf(tx, spaceId, id)
  })

const refuseSynced = async (tx: Db, spaceId: string, id: string): Promise<void> => {
  const synced = await plansOfLibrary(tx, spaceId, id)
  if (synced.length === 0) return
  const names = synced.map(({ name }) => `"${name}"`).join(', ')
  throw new Refused('library_is_synced', `This library is synced with ${names}: end the sync there first.`)
}

/** Deletes a plan with its rules for good; its sources then have none. Counted violations stay. @throws Refused 404, 409 for a library that plans are synced with. */
export const deletePlan = (db: Db, spaceId: string, id: string): Promise<void> =>
  transact(db, async (tx) => {
    await lockPlan(tx, spaceId, id)
    await refuseSynced(tx, spaceId, id)
    for (const { source_id } of await sourcesOfPlan(tx, spaceId, id)) await changeGate(tx, spaceId, source_id)
    await run(
      tx,
      query(
        'tracking_plan_library.of_plan_delete',
        sql`delete from tracking_plan_library where space_id = ${spaceId} and plan_id = ${id}`,
      ),
    )
    await run(
      tx,
      query(
        'tracking_plan_source.of_plan_delete',
        sql`delete from tracking_plan_source where space_id = ${spaceId} and plan_id = ${id}`,
      ),
    )
    await run(
      tx,
      query(
        'tracking_plan_rule.of_plan_delete',
        sql`delete from tracking_plan_rule where space_id = ${spaceId} and plan_id = ${id}`,
      ),
    )
    await run(
      tx,
      query(
        'tracking_plan_change.of_plan_delete',
        sql`delete from tracking_plan_change where space_id = ${spaceId} and plan_id = ${id}`,
      ),
    )
    await run(tx, query('tracking_plan.delete', sql`delete from tracking_plan where space_id = ${spaceId} and id = ${id}`))
  })
