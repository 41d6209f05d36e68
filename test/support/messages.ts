import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { idFrom } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { Db } from '../../src/db/database.ts'
import { query, run } from '../../src/db/query.ts'
import type { Channel, ProviderKind } from '../../src/db/rows/message.ts'
import { type Account, createAccount } from '../../src/message/account.ts'
import { createDelivery } from '../../src/message/delivery.ts'
import type { DeliveryContext } from '../../src/message/drain.ts'
import { enqueueMessages, type MessageRequest, type Recipient } from '../../src/message/enqueue.ts'
import { createSpace } from '../../src/space/space.ts'
import { createTemplate } from '../../src/template/template.ts'

export type Somebody = {
  readonly name: string
  readonly email?: readonly string[]
  readonly phone?: readonly string[]
  readonly ios?: readonly string[]
  readonly android?: readonly string[]
  /** Status by subscription channel; applied to every address of it. */
  readonly subscribed?: Readonly<Record<string, string>>
}

export const personId = (spaceId: string, name: string): string => idFrom(spaceId, 'person', name)

/** Puts people straight into the tables: these tests are not about ingestion. */
export const addPeople = async (db: Db, spaceId: string, people: readonly Somebody[]): Promise<void> => {
  const rows = people.map(({ name, email, phone, ios, android }) => ({
    id: personId(spaceId, name),
    traits: { first_name: name },
    identifiers: {
      user_id: [name],
      ...(email ? { email } : {}),
      ...(phone ? { phone } : {}),
      ...(ios ? { 'ios.push_token': ios } : {}),
      ...(android ? { 'android.push_token': android } : {}),
    },
  }))
  await run(
    db,
    query(
      'test.*',
      sql`insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
        select ${spaceId}, r.id, r.traits::jsonb, r.identifiers::jsonb, now(), now()
        from unnest(${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => JSON.stringify(r.traits))}::text[],
          ${rows.map((r) => JSON.stringify(r.identifiers))}::text[]) as r (id, traits, identifiers)`,
    ),
  )
  for (const { subscribed, ...addresses } of people) await subscribe(db, spaceId, addresses, subscribed ?? {})
}

const TYPES = { email: 'email', sms: 'phone', whatsapp: 'phone', ios_push: 'ios', android_push: 'android' } as const

const subscribe = async (
  db: Db,
  spaceId: string,
  person: Omit<Somebody, 'subscribed'>,
  states: Readonly<Record<string, string>>,
) => {
  for (const [channel, status] of Object.entries(states))
    for (const address of person[TYPES[channel as keyof typeof TYPES]] ?? [])
      await setState(db, spaceId, channel, address, status)
}

export const setState = (db: Db, spaceId: string, channel: string, address: string, status: string) =>
  run(
    db,
    query(
      'test.*',
      sql`insert into subscription (space_id, channel, address, status, origin, updated_at) values (${spaceId}, ${channel}, ${address}, ${status}, 'test', now())
        on conflict (space_id, channel, address) do update set status = excluded.status`,
    ),
  )

const MJML = `<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ profile.traits.first_name }}, <a href="{{ unsubscribe_url }}">leave</a></mj-text></mj-column></mj-section></mj-body></mjml>`

/** A space with one template a channel: `welcome_email`, `welcome_sms`, `welcome_push`. */
export const addSpace = async (db: Db, spaceId: string): Promise<void> => {
  const now = new Date()
  await createSpace(db, { id: spaceId, slug: spaceId, name: spaceId }, now)
  const email = { channel: 'email' as const, source: { subject: 'Hi {{ profile.traits.first_name }}', mjml: MJML } }
  const sms = { channel: 'sms' as const, source: { body: 'Hi {{ profile.traits.first_name }}. Reply STOP to unsubscribe' } }
  const push = {
    channel: 'push' as const,
    source: { title: 'Hi {{ profile.traits.first_name }}', body: 'Come back', link: 'shop://home' },
  }
  await createTemplate(db, spaceId, { key: 'welcome_email', name: 'Welcome', content: email }, now)
  await createTemplate(db, spaceId, { key: 'welcome_sms', name: 'Welcome', content: sms }, now)
  await createTemplate(db, spaceId, { key: 'welcome_push', name: 'Welcome', content: push }, now)
}

export const addAccount = (
  db: Db,
  spaceId: string,
  account: {
    kind: ProviderKind
    channel: Channel
    settings: JsonObject
    ratePerSecond?: number
    policy?: Account['policy']
    id?: string
  },
): Promise<Account> => createAccount(db, spaceId, { id: `acc_${account.channel}`, name: 'Test', ...account }, new Date())

/** One message each to people by name, as a journey's send step does it. */
export const enqueue = (
  db: Db,
  spaceId: string,
  names: readonly string[],
  change: Partial<MessageRequest> = {},
  step = 'step',
): Promise<number> => {
  const channel = change.channel ?? 'email'
  const request: MessageRequest = {
    spaceId,
    now: new Date(),
    channel,
    template: `welcome_${channel}`,
    purpose: 'marketing',
    step,
    ...change,
  }
  return enqueueMessages(
    db,
    request,
    sql<Recipient>`select r.id as profile_id, null::uuid as run_id, ${step}::text || ':' || r.id as key, '{"event":{"properties":{}}}'::jsonb as variables
      from unnest(${names.map((name) => personId(spaceId, name))}::uuid[]) as r (id)`,
  )
}

export type MessageState = {
  readonly name: string
  readonly status: string
  readonly reason: string | null
  readonly address: string | null
  readonly attempts: number
  readonly due_at: Date
  readonly provider_message_id: string | null
  readonly id: string
}

export const messagesOf = (db: Db, spaceId: string): Promise<readonly MessageState[]> =>
  run(
    db,
    query(
      'test.*',
      sql<MessageState>`select p.traits ->> 'first_name' as name, m.status, m.reason, m.address, m.attempts, m.due_at, m.provider_message_id, m.id
        from message m join profile p on p.space_id = ${spaceId} and p.id = m.profile_id
        where m.space_id = ${spaceId} order by name, m.address`,
    ),
  )

export const contextOf = (db: Db, change: Partial<DeliveryContext> = {}): DeliveryContext => ({
  db,
  now: () => new Date(),
  newClaim: () => randomUUID(),
  publicUrl: 'http://usher.test',
  secret: 'a secret of the tests',
  lease: '30 seconds',
  ...change,
})

/** Drains an account once, as the workflow's activity does, without waiting for more. */
export const drainOnce = async (context: DeliveryContext, spaceId: string, accountId: string): Promise<void> => {
  const delivery = createDelivery(context, async () => {}, { lingerMs: 0 })
  try {
    await delivery.drain({ spaceId, accountId }, { beat: () => {}, signal: new AbortController().signal })
  } finally {
    delivery.close()
  }
}
