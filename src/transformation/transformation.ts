import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { TransformationRow } from '../db/rows/transformation.ts'
import { changeGate } from '../space/gate.ts'
import { sourceById } from '../space/source.ts'
import { conditionOf, type Subject, subjectFrom } from './condition.ts'
import { Definition, refuseBad } from './definition.ts'
import { sealedDefinition, withOpenKey } from './secret.ts'

/** Who does it, and when. */
export type Act = { readonly spaceId: string; readonly by: string; readonly now: Date }
export type New = {
  readonly id: string
  readonly sourceId: string
  /** Empty: at the source. */
  readonly destination: string
  readonly condition: string
  readonly name: string
  readonly enabled: boolean
  readonly definition: Definition
}
/** After creation only the label, the switch and the new names change. */
export type Edit = {
  readonly name?: string | undefined
  readonly enabled?: boolean | undefined
  readonly newEventName?: string | undefined
  readonly propertyRenames?: Definition['propertyRenames']
}

/** The transformations of a space, of one source where one is named, by source and what they are about. */
export const listTransformations = async (db: Db, spaceId: string, sourceId?: string): Promise<readonly TransformationRow[]> => {
  const rows = await run(
    db,
    query(
      'transformation.list',
      sql<TransformationRow>`select * from transformation
        where space_id = ${spaceId} and (${sourceId ?? null}::text is null or source_id = ${sourceId ?? null}::text)
        order by source_id, type desc, event, destination`,
    ),
  )
  return rows.map((row) => withOpenKey(db, row))
}

/** One transformation. @throws Refused 404. */
export const transformationOf = async (db: Db, spaceId: string, id: string): Promise<TransformationRow> => {
  const row = await runOne(
    db,
    query('transformation.one', sql<TransformationRow>`select * from transformation where space_id = ${spaceId} and id = ${id}`),
  )
  if (!row) throw notFound('transformation', id)
  return withOpenKey(db, row)
}

const other = (tx: Db, spaceId: string, { sourceId, destination }: New, { type, event }: Subject) =>
  runOne(
    tx,
    query(
      'transformation.same',
      sql<{ id: string; name: string }>`select id, name from transformation
        where space_id = ${spaceId} and source_id = ${sourceId} and type = ${type} and event = ${event} and destination = ${destination}`,
    ),
  )

const insert = async (tx: Db, { spaceId, by, now }: Act, made: New, { type, event }: Subject): Promise<boolean> => {
  const { id, sourceId, destination, name, enabled, definition } = made
  const rows = await run(
    tx,
    query(
      'transformation.create',
      sql<{ id: string }>`insert into transformation
          (space_id, id, source_id, destination, type, event, name, enabled, definition, created_by, updated_by, created_at, updated_at)
        values (${spaceId}, ${id}, ${sourceId}, ${destination}, ${type}, ${event}, ${name}, ${enabled}, ${JSON.stringify(sealedDefinition(tx, definition as JsonObject))}::jsonb,
          ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)
        on conflict (space_id, source_id, type, event, destination) do nothing returning id`,
    ),
  )
  return rows.length > 0
}

/** Makes a transformation; it holds for what is received from now on. @throws Invalid, Refused 404 for an unknown source, 409 where there is one for the same. */
export const createTransformation = (db: Db, act: Act, made: New): Promise<TransformationRow> => {
  const subject = subjectFrom(made.condition)
  refuseBad(made.definition, subject)
  return transact(db, async (tx) => {
    const { spaceId } = act
    if (!(await sourceById(tx, spaceId, made.sourceId))) throw notFound('source', made.sourceId)
    if (!(await insert(tx, act, made, subject))) {
      const there = await other(tx, spaceId, made, subject)
      const where = made.destination === '' ? 'this source' : `"${made.destination}" of this source`
      throw new Refused(
        'transformation_exists',
        `There is a transformation for ${conditionOf(subject)} at ${where} already: "${there?.name}" (${there?.id}). Change or delete that one.`,
      )
    }
    await changeGate(tx, spaceId, made.sourceId)
    return transformationOf(tx, spaceId, made.id)
  })
}

const edited = (there: Definition, { newEventName, propertyRenames }: Edit): Definition => {
  const refuse = (field: string, message: string): never => {
    throw new Invalid('fixed', [{ field, message, remedy: 'delete this transformation and make another' }])
  }
  if (newEventName !== undefined && there.newEventName === undefined) refuse('newEventName', 'cannot be added afterwards')
  const olds = (renames: Definition['propertyRenames'] = []) => JSON.stringify(renames.map(({ oldName }) => oldName).toSorted())
  if (propertyRenames && olds(propertyRenames) !== olds(there.propertyRenames))
    refuse('propertyRenames', 'are of other properties: only their new names can be changed')
  return { ...there, ...(newEventName === undefined ? {} : { newEventName }), ...(propertyRenames ? { propertyRenames } : {}) }
}

/** Renames, switches on or off, changes new names (spec/connections §1.7). @throws Invalid where something else would change, Refused 404. */
export const changeTransformation = (db: Db, { spaceId, by, now }: Act, id: string, edit: Edit): Promise<TransformationRow> =>
  transact(db, async (tx) => {
    await run(
      tx,
      query('transformation.lock', sql`select id from transformation where space_id = ${spaceId} and id = ${id} for update`),
    )
    const there = await transformationOf(tx, spaceId, id)
    const definition = edited(Definition.parse(there.definition), edit)
    refuseBad(definition, there)
    const { name = there.name, enabled = there.enabled } = edit
    await run(
      tx,
      query(
        'transformation.change',
        sql`update transformation set name = ${name}, enabled = ${enabled}, definition = ${JSON.stringify(sealedDefinition(tx, definition as JsonObject))}::jsonb,
            updated_by = ${by}, updated_at = ${now}::timestamptz
          where space_id = ${spaceId} and id = ${id}`,
      ),
    )
    await changeGate(tx, spaceId, there.source_id)
    return transformationOf(tx, spaceId, id)
  })

/** Deletes a transformation: what it changed stays changed. @throws Refused 404. */
export const deleteTransformation = (db: Db, spaceId: string, id: string): Promise<void> =>
  transact(db, async (tx) => {
    const { source_id } = await transformationOf(tx, spaceId, id)
    await run(tx, query('transformation.delete', sql`delete from transformation where space_id = ${spaceId} and id = ${id}`))
    await changeGate(tx, spaceId, source_id)
  })
