import { sql } from 'kysely'
import { idFrom } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { Channel } from '../db/rows/message.ts'
import { ingestCalls } from '../ingest/ingest.ts'
import { normaliseAddress } from '../subscription/address.ts'
import { applySubscriptions } from '../subscription/apply.ts'
import { EVENT_NAMES, type Report } from './report.ts'
import { suppressReported } from './suppress.ts'

/** The source that events about messages come from, in every space. */
export const MESSAGE_SOURCE = 'src_messages'

type About = {
  readonly asked_profile_id: string
  readonly profile_id: string
  readonly id: string
  readonly channel: Channel
  readonly address: string | null
  readonly template_id: string
  readonly journey_id: string | null
  readonly run_id: string | null
  readonly step: string | null
  readonly identifiers: Readonly<Record<string, readonly string[]>>
}
type Known = { readonly report: Report; readonly about: About }

const askedProfiles = (spaceId: string, reports: readonly Report[]) =>
  query(
    'message.reported_profiles',
    sql<{ id: string; merged_into: string | null }>`select o.id, o.merged_into from profile o
      where o.space_id = ${spaceId} and o.id in (select unnest(${[...new Set(reports.map((r) => r.profileId))]}::uuid[]))`,
  )

const messagesOf = (spaceId: string, rows: readonly { readonly profileId: string; readonly messageId: string }[]) =>
  query(
    'message.reported',
    sql<
      Omit<About, 'asked_profile_id'>
    >`select m.profile_id, m.id, m.channel, m.address, m.template_id, m.journey_id, m.run_id, m.step, p.identifiers
      from (select distinct * from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.messageId)}::uuid[])) as r (profile_id, message_id)
      join profile p on p.space_id = ${spaceId} and p.id = r.profile_id
      join message m on m.space_id = ${spaceId} and m.profile_id = p.id and m.id = r.message_id`,
  )

// A profile may have gone into another since the message was sent; its messages went with it. Whoever it went into lies elsewhere.
const messagesAbout = async (db: Db, spaceId: string, reports: readonly Report[]): Promise<readonly About[]> => {
  const profiles = await run(db, askedProfiles(spaceId, reports))
  const livingOf = new Map(profiles.map(({ id, merged_into }) => [id, merged_into ?? id]))
  const asked = reports.flatMap(({ profileId, messageId }) => {
    const living = livingOf.get(profileId)
    return living === undefined ? [] : [{ asked: profileId, profileId: living, messageId }]
  })
  const rows = new Map((await run(db, messagesOf(spaceId, asked))).map((row) => [`${row.profile_id} ${row.id}`, row]))
  return asked.flatMap(({ asked: askedId, profileId, messageId }) => {
    const row = rows.get(`${profileId} ${messageId}`)
    return row ? [{ ...row, asked_profile_id: askedId }] : []
  })
}

const knownOf = async (db: Db, spaceId: string, reports: readonly Report[]): Promise<readonly Known[]> => {
  const rows = await messagesAbout(db, spaceId, reports)
  const byKey = new Map(rows.map((row) => [`${row.asked_profile_id} ${row.id}`, row]))
  return reports.flatMap((report) => {
    const about = byKey.get(`${report.profileId} ${report.messageId}`)
    return about ? [{ report, about }] : []
  })
}

const eventId = (spaceId: string, { eventId: id, messageId }: Report): string => idFrom(spaceId, 'delivery event', messageId, id)

const addDeliveryEvents = (tx: Db, spaceId: string, known: readonly Known[]) => {
  const rows = known
    .map(({ report, about }) => ({ ...report, profileId: about.profile_id, id: eventId(spaceId, report) }))
    .toSorted((a, b) => (a.profileId + a.id < b.profileId + b.id ? -1 : 1))
  return run(
    tx,
    query(
      'delivery_event.add',
      sql<{ id: string }>`insert into delivery_event (space_id, profile_id, id, message_id, kind, happened_at, detail)
        select ${spaceId}, r.profile_id, r.id, r.message_id, r.kind, r.happened_at, r.detail::jsonb
        from unnest(${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.messageId)}::uuid[],
          ${rows.map((r) => r.kind)}::text[], ${rows.map((r) => r.happenedAt)}::timestamptz[], ${rows.map((r) => JSON.stringify(r.detail))}::text[])
          as r (profile_id, id, message_id, kind, happened_at, detail)
        order by r.profile_id, r.id on conflict do nothing returning id`,
    ),
  )
}

