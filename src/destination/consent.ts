import { sql } from 'kysely'
import { Invalid, notFound, Refused } from '../base/errors.ts'
import { at, isObject, type JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { ConsentCategoryRow } from '../db/rows/destination.ts'
import { toolOf } from './destinations/index.ts'

/** What an id may be, letter by letter as calls carry it (spec/messaging §9.1). */
export const CATEGORY_ID = /^[^\d\s.][^\s.]{0,33}$/

/** Who does it, and when. */
export type Act = { readonly spaceId: string; readonly by: string; readonly now: Date }
export type NewCategory = Pick<ConsentCategoryRow, 'id' | 'name' | 'tools' | 'enabled'>
export type CategoryChange = { readonly [Key in 'name' | 'tools' | 'enabled']?: NewCategory[Key] | undefined }

/** The consent categories of a space, by id. */
export const consentCategories = (db: Db, spaceId: string): Promise<readonly ConsentCategoryRow[]> =>
  run(
    db,
    query(
      'consent_category.list',
      sql<ConsentCategoryRow>`select * from consent_category where space_id = ${spaceId} order by id`,
    ),
  )

/** One category. @throws Refused 404. */
export const consentCategoryOf = async (db: Db, spaceId: string, id: string): Promise<ConsentCategoryRow> => {
  const found = (await consentCategories(db, spaceId)).find((category) => category.id === id)
  if (!found) throw notFound('consent category', id)
  return found
}

const refuseUnknownTools = (tools: readonly string[]): void => {
  const unknown = tools.filter((slug) => !toolOf(slug))
  if (unknown.length === 0) return
  const message = `names ${unknown.map((slug) => `"${slug}"`).join(', ')}, which the catalogue does not have`
  throw new Invalid('unknown_tool', [{ field: 'destinations', message, remedy: 'see GET …/catalog/destinations' }])
}

/** Makes a category; it is asked of every call that is delivered from now on. @throws Invalid for unknown tools, Refused 409 where it is there. */
export const createConsentCategory = async (
  db: Db,
  { spaceId, by, now }: Act,
  made: NewCategory,
): Promise<ConsentCategoryRow> => {
  refuseUnknownTools(made.tools)
  const rows = await run(
    db,
    query(
      'consent_category.create',
      sql<ConsentCategoryRow>`insert into consent_category (space_id, id, name, tools, enabled, created_by, updated_by, created_at, updated_at)
        values (${spaceId}, ${made.id}, ${made.name}, ${[...new Set(made.tools)].toSorted()}::text[], ${made.enabled}, ${by}, ${by},
          ${now}::timestamptz, ${now}::timestamptz)
        on conflict do nothing returning *`,
    ),
  )
  const [row] = rows
  if (!row) throw new Refused('consent_category_exists', `There is a consent category "${made.id}" already.`)
  return row
}

/** Changes what is given; switched off, its tools get what they would get without it. @throws Invalid, Refused 404. */
export const changeConsentCategory = (db: Db, act: Act, id: string, change: CategoryChange): Promise<ConsentCategoryRow> => {
  const { spaceId, by, now } = act
  refuseUnknownTools(change.tools ?? [])
  return transact(db, async (tx) => {
    await run(
      tx,
      query('consent_category.lock', sql`select id from consent_category where space_id = ${spaceId} and id = ${id} for update`),
    )
    const old = await consentCategoryOf(tx, spaceId, id)
    const { name = old.name, tools = old.tools, enabled = old.enabled } = change
    await run(
      tx,
      query(
        'consent_category.change',
        sql`update consent_category set name = ${name}, tools = ${[...new Set(tools)].toSorted()}::text[], enabled = ${enabled},
            updated_by = ${by}, updated_at = ${now}::timestamptz
          where space_id = ${spaceId} and id = ${id}`,
      ),
    )
    return consentCategoryOf(tx, spaceId, id)
  })
}

/** Deletes a category: nothing is asked for it any more. @throws Refused 404. */
export const deleteConsentCategory = async (db: Db, { spaceId }: Act, id: string): Promise<void> => {
  const gone = await run(
    db,
    query(
      'consent_category.delete',
      sql<{ id: string }>`delete from consent_category where space_id = ${spaceId} and id = ${id} returning id`,
    ),
  )
  if (gone.length === 0) throw notFound('consent category', id)
}

/** The consents that a tool needs: those of all categories that it is in and that are on. */
export const consentsFor = async (db: Db, spaceId: string, tool: string): Promise<readonly string[]> => {
  const categories = await consentCategories(db, spaceId)
  return categories.filter(({ enabled, tools }) => enabled && tools.includes(tool)).map(({ id }) => id)
}

// What somebody chose is told to all who are to keep to it.
const PREFERENCE_UPDATED = 'Segment Consent Preference Updated'
const NO_CONSENT: JsonObject = {}

/** What a call says of consents; undefined where it says nothing, so that nothing is asked of it (spec/messaging §9.3). */
const preferencesIn = (call: JsonObject): JsonObject | undefined => {
  const consent = at(call, ['context', 'consent'])
  if (!isObject(consent)) return undefined
  const preferences = consent['categoryPreferences']
  if (isObject(preferences)) return preferences
  // An empty object says nothing, except beside an integrations object that says something: there Segment takes it for a no.
  const { integrations } = call
  return isObject(integrations) && Object.keys(integrations).length > 0 ? NO_CONSENT : undefined
}

/** The consents that a call does not carry. A category that it does not name was refused. */
export const missingConsents = (needed: readonly string[], call: JsonObject): readonly string[] => {
  if (needed.length === 0 || (call['type'] === 'track' && call['event'] === PREFERENCE_UPDATED)) return []
  const preferences = preferencesIn(call)
  return preferences ? needed.filter((id) => preferences[id] !== true) : []
}
