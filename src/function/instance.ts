import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { FunctionInstanceRow, FunctionRow } from '../db/rows/function.ts'
import { changeGate } from '../space/gate.ts'
import { sourceById } from '../space/source.ts'
import { type Act, functionOf } from './function.ts'
import { laidOver, storedSecrets, valuesOf } from './setting.ts'

/** The instances of a space, of one function where that is named. */
export const listInstances = (db: Db, spaceId: string, functionId?: string): Promise<readonly FunctionInstanceRow[]> =>
  run(
    db,
    query(
      'function_instance.list',
      sql<FunctionInstanceRow>`select * from function_instance where space_id = ${spaceId}
        and (${functionId ?? null}::text is null or function_id = ${functionId ?? null}::text) order by created_at, id`,
    ),
  )

/** One instance. @throws Refused 404. */
export const instanceOf = async (db: Db, spaceId: string, id: string): Promise<FunctionInstanceRow> => {
  const row = await runOne(
    db,
    query(
      'function_instance.one',
      sql<FunctionInstanceRow>`select * from function_instance where space_id = ${spaceId} and id = ${id}`,
    ),
  )
  if (!row) throw notFound('insert function instance', id)
  return row
}

const refuseNotDeployed = ({ deployed, name }: Pick<FunctionRow, 'deployed' | 'name'>, enabled: boolean): void => {
  if (!enabled || deployed !== null) return
  const message = `"${name}" is not deployed`
  throw new Invalid('not_deployed', [{ field: 'enabled', message, remedy: 'deploy the function first, or leave this off' }])
}

export type NewInstance = {
  readonly id: string
  readonly functionId: string
  readonly integrationId: string
  readonly name: string
  readonly enabled: boolean
  readonly settings: JsonObject
  readonly limitSeconds: number
}

/**
 * Hangs a function on a source, at most one on each. @throws Invalid for its settings or where it is switched on and not deployed, Refused 404 for an
 * unknown function or source, 409 where there is one.
 */
export const createInstance = (db: Db, act: Act, made: NewInstance): Promise<FunctionInstanceRow> =>
  transact(db, async (tx) => {
    const { spaceId, by, now } = act
    const { id, functionId, integrationId, name, enabled, limitSeconds } = made
    const there = await functionOf(tx, spaceId, functionId)
    if (!(await sourceById(tx, spaceId, integrationId))) throw notFound('source', integrationId)
    refuseNotDeployed(there, enabled)
    const { shown, secret } = laidOver(there.settings, { shown: {}, secret: {} }, made.settings, enabled)
    const rows = await run(
      tx,
      query(
        'function_instance.create',
        sql<{
          id: string
        }>`insert into function_instance (space_id, id, function_id, integration_id, name, enabled, settings, secrets, limit_seconds,
            created_by, updated_by, created_at, updated_at)
          values (${spaceId}, ${id}, ${functionId}, ${integrationId}, ${name}, ${enabled}, ${JSON.stringify(shown)}::jsonb,
            ${storedSecrets(tx, secret)}, ${limitSeconds}::integer, ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)
          on conflict (space_id, integration_id) do nothing returning id`,
      ),
    )
    if (rows.length === 0)
      throw new Refused(
        'insert_function_exists',
        'There is an insert function on this source already: change or delete that one.',
      )
    await changeGate(tx, spaceId, integrationId)
    return instanceOf(tx, spaceId, id)
  })

export type InstanceChange = {
  readonly name?: string | undefined
  readonly enabled?: boolean | undefined
  readonly settings?: JsonObject | undefined
  readonly limitSeconds?: number | undefined
}

/** Changes an instance; settings are laid over those that are there. @throws as `createInstance`. */
export const changeInstance = (db: Db, act: Act, id: string, change: InstanceChange): Promise<FunctionInstanceRow> =>
  transact(db, async (tx) => {
    const { spaceId, by, now } = act
    await run(
      tx,
      query(
        'function_instance.lock',
        sql`select id from function_instance where space_id = ${spaceId} and id = ${id} for update`,
      ),
    )
    const old = await instanceOf(tx, spaceId, id)
    const { name = old.name, enabled = old.enabled, limitSeconds = old.limit_seconds } = change
    const there = await functionOf(tx, spaceId, old.function_id)
    refuseNotDeployed(there, enabled)
    const { shown, secret } = laidOver(there.settings, valuesOf(tx, old), change.settings ?? {}, enabled)
    await run(
      tx,
      query(
        'function_instance.change',
        sql`update function_instance set name = ${name}, enabled = ${enabled}, settings = ${JSON.stringify(shown)}::jsonb,
            secrets = ${storedSecrets(tx, secret)}, limit_seconds = ${limitSeconds}::integer, updated_by = ${by}, updated_at = ${now}::timestamptz
          where space_id = ${spaceId} and id = ${id}`,
      ),
    )
    await changeGate(tx, spaceId, old.integration_id)
    return instanceOf(tx, spaceId, id)
  })

/** Takes a function from where it hangs. @throws Refused 404. */
export const deleteInstance = (db: Db, spaceId: string, id: string): Promise<void> =>
  transact(db, async (tx) => {
    const { integration_id } = await instanceOf(tx, spaceId, id)
    await run(
      tx,
      query('function_instance.delete', sql`delete from function_instance where space_id = ${spaceId} and id = ${id}`),
    )
    await changeGate(tx, spaceId, integration_id)
  })
