import { sql } from 'kysely'
import { Invalid, notFound } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { IntegrationFilterRow } from '../db/rows/destination.ts'
import type { EventType } from '../db/rows/event.ts'
import { sourceById } from '../space/source.ts'
import { toolNamed } from './instances.ts'

/** An event of a source, as its schema page names it: identify and group calls have no name. */
export type Subject = { readonly type: EventType; readonly name: string }

/** The event that a stored call is, as the schema page names it. */
export const subjectOf = (type: EventType, name: string): Subject => ({
  type,
  name: type === 'track' || type === 'page' || type === 'screen' ? name : '',
})

/** What is switched off at a source, for one tool where one is named. */
export const integrationFiltersAt = (
  db: Db,
  spaceId: string,
  sourceId: string,
  tool?: string,
): Promise<readonly IntegrationFilterRow[]> =>
  run(
    db,
    query(
      'integration_filter.at',
      sql<IntegrationFilterRow>`select * from integration_filter
        where space_id = ${spaceId} and source_id = ${sourceId} and (${tool ?? null}::text is null or tool = ${tool ?? null}::text)
        order by type, name, tool`,
    ),
  )

/** Who does it, at which source, and when. */
export type Act = { readonly spaceId: string; readonly sourceId: string; readonly by: string; readonly now: Date }
type Change = Subject & { readonly tool: string; readonly enabled: boolean }

const off = ({ spaceId, sourceId, by, now }: Act, { type, name, tool }: Change) =>
  query(
    'integration_filter.off',
    sql`insert into integration_filter (space_id, source_id, type, name, tool, updated_by, updated_at)
      values (${spaceId}, ${sourceId}, ${type}, ${name}, ${tool}, ${by}, ${now}::timestamptz)
      on conflict (space_id, source_id, type, name, tool) do update set updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
  )

const on = ({ spaceId, sourceId }: Act, { type, name, tool }: Change) =>
  query(
    'integration_filter.on',
    sql`delete from integration_filter
      where space_id = ${spaceId} and source_id = ${sourceId} and type = ${type} and name = ${name} and tool = ${tool}`,
  )

/**
 * Switches an event of a source on or off for one tool; all its destinations there hear of it with the next call that is delivered. @throws Invalid
 * for an unknown tool or an event without a name, Refused 404 for an unknown source.
 */
export const changeIntegrationFilter = async (db: Db, act: Act, change: Change): Promise<readonly IntegrationFilterRow[]> => {
  toolNamed(change.tool)
  const named = subjectOf(change.type, 'x').name !== ''
  if (named !== (change.name !== ''))
    throw new Invalid('wrong_subject', [
      named
        ? { field: 'name', message: 'is missing', remedy: 'name the event' }
        : { field: 'name', message: 'names an event, and these calls have none', remedy: 'leave it out' },
    ])
  return transact(db, async (tx) => {
    if (!(await sourceById(tx, act.spaceId, act.sourceId))) throw notFound('source', act.sourceId)
    await run(tx, change.enabled ? on(act, change) : off(act, change))
    return integrationFiltersAt(tx, act.spaceId, act.sourceId)
  })
}
