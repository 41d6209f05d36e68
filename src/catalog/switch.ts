import { sql } from 'kysely'
import { Invalid, Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { CatalogSwitchRow } from '../db/rows/catalog.ts'
import { changeGate } from '../space/gate.ts'
import { planAt, refuseUnknownSource } from '../tracking-plan/connect.ts'
import { plannedOf } from './planned.ts'
import type { Subject } from './subject.ts'

/** Who does it, at which source, and when. */
export type Act = { readonly spaceId: string; readonly sourceId: string; readonly by: string; readonly now: Date }
export type Switch = Omit<CatalogSwitchRow, 'space_id' | 'source_id'>

/** What was said of a source's events, properties and traits. */
export const switchesOf = (db: Db, spaceId: string, sourceId: string): Promise<readonly Switch[]> =>
  run(
    db,
    query(
      'catalog_switch.of_source',
      sql<Switch>`select type, name, path, enabled, archived_at, updated_by, updated_at from catalog_switch
        where space_id = ${spaceId} and source_id = ${sourceId} order by type, name, path`,
    ),
  )

/** What is switched off at a source. */
export const switchedOff = (db: Db, spaceId: string, sourceId: string): Promise<readonly Subject[]> =>
  run(
    db,
    query(
      'catalog_switch.off',
      sql<Subject>`select type, name, path from catalog_switch
        where space_id = ${spaceId} and source_id = ${sourceId} and not enabled order by type, name, path`,
    ),
  )

const switchOf = (db: Db, { spaceId, sourceId }: Act, { type, name, path }: Subject): Promise<Switch | undefined> =>
  runOne(
    db,
    query(
      'catalog_switch.one',
      sql<Switch>`select type, name, path, enabled, archived_at, updated_by, updated_at from catalog_switch
        where space_id = ${spaceId} and source_id = ${sourceId} and type = ${type} and name = ${name} and path = ${path}`,
    ),
  )

const save = async (
  tx: Db,
  { spaceId, sourceId, by, now }: Act,
  subject: Subject,
  to: Pick<Switch, 'enabled' | 'archived_at'>,
) => {
  const { type, name, path } = subject
  await run(
    tx,
    query(
      'catalog_switch.save',
      sql`insert into catalog_switch (space_id, source_id, type, name, path, enabled, archived_at, updated_by, updated_at)
        values (${spaceId}, ${sourceId}, ${type}, ${name}, ${path}, ${to.enabled}, ${to.archived_at}::timestamptz, ${by}, ${now}::timestamptz)
        on conflict (space_id, source_id, type, name, path) do update set enabled = excluded.enabled, archived_at = excluded.archived_at,
          updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
    ),
  )
  return { ...subject, ...to, updated_by: by, updated_at: now }
}

const refusePlanned = async (tx: Db, { spaceId, sourceId }: Act): Promise<void> => {
  const plan = await planAt(tx, spaceId, sourceId)
  if (plan)
    throw new Refused(
      'source_has_plan',
      `The tracking plan "${plan.name}" (${plan.id}) decides what this source lets in: change its controls there, or disconnect the source first.`,
    )
}

const refuseNameless = ({ type, name, path }: Subject): void => {
  const traits = type === 'identify' || type === 'group'
  if (traits && (name !== '' || path === ''))
    throw new Invalid('wrong_subject', [
      {
        field: 'path',
        message: 'names the trait',
        remedy: 'send the trait as "path" and no "name"; identify and group calls as such stay on',
      },
    ])
  if (!traits && name === '')
    throw new Invalid('wrong_subject', [{ field: 'name', message: 'is missing', remedy: 'name the event' }])
}

export type SwitchChange = { readonly enabled?: boolean | undefined; readonly archived?: boolean | undefined }

const archivedAt = async (
  tx: Db,
  { spaceId, sourceId, now }: Act,
  subject: Subject,
  there: Switch | undefined,
  enabled: boolean,
  archived: boolean | undefined,
): Promise<Date | null> => {
  if (archived === false) return null
  if (archived === undefined) return enabled && !there?.enabled ? null : (there?.archived_at ?? null)
  const plan = await plannedOf(tx, spaceId, sourceId)
  if (plan?.has(subject))
    throw new Refused('still_planned', 'It is in the tracking plan: take it out there before it is archived.')
  if (!plan && enabled)
    throw new Refused('still_let_in', 'Switch it off before it is archived: what still comes in would be out of sight.')
  return there?.archived_at ?? now
}

/**
 * Lets an event, a property or a trait of a source in or not, archives it, or adds it by hand. It holds for all that is received after it.
 * Switching on takes out of the archive. @throws Refused 409 where a tracking plan decides, or for archiving what is let in; 404 for an unknown source.
 */
export const changeSwitch = (db: Db, act: Act, subject: Subject, change: SwitchChange): Promise<Switch> => {
  refuseNameless(subject)
  return transact(db, async (tx) => {
    const { spaceId, sourceId } = act
    await refuseUnknownSource(tx, spaceId, sourceId)
    await run(
      tx,
      query('catalog_switch.lock', sql`select id from source where space_id = ${spaceId} and id = ${sourceId} for update`),
    )
    const there = await switchOf(tx, act, subject)
    const enabled = change.enabled ?? there?.enabled ?? true
    if (change.enabled !== undefined) await refusePlanned(tx, act)
    const archived_at = await archivedAt(tx, act, subject, there, enabled, change.archived)
    const saved = await save(tx, act, subject, { enabled, archived_at })
    await changeGate(tx, spaceId, sourceId)
    return saved
  })
}
