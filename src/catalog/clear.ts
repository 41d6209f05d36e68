import { sql } from 'kysely'
import { Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import { plannedOf } from './planned.ts'
import { entriesOf } from './read.ts'
import type { Subject } from './subject.ts'

/** What is taken off the page: events that are planned, that are not (all, without a plan), and traits. */
export type Cleared = { readonly planned: boolean; readonly unplanned: boolean; readonly traits: boolean }

const forget = async (tx: Db, spaceId: string, sourceId: string, events: readonly Pick<Subject, 'type' | 'name'>[]) => {
  const [types, names] = [events.map(({ type }) => type), events.map(({ name }) => name)]
  await run(
    tx,
    query(
      'catalog_seen.clear',
      sql`delete from catalog_seen where space_id = ${spaceId} and source_id = ${sourceId}
        and (type, name) in (select type, name from unnest(${types}::text[], ${names}::text[]) as r (type, name))`,
    ),
  )
  // What is switched off stays off, and so in sight; a name that was added by hand goes.
  await run(
    tx,
    query(
      'catalog_switch.clear',
      sql`delete from catalog_switch where space_id = ${spaceId} and source_id = ${sourceId} and enabled
        and (type, name) in (select type, name from unnest(${types}::text[], ${names}::text[]) as r (type, name))`,
    ),
  )
}

/** Empties a source's page: what arrives from now on is on it again. Nothing that is stored changes. @throws Refused 409 for traits of a source with a plan. */
export const clearSeen = async (db: Db, spaceId: string, sourceId: string, wanted: Cleared): Promise<void> => {
  const plan = await plannedOf(db, spaceId, sourceId)
  if (plan && wanted.traits)
    throw new Refused('source_has_plan', `Traits stay on the page while the tracking plan "${plan.plan.name}" is connected.`)
  const { entries } = await entriesOf(db, spaceId, sourceId, { part: 'events', since: '' })
  const events = entries.filter(({ name, planned }) =>
    name === '' ? wanted.traits : planned ? wanted.planned : wanted.unplanned,
  )
  await transact(db, (tx) => forget(tx, spaceId, sourceId, events))
}
