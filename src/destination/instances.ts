import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { DestinationRow } from '../db/rows/destination.ts'
import { changeGate } from '../space/gate.ts'
import { sourceById } from '../space/source.ts'
import type { Destination } from './destination.ts'
import { toolOf } from './destinations/index.ts'
import { dropQueue } from './enqueue.ts'
import { addPresets } from './mappings.ts'
import { missingSettings, storedSettings } from './settings.ts'

/** At most so many destinations of one tool at one source (spec/connections §3.1). */
export const MOST_OF_A_TOOL = 25

/** Who does it, and when. */
export type Act = { readonly spaceId: string; readonly by: string; readonly now: Date }
export type NewDestination = {
  readonly id: string
  readonly sourceId: string
  readonly tool: string
  readonly name: string
  readonly enabled: boolean
  readonly settings: JsonObject
  readonly newMappingId: () => string
}
export type DestinationChange = {
  readonly name?: string | undefined
  readonly enabled?: boolean | undefined
  readonly settings?: JsonObject | undefined
  readonly ratePerSecond?: number | null | undefined
  readonly retryMinutes?: number | undefined
}

/** The destinations of a space, of one source where one is named, by source and name. */
export const listDestinations = (db: Db, spaceId: string, sourceId?: string): Promise<readonly DestinationRow[]> =>
  run(
    db,
    query(
      'destination.list',
      sql<DestinationRow>`select * from destination
        where space_id = ${spaceId} and (${sourceId ?? null}::text is null or source_id = ${sourceId ?? null}::text)
        order by source_id, name`,
    ),
  )

/** One destination, or undefined. */
export const findDestination = (db: Db, spaceId: string, id: string): Promise<DestinationRow | undefined> =>
  runOne(db, query('destination.one', sql<DestinationRow>`select * from destination where space_id = ${spaceId} and id = ${id}`))

/** One destination. @throws Refused 404. */
export const destinationOf = async (db: Db, spaceId: string, id: string): Promise<DestinationRow> => {
  const row = await findDestination(db, spaceId, id)
  if (!row) throw notFound('destination', id)
  return row
}

/** A tool of the catalogue. @throws Invalid where there is none. */
export const toolNamed = (slug: string, field = 'metadataId'): Destination => {
  const tool = toolOf(slug)
  if (tool) return tool
  throw new Invalid('unknown_tool', [
    { field, message: `"${slug}" is no tool of the catalogue`, remedy: 'see GET …/catalog/destinations' },
  ])
}

// Names and numbers of the destinations of a source are decided by one at a time.
const lockSource = async (tx: Db, spaceId: string, sourceId: string): Promise<readonly DestinationRow[]> => {
  await run(tx, query('destination.lock', sql`select id from source where space_id = ${spaceId} and id = ${sourceId} for update`))
  return listDestinations(tx, spaceId, sourceId)
}

const refuseSameName = (there: readonly DestinationRow[], name: string, but?: string): void => {
  const same = there.find((one) => one.name === name && one.id !== but)
  if (same)
    throw new Refused('destination_exists', `The source has a destination "${name}" already (${same.id}): choose another name.`)
}

const refuseIncomplete = (tool: Destination, settings: JsonObject): void => {
  const missing = missingSettings(tool, settings)
  if (missing.length === 0) return
  throw new Invalid(
    'invalid_settings',
    missing.map((key) => ({
      field: `settings.${key}`,
      message: 'is missing',
      remedy: 'send it before the destination is switched on',
    })),
  )
}

/**
 * Makes a destination, with its tool's presets as mappings that are switched off. @throws Invalid for an unknown tool or wrong settings, Refused 404
 * for an unknown source, 409 for a name that is taken.
 */
