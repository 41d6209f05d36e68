import { type RawBuilder, sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { Channel, MessageRow, Purpose } from '../db/rows/message.ts'

/** What is sent and why; whom it is sent to comes as rows beside it. */
export type MessageRequest = {
  readonly spaceId: string
  readonly now: Date
  readonly channel: Channel
  /** Key of the template; its current version is what will be rendered. */
  readonly template: string
  readonly purpose: Purpose
  /** Name of a subscription group that must be subscribed too; email only. */
  readonly group?: string | undefined
  readonly journeyId?: string | undefined
  readonly step?: string | undefined
}

/** One send: `key` is the business key (root run, step, visit) under which it happens once, `variables` what the template gets beside the profile. */
export type Recipient = {
  readonly profile_id: string
  readonly run_id: string | null
  readonly key: string
  readonly variables: JsonObject
}

type Way = {
  readonly template_id: string
  readonly version: number
  readonly account_id: string | null
  readonly group_id: string | null
}

const wayOf = ({ spaceId, channel, template, group }: MessageRequest) =>
  query(
    'message.way',
    sql<Way>`select t.id as template_id, t.version,
        (select a.id from provider_account a where a.space_id = ${spaceId} and a.channel = ${channel} and a.enabled
          order by a.created_at, a.id limit 1) as account_id,
        (select g.id from subscription_group g where g.space_id = ${spaceId} and g.name = ${group ?? null}::text) as group_id
      from template t
      where t.space_id = ${spaceId} and t.key = ${template} and t.channel = ${channel} and t.deleted_at is null`,
  )

// A journey never stands still for want of a template or an account: its messages fail with the reason, where people see it.
const startOf = (way: Way | undefined): Pick<MessageRow, 'status' | 'reason'> => {
  if (!way) return { status: 'failed', reason: 'no_template' }
  return way.account_id === null ? { status: 'failed', reason: 'no_provider' } : { status: 'queued', reason: null }
}

// Email and SMS get their address when they are sent; a push goes to every device, so it is a row a token (spec/messaging §1.5).
const one = sql`select r.profile_id, r.run_id, r.key, r.variables, null::text as address, null::text as address_type, false as nowhere from recipient r`

const eachDevice = (spaceId: string): RawBuilder<unknown> => sql`
  select r.profile_id, r.run_id, r.key || coalesce(':' || d.token, '') as key, r.variables,
    d.token as address, d.type as address_type, d.token is null as nowhere
  from recipient r
  left join (profile p
    cross join (values ('ios.push_token'), ('android.push_token')) as t (type)
    cross join lateral jsonb_array_elements_text(p.identifiers -> t.type) as token
    ) on p.space_id = ${spaceId} and p.id = r.profile_id
  cross join lateral (select token, t.type) as d (token, type)`

/**
 * Adds one message per recipient, and for push one per device, inside the caller's transaction, and answers how many are new: a key that
 * is there already stays as it is. They are due at once. Ids are version 8 UUIDs of the space, the profile and the key. A person without a device gets one skipped row that says so.
 */
export const enqueueMessages = async (tx: Db, request: MessageRequest, recipients: RawBuilder<Recipient>): Promise<number> => {
  const { spaceId, now, channel, template, purpose, group, journeyId, step } = request
  const way = await runOne(tx, wayOf(request))
  const { status, reason } = startOf(way)
  const rows = await run(
    tx,
    query(
      'message.enqueue.*',
      sql<{ id: string }>`
      with recipient as not materialized (${recipients}), target as not materialized (${channel === 'push' ? eachDevice(spaceId) : one})
      insert into message (space_id, profile_id, id, key, channel, provider_account_id, template_id, template_version, purpose, group_id,
        address, address_type, variables, journey_id, run_id, step, status, reason, due_at, created_at)
      select ${spaceId}, t.profile_id, overlay(overlay(md5(${spaceId}::text || ' ' || t.profile_id || ' ' || t.key) placing '8' from 13) placing '8' from 17)::uuid, t.key, ${channel}::text,
        ${way?.account_id ?? null}::text, ${way?.template_id ?? template}::text, ${way?.version ?? 0}::integer, ${purpose}::text,
        ${group === undefined ? null : (way?.group_id ?? group)}::text, t.address, t.address_type, t.variables, ${journeyId ?? null}::text,
        t.run_id, ${step ?? null}::text, case when t.nowhere and ${status}::text = 'queued' then 'skipped' else ${status}::text end,
        case when t.nowhere and ${status}::text = 'queued' then 'no_supported_ids' else ${reason}::text end,
        ${now}::timestamptz, ${now}::timestamptz
      from target t
      order by t.profile_id, t.key
      on conflict do nothing
      returning id`,
    ),
  )
  return rows.length
}
