import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { keyFrom } from '../base/key.ts'
import type { Db } from '../db/database.ts'
import { type Query, query, run, runOne, transact } from '../db/query.ts'
import type { JourneyRow, JourneyVersionRow } from '../db/rows/journey.ts'
import { keysLike, nounInWords, takeKey } from '../space/key.ts'
import type { JourneyDefinition } from './definition.ts'

export type NewJourney = {
  readonly id: string
  readonly name: string
  /** Derived from the name where it is left out, and then made to differ from what is there. */
  readonly key?: string | undefined
  readonly description?: string | undefined
  readonly definition: JourneyDefinition
  readonly by: string
}

export type JourneyChange = {
  readonly name?: string | undefined
  readonly description?: string | undefined
  /** Becomes the draft, whatever the status: what is live stays as it was published. */
  readonly definition?: JourneyDefinition | undefined
  readonly by: string
}

/** A journey with the definition of its live version, where it has one. */
export type JourneyWithLive = JourneyRow & { readonly live_definition: JsonObject | null }

const byIdOrKey = (spaceId: string, idOrKey: string): Query<JourneyWithLive> =>
  query(
    'journey.by_id',
    sql<JourneyWithLive>`select j.*, v.definition as live_definition from journey j
      left join journey_version v on v.space_id = ${spaceId} and v.journey_id = j.id and v.version = j.live_version
      where j.space_id = ${spaceId} and (j.id = ${idOrKey} or j.key = ${idOrKey}) and j.deleted_at is null
      order by j.id = ${idOrKey} desc limit 1`,
  )

/** The journey of that id or key. @throws Refused 404. */
export const journeyOf = async (db: Db, spaceId: string, idOrKey: string): Promise<JourneyWithLive> => {
  const row = await runOne(db, byIdOrKey(spaceId, idOrKey))
  if (!row) throw notFound('journey', idOrKey)
  return row
}

/** A page of journeys, newest first, after the journey `after`; and how many there are. */
export const listJourneys = async (
  db: Db,
  spaceId: string,
  page: { readonly count: number; readonly after?: { readonly at: Date; readonly id: string } | undefined },
): Promise<{ readonly journeys: readonly JourneyWithLive[]; readonly total: number }> => {
  const { at, id } = page.after ?? { at: null, id: '' }
  const journeys = await run(
    db,
    query(
      'journey.list',
      sql<JourneyWithLive>`select j.*, v.definition as live_definition from journey j
        left join journey_version v on v.space_id = ${spaceId} and v.journey_id = j.id and v.version = j.live_version
        where j.space_id = ${spaceId} and j.deleted_at is null
          and (${at}::timestamptz is null or (j.created_at, j.id) < (${at}::timestamptz, ${id}))
        order by j.created_at desc, j.id desc limit ${page.count}`,
    ),
  )
  const counted = await runOne(
    db,
    query(
      'journey.count',
      sql<{ total: number }>`select count(*) as total from journey where space_id = ${spaceId} and deleted_at is null`,
    ),
  )
  return { journeys, total: counted?.total ?? 0 }
}

/** The published versions, newest first. */
export const versionsOf = (db: Db, spaceId: string, journeyId: string): Promise<readonly JourneyVersionRow[]> =>
  run(
    db,
    query(
      'journey_version.list',
      sql<JourneyVersionRow>`select * from journey_version where space_id = ${spaceId} and journey_id = ${journeyId} order by version desc`,
    ),
  )

// Names are compared under a lock on the space: two who take the same name at once must not both get it.
const lockNames = async (tx: Db, spaceId: string): Promise<void> => {
  await run(tx, query('journey.lock_names', sql`select id from space where id = ${spaceId} for update`))
}

const refuseTakenName = async (tx: Db, spaceId: string, name: string, except: string): Promise<void> => {
  const taken = await runOne(
    tx,
    query(
      'journey.name_taken',
      sql<{
        id: string
      }>`select id from journey where space_id = ${spaceId} and name = ${name} and id <> ${except} and deleted_at is null limit 1`,
    ),
  )
  if (taken)
    throw new Invalid('name_taken', [
      { field: 'name', message: `"${name}" is taken`, remedy: 'Give the journey a name of its own.' },
    ])
}

