import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { computedTraitsOf, findProfile } from '../profile/read.ts'
import type { Rendered } from '../template/render.ts'
import { renderMessage } from '../template/render.ts'
import { loadTemplateVersion } from '../template/template.ts'
import type { Entry } from './ledger.ts'
import { variablesOf } from './prepare.ts'

/**
 * What a message says, filled in as the person is now: texts are not kept, what they were made of is. Its links lead nowhere, since looking
 * at a message shall not unsubscribe anybody. Undefined when it cannot be filled in.
 */
export const contentsOf = async (db: Db, spaceId: string, entry: Entry, publicUrl: string): Promise<Rendered | undefined> => {
  try {
    const { compiled } = await loadTemplateVersion(db, spaceId, entry.template_id, entry.template_version)
    const profile = await findProfile(db, spaceId, { id: entry.profile_id })
    const computed = profile ? await computedTraitsOf(db, spaceId, profile.id) : []
    const traits: JsonObject = { ...profile?.traits, ...Object.fromEntries(computed.map(({ key, value }) => [key, value])) }
    const person = { id: entry.profile_id, traits, identifiers: profile?.identifiers ?? {} }
    const links = { unsubscribe_url: `${publicUrl}/unsubscribe/preview`, preferences_url: `${publicUrl}/preferences/preview` }
    return renderMessage(compiled, variablesOf(person, entry.variables, links, entry.id))
  } catch (error) {
    if (error instanceof Error && error.name === 'Refused') return undefined
    throw error
  }
}
