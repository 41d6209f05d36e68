import { hash } from 'node:crypto'
import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { FunctionKind, FunctionRow, FunctionVersionRow, SettingDefinition } from '../db/rows/function.ts'
import { changeGate } from '../space/gate.ts'
import { placeAt, problemsOfCode } from './code.ts'
import { HANDLERS, WHICH } from './sandbox/wire.ts'
import { callCode } from './sandbox.ts'

/** Who does it, and when. */
export type Act = { readonly spaceId: string; readonly by: string; readonly now: Date }
/** A function with the code that was saved last. */
export type Saved = FunctionRow & Pick<FunctionVersionRow, 'code' | 'handlers'>

export const MOST_FUNCTIONS = 25
/** The kinds that are run; others are refused when they are made. */
export const KINDS: readonly FunctionKind[] = ['INSERT_SOURCE']

const withCode = sql`f.*, v.code, v.handlers from function f join function_version v
  on v.function_id = f.id and v.number = f.latest`

/** The functions of a space, of one kind where that is named, by name. */
export const listFunctions = (db: Db, spaceId: string, kind?: FunctionKind): Promise<readonly Saved[]> =>
  run(
    db,
    query(
      'function.list',
      sql<Saved>`select ${withCode} where f.space_id = ${spaceId} and v.space_id = ${spaceId}
        and (${kind ?? null}::text is null or f.kind = ${kind ?? null}::text) order by f.name, f.id`,
    ),
  )

/** One function. @throws Refused 404. */
export const functionOf = async (db: Db, spaceId: string, id: string): Promise<Saved> => {
  const row = await runOne(
    db,
    query(
      'function.one',
      sql<Saved>`select ${withCode} where f.space_id = ${spaceId} and v.space_id = ${spaceId} and f.id = ${id}`,
    ),
  )
  if (!row) throw notFound('function', id)
  return row
}

/** What is saved or tried has a process of its own beside that of the calls that come in: whatever it does, they go on. */
export const tryingIn = (spaceId: string): string => `${spaceId} trying`
const SAVE_LIMIT_MS = 5_000

/** The handlers that code has. @throws Invalid with line and column where it cannot be run, or has none. */
export const handlersIn = async (spaceId: string, code: string): Promise<readonly string[]> => {
  const problems = problemsOfCode(code)
  if (problems.length > 0) throw new Invalid('invalid_code', problems)
  const key = `save ${hash('sha256', code)}`
  const [outcome] = await callCode(tryingIn(spaceId), { key, code, settings: '{}', limitMs: SAVE_LIMIT_MS }, [[WHICH, '']])
  const refuse = (message: string, remedy: string): never => {
    throw new Invalid('invalid_code', [{ field: 'code', message, remedy }])
  }
  if (!outcome) return refuse('could not be tried', 'save it again')
  if ('failure' in outcome) {
    const { line, column, message } = outcome.failure
    return refuse(
      line === undefined ? message : `${placeAt(line, column ?? 1)}: ${message}`,
      'code outside of handlers must come to its end',
    )
  }
  const told: unknown = JSON.parse(outcome.gave ?? '[]')
  const handlers = HANDLERS.filter((one) => Array.isArray(told) && told.includes(one))
  if (handlers.length === 0) return refuse('has no handler', `write at least one of ${HANDLERS.join(', ')} as a function`)
  return handlers
}

const refuseKind = (kind: FunctionKind): void => {
  if (KINDS.includes(kind)) return
  const message = `${kind} is not run yet`
  throw new Invalid('function_kind', [{ field: 'resourceType', message, remedy: `write ${KINDS.join(' or ')}` }])
}

const addVersion = async (
  tx: Db,
  { spaceId, by, now }: Act,
  { id, number, code, handlers, from }: { id: string; number: number; code: string; handlers: readonly string[]; from?: number },
): Promise<void> => {
  await run(
    tx,
    query(
      'function_version.add',
      sql`insert into function_version (space_id, function_id, number, code, handlers, restored_from, created_by, created_at)
        values (${spaceId}, ${id}, ${number}::integer, ${code}, ${JSON.stringify(handlers)}::jsonb, ${from ?? null}::integer, ${by}, ${now}::timestamptz)`,
    ),
  )
}

export type NewFunction = {
  readonly id: string
  readonly kind: FunctionKind
  readonly name: string
  readonly description: string
  readonly logoUrl: string | null
  readonly settings: readonly SettingDefinition[]
  readonly code: string
}

/** Makes a function; nothing of it runs before it is deployed. @throws Invalid for its code or its kind, Refused 409 beyond 25. */
export const createFunction = async (db: Db, act: Act, made: NewFunction): Promise<Saved> => {
  refuseKind(made.kind)
  const { spaceId, by, now } = act
  const handlers = await handlersIn(spaceId, made.code)
  return transact(db, async (tx) => {
    const { id, kind, name, description, logoUrl, settings, code } = made
    await run(tx, query('function.lock_space', sql`select id from space where id = ${spaceId} for update`))
    if ((await listFunctions(tx, spaceId)).length >= MOST_FUNCTIONS)
      throw new Refused('too_many_functions', `A space has at most ${MOST_FUNCTIONS} functions: delete one that is not used.`)
    await run(
      tx,
      query(
        'function.create',
        sql`insert into function (space_id, id, kind, name, description, logo_url, settings, latest, created_by, updated_by, created_at, updated_at)
          values (${spaceId}, ${id}, ${kind}, ${name}, ${description}, ${logoUrl}, ${JSON.stringify(settings)}::jsonb, 1,
            ${by}, ${by}, ${now}::timestamptz, ${now}::timestamptz)`,
      ),
    )
    await addVersion(tx, act, { id, number: 1, code, handlers })
    return functionOf(tx, spaceId, id)
  })
}

