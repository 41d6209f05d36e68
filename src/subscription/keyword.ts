import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { SubscriptionStatus } from '../db/rows/subscription.ts'
import { normaliseAddress } from './address.ts'
import { lockStates, vectorKey, writeChanges } from './state.ts'
import { liftTombstones } from './tombstone.ts'

export type Keyword = 'stop' | 'start' | 'help'

// Spec/messaging §3.6: what carriers and Twilio take as opting out, in again, and asking.
const KEYWORDS: Readonly<Record<string, Keyword>> = {
  STOP: 'stop',
  STOPALL: 'stop',
  UNSUBSCRIBE: 'stop',
  CANCEL: 'stop',
  END: 'stop',
  QUIT: 'stop',
  OPTOUT: 'stop',
  REVOKE: 'stop',
  START: 'start',
  YES: 'start',
  UNSTOP: 'start',
  HELP: 'help',
  INFO: 'help',
}

/** The keyword that a text message is, in any case, alone or with punctuation around it; a sentence is none. */
export const keywordOf = (text: string): Keyword | undefined => {
  const word = text
    .trim()
    .toUpperCase()
    .replaceAll(/^[\s"'.!]+|[\s"'.!]+$/g, '')
  return Object.hasOwn(KEYWORDS, word) ? KEYWORDS[word] : undefined
}

// The person's own word: it passes the lock in both directions and is the newest there is.
const write = async (tx: Db, spaceId: string, channel: TextChannel, address: string, status: SubscriptionStatus, now: Date) => {
  await run(
    tx,
    query(
      'subscription.keyword',
      sql`insert into subscription (space_id, channel, address, status, locked, origin, updated_at)
        values (${spaceId}, ${channel}, ${address}, ${status}, ${status === 'unsubscribed'}, 'keyword', ${now})
        on conflict (space_id, channel, address) do update
          set status = excluded.status, locked = excluded.locked, origin = excluded.origin,
            updated_at = greatest(subscription.updated_at, excluded.updated_at)`,
    ),
  )
}

export type TextChannel = 'sms' | 'whatsapp'

/**
 * What an inbound text message does to its sender's number: the STOP family unsubscribes and locks, START, YES and UNSTOP unlock and
 * subscribe, HELP and INFO change nothing and want an answer (spec/messaging §3.6). Any other text is undefined. The channel's other
 * sibling on the same number keeps its own state.
 */
export const applyKeyword = async (
  db: Db,
  spaceId: string,
  phone: string,
  text: string,
  now: Date,
  channel: TextChannel = 'sms',
): Promise<Keyword | undefined> => {
  const keyword = keywordOf(text)
  const address = normaliseAddress(channel, phone)
  if (!keyword || keyword === 'help' || address === undefined) return keyword
  const status = keyword === 'stop' ? 'unsubscribed' : 'subscribed'
  await transact(db, (tx) => textIn(tx, spaceId, channel, address, status, now))
  return keyword
}

const textIn = async (tx: Db, spaceId: string, channel: TextChannel, address: string, status: SubscriptionStatus, now: Date) => {
  const before = (await lockStates(tx, spaceId, [{ channel, address }])).get(vectorKey({ channel, address }))
  await write(tx, spaceId, channel, address, status, now)
  if (status === 'subscribed') await liftTombstones(tx, spaceId, [{ channel, address }])
  if (before?.status === status) return
  const id = idFrom(spaceId, channel, address, '', 'keyword', now.toISOString(), status)
  const previous = before?.status ?? null
  await writeChanges(tx, spaceId, [
    { address, id, channel, group_id: null, status, previous, origin: 'keyword', changed_at: now },
  ])
}

/** What HELP answers. */
export const HELP_TEXT = 'You get these messages because you asked for them. Reply STOP to end them, START to get them again.'