/** A key is never used again, not even after its journey was deleted: destinations would take one for the other (spec/audiences §10.3). */
const freeKey = async (tx: Db, spaceId: string, journey: NewJourney, now: Date): Promise<string> => {
  const wanted = journey.key ?? (keyFrom(journey.name).slice(0, 240) || 'journey')
  if (journey.key === undefined) {
    const taken = await keysLike(tx, spaceId, wanted)
    for (let n = 1; ; n++) {
      const key = n === 1 ? wanted : `${wanted}_${n}`
      if (!taken.has(key) && !(await takeKey(tx, spaceId, key, 'journey', now))) return key
    }
  }
  const noun = await takeKey(tx, spaceId, wanted, 'journey', now)
  if (!noun) return wanted
  throw new Invalid('key_taken', [
    {
      field: 'key',
      message: `"${wanted}" is or was the key of ${noun === 'audience' ? 'an' : 'a'} ${nounInWords(noun)}`,
      remedy: 'Use a key that was never used.',
    },
  ])
}

/** Makes a draft. It may be unfinished: what keeps it from being published is said by `validate`. @throws Invalid name_taken, key_taken. */
export const createJourney = (db: Db, spaceId: string, journey: NewJourney, now: Date): Promise<JourneyWithLive> =>
  transact(db, async (tx) => {
    await lockNames(tx, spaceId)
    await refuseTakenName(tx, spaceId, journey.name, journey.id)
    const key = await freeKey(tx, spaceId, journey, now)
    await run(
      tx,
      query(
        'journey.create',
        sql`insert into journey (space_id, id, key, name, description, draft, created_by, updated_by, created_at, updated_at)
          values (${spaceId}, ${journey.id}, ${key}, ${journey.name}, ${journey.description ?? ''}, ${JSON.stringify(journey.definition)}::jsonb,
            ${journey.by}, ${journey.by}, ${now}, ${now}) on conflict do nothing`,
      ),
    )
    return journeyOf(tx, spaceId, journey.id)
  })

/** Changes name, description or draft. The live version is never touched: a change of the plan is a new version. @throws Invalid name_taken. */
export const changeJourney = (
  db: Db,
  spaceId: string,
  idOrKey: string,
  change: JourneyChange,
  now: Date,
): Promise<JourneyWithLive> =>
  transact(db, async (tx) => {
    const { id } = await journeyOf(tx, spaceId, idOrKey)
    if (change.name !== undefined) {
      await lockNames(tx, spaceId)
      await refuseTakenName(tx, spaceId, change.name, id)
    }
    const draft = change.definition === undefined ? null : JSON.stringify(change.definition)
    await run(
      tx,
      query(
        'journey.change',
        sql`update journey set name = case when ${change.name ?? null}::text is null then name else ${change.name ?? null}::text end,
            description = case when ${change.description ?? null}::text is null then description else ${change.description ?? null}::text end,
            draft = case when ${draft}::jsonb is null then draft else ${draft}::jsonb end,
            updated_by = ${change.by}, updated_at = ${now}
          where space_id = ${spaceId} and id = ${id} and deleted_at is null`,
      ),
    )
    return journeyOf(tx, spaceId, id)
  })

/** Deletes a draft or an archived journey; its runs and transitions stay as history, its key stays taken. @throws Refused not_deletable. */
export const deleteJourney = async (db: Db, spaceId: string, idOrKey: string, by: string, now: Date): Promise<void> => {
  const { id, status } = await journeyOf(db, spaceId, idOrKey)
  const deleted = await run(
    db,
    query(
      'journey.delete',
      sql`update journey set deleted_at = ${now}, updated_at = ${now}, updated_by = ${by}
        where space_id = ${spaceId} and id = ${id} and status in ('draft', 'archived') and deleted_at is null returning id`,
    ),
  )
  if (deleted.length === 0) throw new Refused('not_deletable', `This journey is ${status}: archive it first, then delete it.`)
}