export const createDestination = async (db: Db, act: Act, made: NewDestination): Promise<DestinationRow> => {
  const { spaceId, by, now } = act
  const tool = toolNamed(made.tool)
  const settings = storedSettings(db, tool, {}, made.settings)
  if (made.enabled) refuseIncomplete(tool, settings)
  return transact(db, async (tx) => {
    if (!(await sourceById(tx, spaceId, made.sourceId))) throw notFound('source', made.sourceId)
    const there = await lockSource(tx, spaceId, made.sourceId)
    refuseSameName(there, made.name)
    if (there.filter((one) => one.tool === made.tool).length >= MOST_OF_A_TOOL)
      throw new Refused('too_many_destinations', `The source has ${MOST_OF_A_TOOL} destinations of ${tool.name} already.`)
    await run(
      tx,
      query(
        'destination.create',
        sql`insert into destination (space_id, id, source_id, tool, name, enabled, settings, created_by, updated_by, created_at, updated_at)
          values (${spaceId}, ${made.id}, ${made.sourceId}, ${made.tool}, ${made.name}, ${made.enabled}, ${JSON.stringify(settings)}::jsonb,
            ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)`,
      ),
    )
    await addPresets(tx, act, made.id, tool, made.newMappingId)
    await changeGate(tx, spaceId, made.sourceId)
    return destinationOf(tx, spaceId, made.id)
  })
}

/** Changes what is given. @throws Invalid for wrong settings, Refused 404, 409 for a name that is taken, 422 where a secret would go elsewhere. */
export const changeDestination = (
  db: Db,
  { spaceId, by, now }: Act,
  id: string,
  change: DestinationChange,
): Promise<DestinationRow> =>
  transact(db, async (tx) => {
    const { source_id: sourceId } = await destinationOf(tx, spaceId, id)
    const there = await lockSource(tx, spaceId, sourceId)
    const old = there.find((one) => one.id === id)
    if (!old) throw notFound('destination', id)
    const tool = toolNamed(old.tool)
    const settings = change.settings ? storedSettings(tx, tool, old.settings, change.settings) : old.settings
    const {
      name = old.name,
      enabled = old.enabled,
      ratePerSecond = old.rate_per_second,
      retryMinutes = old.retry_minutes,
    } = change
    refuseSameName(there, name, id)
    if (enabled) refuseIncomplete(tool, settings)
    await run(
      tx,
      query(
        'destination.change',
        sql`update destination set name = ${name}, enabled = ${enabled}, settings = ${JSON.stringify(settings)}::jsonb,
            rate_per_second = ${ratePerSecond}::integer, retry_minutes = ${retryMinutes}::integer, updated_by = ${by}, updated_at = ${now}::timestamptz
          where space_id = ${spaceId} and id = ${id}`,
      ),
    )
    await changeGate(tx, spaceId, sourceId)
    return destinationOf(tx, spaceId, id)
  })

/** What else goes with a destination, in the same transaction: rooms below this one know. */
export type GoesWithIt = (tx: Db, spaceId: string, id: string) => Promise<void>

/** Deletes a destination with its mappings and filters, and what waits for it; what was delivered stays to be read until it is forgotten. @throws Refused 404. */
export const deleteDestination = async (
  db: Db,
  { spaceId }: Act,
  id: string,
  goesWithIt: GoesWithIt = () => Promise.resolve(),
): Promise<void> => {
  await transact(db, async (tx) => {
    const { source_id } = await destinationOf(tx, spaceId, id)
    await goesWithIt(tx, spaceId, id)
    await run(tx, query('mapping.clear', sql`delete from mapping where space_id = ${spaceId} and destination_id = ${id}`))
    await run(
      tx,
      query(
        'destination_filter.clear',
        sql`delete from destination_filter where space_id = ${spaceId} and destination_id = ${id}`,
      ),
    )
    await run(tx, query('destination.delete', sql`delete from destination where space_id = ${spaceId} and id = ${id}`))
    await changeGate(tx, spaceId, source_id)
  })
  await dropQueue(db, spaceId, id)
}
