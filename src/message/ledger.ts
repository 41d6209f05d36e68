import { sql } from 'kysely'
import { notFound } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { DeliveryEventRow, MessageRow, MessageStatus } from '../db/rows/message.ts'
import type { DeliveryKind } from './report.ts'

export type LedgerEvent = { readonly kind: DeliveryKind; readonly happened_at: Date; readonly detail: DeliveryEventRow['detail'] }
/** A message with the names that people know it by, and what happened to it, oldest first. */
export type Entry = Pick<
  MessageRow,
  | 'id'
  | 'profile_id'
  | 'channel'
  | 'status'
  | 'reason'
  | 'attempts'
  | 'address'
  | 'template_id'
  | 'template_version'
  | 'purpose'
  | 'group_id'
  | 'variables'
  | 'journey_id'
  | 'run_id'
  | 'step'
  | 'due_at'
  | 'created_at'
  | 'sent_at'
> & { readonly person: string | null; readonly template_name: string | null; readonly events: readonly LedgerEvent[] }

export type LedgerFilter = {
  readonly status?: MessageStatus | undefined
  readonly journey?: string | undefined
  readonly profile?: string | undefined
  readonly template?: string | undefined
}
/** Where a page begins: after this message, newest first. */
export type LedgerCursor = { readonly createdAt: string; readonly id: string }

const columns = sql`m.id, m.profile_id, m.channel, m.status, m.reason, m.attempts, m.address, m.template_id, m.template_version, m.purpose,
  m.group_id, m.variables, m.journey_id, m.run_id, m.step, m.due_at, m.created_at, m.sent_at,
  coalesce(nullif(concat_ws(' ', p.traits ->> 'first_name', p.traits ->> 'last_name'), ''), p.traits ->> 'name', p.identifiers -> 'email' ->> 0) as person,
  t.name as template_name`

const eventsOf = (spaceId: string) => sql`coalesce((
    select jsonb_agg(jsonb_build_object('kind', d.kind, 'happened_at', d.happened_at, 'detail', d.detail) order by d.happened_at, d.id)
    from delivery_event d where d.space_id = ${spaceId} and d.profile_id = m.profile_id and d.message_id = m.id), '[]') as events`

const dated = (entry: Entry): Entry => ({
  ...entry,
  events: entry.events.map((event) => ({ ...event, happened_at: new Date(event.happened_at) })),
})

/** A page of messages, newest first. */
export const listMessages = async (
  db: Db,
  spaceId: string,
  { status, journey, profile, template }: LedgerFilter,
  page: { readonly count: number; readonly after: LedgerCursor | undefined },
): Promise<readonly Entry[]> => {
  const [filterStatus, filterJourney, filterProfile, filterTemplate] = [
    status ?? null,
    journey ?? null,
    profile ?? null,
    template ?? null,
  ]
  const rows = await run(
    db,
    query(
      'message.list',
      sql<Entry>`select ${columns}, ${eventsOf(spaceId)} from message m
        left join profile p on p.space_id = ${spaceId} and p.id = m.profile_id
        left join template t on t.space_id = ${spaceId} and t.id = m.template_id
        where m.space_id = ${spaceId}
          and (${filterStatus}::text is null or m.status = ${filterStatus}::text)
          and (${filterJourney}::text is null or m.journey_id = ${filterJourney}::text)
          and (${filterProfile}::uuid is null or m.profile_id = ${filterProfile}::uuid)
          and (${filterTemplate}::text is null or m.template_id = ${filterTemplate}::text)
          and (${page.after?.createdAt ?? null}::timestamptz is null
            or (m.created_at, m.id) < (${page.after?.createdAt ?? null}::timestamptz, ${page.after?.id ?? null}::uuid))
        order by m.created_at desc, m.id desc limit ${page.count}`,
    ),
  )
  return rows.map(dated)
}

/** One message. @throws Refused 404. */
export const messageOf = async (db: Db, spaceId: string, id: string): Promise<Entry> => {
  const row = await runOne(
    db,
    query(
      'message.by_id',
      sql<Entry>`select ${columns}, ${eventsOf(spaceId)} from message m
        left join profile p on p.space_id = ${spaceId} and p.id = m.profile_id
        left join template t on t.space_id = ${spaceId} and t.id = m.template_id
        where m.space_id = ${spaceId} and m.id = ${id}`,
    ),
  )
  if (!row) throw notFound('message', id)
  return dated(row)
}
