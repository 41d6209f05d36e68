import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { MappingRow } from '../db/rows/destination.ts'
import { parseFql } from '../fql/parse.ts'
import type { Action, Destination } from './destination.ts'
import { toolOf } from './destinations/index.ts'
import { refuseBadFields, withUsual } from './fields.ts'

/** At most so many mappings of one destination (spec/messaging §8.6). */
export const MOST_MAPPINGS = 50

/** Who does it, at which destination of which tool, and when. */
export type At = {
  readonly spaceId: string
  readonly destinationId: string
  readonly tool: string
  readonly by: string
  readonly now: Date
}
export type NewMapping = Pick<MappingRow, 'id' | 'name' | 'action' | 'enabled'> & {
  readonly trigger?: string | undefined
  readonly fields: JsonObject
}
export type MappingChange = {
  readonly name?: string | undefined
  readonly trigger?: string | undefined
  readonly fields?: JsonObject | undefined
  readonly enabled?: boolean | undefined
}

/** The mappings of a destination in the order in which they are asked. */
export const listMappings = (db: Db, spaceId: string, destinationId: string): Promise<readonly MappingRow[]> =>
  run(
    db,
    query(
      'mapping.list',
      sql<MappingRow>`select * from mapping where space_id = ${spaceId} and destination_id = ${destinationId} order by position, id`,
    ),
  )

/** One mapping. @throws Refused 404. */
export const mappingOf = async (db: Db, spaceId: string, destinationId: string, id: string): Promise<MappingRow> => {
  const found = (await listMappings(db, spaceId, destinationId)).find((mapping) => mapping.id === id)
  if (!found) throw notFound('mapping', id)
  return found
}

const actionOf = (tool: string, slug: string): Action => {
  const actions = toolOf(tool)?.actions ?? {}
  const action = Object.hasOwn(actions, slug) ? actions[slug] : undefined
  if (action) return action
  const remedy = `there are ${Object.keys(actions).join(', ')}`
  throw new Invalid('unknown_action', [{ field: 'actionId', message: `"${slug}" is no action of this tool`, remedy }])
}

const insert = async (
  tx: Db,
  { spaceId, destinationId, by, now }: At,
  mapping: Omit<MappingRow, keyof Stamps>,
): Promise<void> => {
  await run(
    tx,
    query(
      'mapping.create',
      sql`insert into mapping (space_id, id, destination_id, name, action, trigger, fields, enabled, position, created_by, updated_by, created_at, updated_at)
        values (${spaceId}, ${mapping.id}, ${destinationId}, ${mapping.name}, ${mapping.action}, ${mapping.trigger},
          ${JSON.stringify(mapping.fields)}::jsonb, ${mapping.enabled}, ${mapping.position}, ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)`,
    ),
  )
}
type Stamps = Pick<MappingRow, 'space_id' | 'destination_id' | 'created_by' | 'updated_by' | 'created_at' | 'updated_at'>

const lock = (tx: Db, { spaceId, destinationId }: At): Promise<unknown> =>
  run(tx, query('mapping.lock', sql`select id from destination where space_id = ${spaceId} and id = ${destinationId} for update`))

/** Gives a new destination its tool's presets, switched off. */
export const addPresets = async (
  tx: Db,
  act: Omit<At, 'destinationId' | 'tool'>,
  destinationId: string,
  tool: Destination,
  newId: () => string,
): Promise<void> => {
  const at = { ...act, destinationId, tool: tool.slug }
  for (const [position, { action, name, trigger, fields }] of tool.presets.entries())
    await insert(tx, at, { id: newId(), name, action, trigger, fields, enabled: false, position })
}

const add = (db: Db, at: At, made: Omit<MappingRow, keyof Stamps | 'position'>): Promise<MappingRow> =>
  transact(db, async (tx) => {
    await lock(tx, at)
    const there = await listMappings(tx, at.spaceId, at.destinationId)
    if (there.length >= MOST_MAPPINGS)
      throw new Refused('too_many_mappings', `The destination has ${MOST_MAPPINGS} mappings already: delete one first.`)
    await insert(tx, at, { ...made, position: 1 + Math.max(-1, ...there.map(({ position }) => position)) })
    return mappingOf(tx, at.spaceId, at.destinationId, made.id)
  })

/** Makes a mapping, asked after those that are there. @throws Invalid for an unknown action, wrong FQL or fields, Refused 409 for a 51st. */
export const createMapping = async (db: Db, at: At, made: NewMapping): Promise<MappingRow> => {
  const action = actionOf(at.tool, made.action)
  const { trigger = action.defaultTrigger } = made
  parseFql(trigger)
  const fields = withUsual(action, made.fields)
  refuseBadFields(action, fields, made.enabled)
  return add(db, at, { ...made, trigger, fields })
}

const LONGEST_NAME = 255

/** Makes the same mapping once more, switched off, so that it may be changed before it sends anything (spec/messaging §8.6). @throws Refused 404, 409 for a 51st. */
export const copyMapping = async (db: Db, at: At, id: string, newId: string): Promise<MappingRow> => {
  const { name, action, trigger, fields } = await mappingOf(db, at.spaceId, at.destinationId, id)
  const copied = `${name.slice(0, LONGEST_NAME - ' (Copy)'.length)} (Copy)`
  return add(db, at, { id: newId, name: copied, action, trigger, fields, enabled: false })
}

/** Changes what is given; calls that are delivered from now on meet it. @throws Invalid, Refused 404. */
export const changeMapping = (db: Db, at: At, id: string, change: MappingChange): Promise<MappingRow> =>
  transact(db, async (tx) => {
    await lock(tx, at)
    const old = await mappingOf(tx, at.spaceId, at.destinationId, id)
    const { name = old.name, trigger = old.trigger, fields = old.fields, enabled = old.enabled } = change
    parseFql(trigger)
    refuseBadFields(actionOf(at.tool, old.action), fields, enabled)
    await run(
      tx,
      query(
        'mapping.change',
        sql`update mapping set name = ${name}, trigger = ${trigger}, fields = ${JSON.stringify(fields)}::jsonb, enabled = ${enabled},
            updated_by = ${at.by}, updated_at = ${at.now}::timestamptz
          where space_id = ${at.spaceId} and id = ${id}`,
      ),
    )
    return mappingOf(tx, at.spaceId, at.destinationId, id)
  })

/** Deletes a mapping, for good. @throws Refused 404. */
export const deleteMapping = async (db: Db, at: At, id: string): Promise<void> => {
  const gone = await run(
    db,
    query(
      'mapping.delete',
      sql<{
        id: string
      }>`delete from mapping where space_id = ${at.spaceId} and destination_id = ${at.destinationId} and id = ${id} returning id`,
    ),
  )
  if (gone.length === 0) throw notFound('mapping', id)
}
