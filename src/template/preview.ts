import { sql } from 'kysely'
import { notFound } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'
import type { Variables } from './render.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

type Person = {
  readonly id: string
  readonly traits: JsonObject
  readonly identifiers: Readonly<Record<string, readonly string[]>>
}

const idOfIdentifier = async (db: Db, spaceId: string, text: string): Promise<string | undefined> => {
  const colon = text.indexOf(':')
  const [type, value] = [text.slice(0, colon), text.slice(colon + 1)]
  const found = await runOne(
    db,
    query(
      'template.preview_identifier',
      sql<{ profile_id: string }>`select profile_id from profile_identifier
        where space_id = ${spaceId} and collection = 'users' and type = ${type} and value = ${value}`,
    ),
  )
  return found?.profile_id
}

/** The person to preview as: a profile's id, or `type:value` of one of its identifiers. @throws Refused 404. */
const personOf = async (db: Db, spaceId: string, idOrIdentifier: string): Promise<Person> => {
  const id = UUID.test(idOrIdentifier) ? idOrIdentifier : await idOfIdentifier(db, spaceId, idOrIdentifier)
  const person =
    id &&
    (await runOne(
      db,
      query(
        'template.preview_profile',
        sql<Person>`select id, traits, identifiers from profile where space_id = ${spaceId} and id = ${id}::uuid`,
      ),
    ))
  if (!person) throw notFound('profile', idOrIdentifier)
  return person
}

export type PreviewRequest = {
  /** Absent: nobody, so that each `default` shows. */
  readonly profile?: string | undefined
  /** Sample values, laid over the person's. */
  readonly variables?: JsonObject | undefined
  readonly publicUrl: string
}

/** What a preview is filled in with; its links lead nowhere, since a preview shall not unsubscribe anybody. */
export const previewVariables = async (db: Db, spaceId: string, request: PreviewRequest): Promise<Variables> => {
  const person = request.profile === undefined ? undefined : await personOf(db, spaceId, request.profile)
  const traits = person?.traits ?? {}
  const email = person?.identifiers['email']?.[0] ?? traits['email'] ?? ''
  const phone = person?.identifiers['phone']?.[0] ?? traits['phone'] ?? ''
  const userId = person?.identifiers['user_id']?.[0] ?? ''
  return {
    profile: { id: person?.id ?? '', traits, email, phone, user_id: userId },
    journey: { context: {} },
    message: { id: 'preview' },
    unsubscribe_url: `${request.publicUrl}/unsubscribe/preview`,
    preferences_url: `${request.publicUrl}/preferences/preview`,
    ...request.variables,
  }
}