export type FunctionChange = {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly logoUrl?: string | undefined
  readonly settings?: readonly SettingDefinition[] | undefined
  readonly code?: string | undefined
}

const lock = async (tx: Db, spaceId: string, id: string): Promise<Saved> => {
  await run(tx, query('function.lock', sql`select id from function where space_id = ${spaceId} and id = ${id} for update`))
  return functionOf(tx, spaceId, id)
}

const put = async (tx: Db, { spaceId, by, now }: Act, there: Saved, change: FunctionChange, latest: number): Promise<void> => {
  const { name = there.name, description = there.description, logoUrl = there.logo_url, settings = there.settings } = change
  await run(
    tx,
    query(
      'function.change',
      sql`update function set name = ${name}, description = ${description}, logo_url = ${logoUrl}, settings = ${JSON.stringify(settings)}::jsonb,
          latest = ${latest}::integer, updated_by = ${by}, updated_at = ${now}::timestamptz
        where space_id = ${spaceId} and id = ${there.id}`,
    ),
  )
}

/** Changes a function. Other code is a new version, which runs when it is deployed. @throws Invalid for its code, Refused 404. */
export const changeFunction = async (db: Db, act: Act, id: string, change: FunctionChange): Promise<Saved> => {
  const { spaceId } = act
  const { code } = change
  const handlers = code === undefined ? [] : await handlersIn(spaceId, code)
  return transact(db, async (tx) => {
    const there = await lock(tx, spaceId, id)
    const isNew = code !== undefined && code !== there.code
    const number = there.latest + (isNew ? 1 : 0)
    if (isNew) await addVersion(tx, act, { id, number, code, handlers })
    await put(tx, act, there, change, number)
    await tellSources(tx, spaceId, id)
    return functionOf(tx, spaceId, id)
  })
}

/** What is received from now on is asked by what is deployed and connected now, in every process. */
const tellSources = async (tx: Db, spaceId: string, functionId: string): Promise<void> => {
  const rows = await run(
    tx,
    query(
      'function_instance.hang_on',
      sql<{ integration_id: string }>`select integration_id from function_instance
        where space_id = ${spaceId} and function_id = ${functionId} order by integration_id`,
    ),
  )
  for (const { integration_id } of rows) await changeGate(tx, spaceId, integration_id)
}

/** Lets the code that was saved last run wherever the function hangs. @throws Refused 404. */
export const deployFunction = (db: Db, { spaceId, now }: Act, id: string): Promise<Saved> =>
  transact(db, async (tx) => {
    const { latest } = await lock(tx, spaceId, id)
    await run(
      tx,
      query(
        'function.deploy',
        sql`update function set deployed = ${latest}::integer, deployed_at = ${now}::timestamptz where space_id = ${spaceId} and id = ${id}`,
      ),
    )
    await tellSources(tx, spaceId, id)
    return functionOf(tx, spaceId, id)
  })

/** Deletes a function, its versions, and where it hung. @throws Refused 404. */
export const deleteFunction = (db: Db, spaceId: string, id: string): Promise<void> =>
  transact(db, async (tx) => {
    await lock(tx, spaceId, id)
    await tellSources(tx, spaceId, id)
    await run(
      tx,
      query(
        'function_instance.delete_of',
        sql`delete from function_instance where space_id = ${spaceId} and function_id = ${id}`,
      ),
    )
    await run(
      tx,
      query('function_version.delete_of', sql`delete from function_version where space_id = ${spaceId} and function_id = ${id}`),
    )
    await run(tx, query('function.delete', sql`delete from function where space_id = ${spaceId} and id = ${id}`))
  })

/** The versions of a function, the latest first. @throws Refused 404. */
export const versionsOf = async (db: Db, spaceId: string, id: string): Promise<readonly FunctionVersionRow[]> => {
  await functionOf(db, spaceId, id)
  return run(
    db,
    query(
      'function_version.list',
      sql<FunctionVersionRow>`select * from function_version where space_id = ${spaceId} and function_id = ${id} order by number desc`,
    ),
  )
}

/** Makes the code of an old version the latest again; what is deployed stays. @throws Refused 404. */
export const restoreVersion = (db: Db, act: Act, id: string, number: number): Promise<FunctionVersionRow> =>
  transact(db, async (tx) => {
    const there = await lock(tx, act.spaceId, id)
    const old = (await versionsOf(tx, act.spaceId, id)).find((one) => one.number === number)
    if (!old) throw notFound('version', `${number}`)
    const latest = there.latest + 1
    await addVersion(tx, act, { id, number: latest, code: old.code, handlers: old.handlers, from: number })
    await put(tx, act, there, {}, latest)
    return { ...old, number: latest, restored_from: number, created_by: act.by, created_at: act.now }
  })
