import * as z from 'zod'
import { Refused } from '../../base/errors.ts'
import { spelled } from '../../ingest/identifiers.ts'
import { parseReference } from '../../ingest/reference.ts'
import { findProfile } from '../../profile/read.ts'
import { removeIdentifier } from '../../profile/remove-identifier.ts'
import type { Door } from '../door.ts'

/** The ids to delete: a list, of which there must be one. Looked at by hand, because each way to be wrong has a code of its own (spec/audiences §5.6). */
export const DeleteBody = z.unknown()
export const Deleted = z.object({ code: z.literal('success'), message: z.string() })

const refused = (status: number, code: string, message: string): Refused => new Refused(code, message, { status })

const Entry = z.object({ id: z.string().min(1).max(500), type: z.string().min(1).max(100) })
const Body = z.object({ delete_external_ids: z.array(Entry).length(1, 'holds one id, and no more, in each request') })

const entryOf = (body: unknown): z.infer<typeof Entry> => {
  const { data, error } = Body.safeParse(body)
  const [entry] = data?.delete_external_ids ?? []
  if (entry) return entry
  const [issue] = error?.issues ?? []
  const where = issue?.path.join('.') || 'delete_external_ids'
  throw refused(
    400,
    'bad_request',
    `${where}: ${issue?.message ?? 'holds one id'}. Send {"delete_external_ids":[{"id":"…","type":"email"}]}.`,
  )
}

// An account's id is its name, and a person does not have it: she belongs to it.
const NEVER = new Set(['group_id'])

/** Takes one id from a person who is named by another of hers. @throws Refused with the documented codes. */
export const deleteExternalId = async (
  { db, now }: Door,
  { space, collection, id: named }: { readonly space: string; readonly collection: string; readonly id: string },
  body: unknown,
): Promise<z.infer<typeof Deleted>> => {
  const reference = parseReference(named)
  if (collection !== 'users') throw refused(400, 'bad_request', 'Only ids of people can be deleted: write collections/users.')
  if (!reference || !('type' in reference) || reference.type !== 'user_id')
    throw refused(400, 'bad_request', 'Name the person by a user id: profiles/user_id:<value>.')
  const entry = entryOf(body)
  const type = entry.type.toLowerCase()
  if (NEVER.has(type)) throw refused(400, 'unsupported_eid_type', `An id of type ${type} cannot be deleted.`)
  const identifier = { type, value: spelled(type, entry.id) }
  if (type === 'user_id' && identifier.value === reference.value)
    throw refused(400, 'bad_request', 'A person is not deleted the user id that names them here: the last one stays.')
  for (;;) {
    const profile = await findProfile(db, space, reference, 'users')
    if (!profile) throw refused(404, 'not_found', `No person is known as ${named}.`)
    const done = await removeIdentifier(db, space, profile.id, identifier, now())
    if (done === 'not theirs') throw refused(404, 'eid_not_found', `They have no ${type} ${entry.id}.`)
    if (done === 'removed') return { code: 'success', message: `${type} ${entry.id} is deleted.` }
  }
}