// The provider had it: what nobody knew is known now.
const resolveUncertain = (tx: Db, spaceId: string, known: readonly Known[]) => {
  const rows = known.map(({ about }) => about).toSorted((a, b) => (a.profile_id + a.id < b.profile_id + b.id ? -1 : 1))
  return run(
    tx,
    query(
      'message.resolve_uncertain',
      sql<{
        id: string
      }>`update message m set status = 'sent', reason = null, sent_at = m.claimed_at, claim = null, claimed_at = null
        from unnest(${rows.map((r) => r.profile_id)}::uuid[], ${rows.map((r) => r.id)}::uuid[]) as r (profile_id, id)
        where m.space_id = ${spaceId} and m.profile_id = r.profile_id and m.id = r.id and m.status = 'uncertain'
        returning m.id`,
    ),
  )
}

// Spam is a no in other words (spec/messaging §3.7). With its own time, so that who subscribed again afterwards stays subscribed.
const endSubscriptions = (tx: Db, spaceId: string, known: readonly Known[], now: Date) => {
  const changes = known.flatMap(({ report, about }) => {
    const ends = report.kind === 'complained' || report.kind === 'unsubscribed'
    const address = about.channel === 'email' && about.address !== null ? normaliseAddress('email', about.address) : undefined
    if (!ends || address === undefined) return []
    return [
      { key: address, channel: 'email' as const, address, status: 'unsubscribed' as const, groups: [], at: report.happenedAt },
    ]
  })
  return applySubscriptions(tx, spaceId, changes, { origin: 'provider', now })
}

const PEOPLE_ARE_THERE = new Set(['opened', 'clicked', 'read', 'complained', 'unsubscribed', 'group_unsubscribed'])

/** How a call names a person whose profile we have: by one identifier, so that it merges nothing. */
export const naming = (identifiers: About['identifiers']): JsonObject => {
  const userId = identifiers['user_id']?.[0]
  if (userId !== undefined) return { userId }
  const anonymousId = identifiers['anonymous_id']?.[0]
  if (anonymousId !== undefined) return { anonymousId }
  const [type, values] = Object.entries(identifiers).find(([, all]) => all.length > 0) ?? []
  return { externalIds: type === undefined ? [] : [{ id: values?.[0] ?? '', type, collection: 'users', encoding: 'none' }] }
}

const callOf = (spaceId: string, { report, about }: Known): readonly JsonObject[] => {
  const event = EVENT_NAMES[about.channel][report.kind]
  if (event === undefined) return []
  const { externalIds, ...ids } = naming(about.identifiers)
  const optional = { journey_id: about.journey_id, run_id: about.run_id, step: about.step }
  return [
    {
      type: 'track',
      event,
      ...ids,
      messageId: eventId(spaceId, report),
      timestamp: report.happenedAt.toISOString(),
      properties: {
        ...report.detail,
        message_id: about.id,
        channel: about.channel,
        address: about.address,
        template_id: about.template_id,
        ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
      },
      context: { active: PEOPLE_ARE_THERE.has(report.kind), ...(externalIds ? { externalIds } : {}) },
    },
  ]
}

/** What a webhook brings from outside: when, and chance for ids. */
export type Arrival = { readonly now: Date; readonly random: (bytes: number) => Uint8Array }

/**
 * Takes what a provider reports: into the messages' histories, into subscriptions, and as events of the people through ingestion like any
 * other call. Reports of messages that this space does not have are left out; a repeated one changes nothing. Answers how many are new.
 */
export const takeReports = async (
  db: Db,
  spaceId: string,
  reports: readonly Report[],
  { now, random }: Arrival,
): Promise<number> => {
  const known = await knownOf(db, spaceId, reports)
  if (known.length === 0) return 0
  const added = await transact(db, async (tx) => {
    const rows = await addDeliveryEvents(tx, spaceId, known)
    await resolveUncertain(tx, spaceId, known)
    await endSubscriptions(tx, spaceId, known, now)
    // Only what is new: an address that was let off is not put on the list again by the same event told again.
    const fresh = new Set(rows.map((row) => row.id))
    await suppressReported(
      tx,
      spaceId,
      known.filter(({ report }) => fresh.has(eventId(spaceId, report))),
    )
    return rows.length
  })
  // All of them, not only the new: if the last time ended between the two steps, the repeat brings what was left out.
  const calls = known.flatMap((one) => callOf(spaceId, one))
  if (calls.length > 0) await ingestCalls(db, { spaceId, sourceId: MESSAGE_SOURCE }, calls, { receivedAt: now, random })
  return added
}
