import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { query, runOne } from '../db/query.ts'
import { ingestCalls } from '../ingest/ingest.ts'
import { normaliseAddress } from '../subscription/address.ts'
import { applyKeyword, type Keyword } from '../subscription/keyword.ts'
import { type Arrival, MESSAGE_SOURCE } from './take-reports.ts'

/** A text message from a person: `from` and `to` as the provider writes them. */
export type Inbound = { readonly sid: string; readonly from: string; readonly to: string; readonly text: string }

const holderOf = (spaceId: string, phone: string) =>
  query(
    'message.phone_holder',
    sql<{ profile_id: string }>`select profile_id from profile_identifier
      where space_id = ${spaceId} and collection = 'users' and type = 'phone' and value = ${phone}`,
  )

/**
 * Takes a text message from a person: STOP, START and their like change the number's state at once, and it is an event of the person whose
 * number it is (spec/messaging §3.6). A number that nobody has changes its state too, and makes no profile. The same again changes nothing.
 */
export const takeInbound = async (
  db: Db,
  spaceId: string,
  { sid, from, to, text }: Inbound,
  { now, random }: Arrival,
): Promise<Keyword | undefined> => {
  const channel = from.startsWith('whatsapp:') ? 'whatsapp' : 'sms'
  const phone = normaliseAddress(channel, from)
  if (phone === undefined) return undefined
  const keyword = await applyKeyword(db, spaceId, phone, text, now, channel)
  if (!(await runOne(db, holderOf(spaceId, phone)))) return keyword
  const event = {
    type: 'track',
    event: channel === 'sms' ? 'SMS Received' : 'WhatsApp Message Received',
    messageId: idFrom(spaceId, 'inbound', sid),
    timestamp: now.toISOString(),
    properties: { from: phone, to, text, channel, ...(keyword ? { keyword } : {}) },
    context: { externalIds: [{ id: phone, type: 'phone', collection: 'users', encoding: 'none' }] },
  }
  await ingestCalls(db, { spaceId, sourceId: MESSAGE_SOURCE }, [event], { receivedAt: now, random })
  return keyword
}
