import { sql } from 'kysely'
import { Invalid, Refused } from '../base/errors.ts'
import { idFrom } from '../base/ids.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Channel } from '../db/rows/message.ts'
import type { SubscriptionChannel } from '../db/rows/subscription.ts'
import { normaliseAddress } from '../subscription/address.ts'
import type { Template } from '../template/template.ts'
import { accountsOf } from './account.ts'

/** Whom a test that is for nobody in particular is for: no profile has this id, so every `default` shows. */
export const NOBODY_ID = '00000000-0000-8000-8000-000000000000'

export type TestSend = {
  readonly spaceId: string
  readonly now: Date
  readonly template: Template
  /** Whom it is filled in for. */
  readonly profile?: { readonly id: string; readonly identifiers: Readonly<Record<string, readonly string[]>> } | undefined
  readonly to: string
  /** Makes two tests two. */
  readonly key: string
}

type Address = { readonly type: string; readonly channel: SubscriptionChannel }

const addressOf = (channel: Channel, { to, profile }: TestSend): Address => {
  switch (channel) {
    case 'email':
      return { type: 'email', channel: 'email' }
    case 'sms':
    case 'whatsapp':
      return { type: 'phone', channel }
    case 'push':
      return profile?.identifiers['ios.push_token']?.includes(to)
        ? { type: 'ios.push_token', channel: 'ios_push' }
        : { type: 'android.push_token', channel: 'android_push' }
  }
}

/**
 * Puts one message to an address of the operator's choice into the queue: rendered and sent like any other, without asking for
 * subscriptions (spec/messaging §1.6 step 0). Answers its id. @throws Invalid for an address that is none, Refused without an account.
 */
export const sendTest = async (db: Db, send: TestSend): Promise<string> => {
  const { spaceId, now, template, profile, key } = send
  const { type, channel } = addressOf(template.channel, send)
  const address = normaliseAddress(channel, send.to)
  if (address === undefined)
    throw new Invalid('invalid', [
      {
        field: 'to',
        message: `is no address for ${template.channel}`,
        remedy: 'write an e-mail address, a phone number in E.164 or a device token',
      },
    ])
  const account = (await accountsOf(db, spaceId)).find((each) => each.enabled && each.channel === template.channel)
  if (!account)
    throw new Refused('no_provider', `This space has no enabled provider account for ${template.channel}: make one first.`)
  const id = idFrom(spaceId, 'test message', key)
  await run(
    db,
    query(
      'message.add_test',
      sql`insert into message (space_id, profile_id, id, key, channel, provider_account_id, template_id, template_version, purpose, address,
          address_type, variables, due_at, created_at)
        values (${spaceId}, ${profile?.id ?? NOBODY_ID}, ${id}, ${key}, ${template.channel}, ${account.id}, ${template.id}, ${template.version}, 'test',
          ${address}, ${type}, '{"journey":{"context":{}}}'::jsonb, ${now}, ${now})
        on conflict do nothing`,
    ),
  )
  return id
}
