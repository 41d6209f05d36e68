import { sql } from 'kysely'
import { notFound } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { SubscriptionChannel, SuppressionReason, SuppressionRow } from '../db/rows/subscription.ts'
import { normaliseAddress } from './address.ts'
import { byText, type Vector, vectorKey } from './state.ts'

/** What says that nothing shall go to an address any more: the fate of one message. */
export type Suppressing = Vector & {
  readonly reason: SuppressionReason
  readonly profileId: string
  readonly messageId: string
  readonly detail: JsonObject
  readonly at: Date
}
export type Suppression = Omit<SuppressionRow, 'space_id'>

/** Why an address is suppressed, in words. */
export const SUPPRESSION_WORDS: Readonly<Record<SuppressionReason, string>> = {
  bounced: 'A message to it bounced for good.',
  complained: 'Its owner marked a message as spam.',
  invalid: 'The provider says that it does not exist, or not any more.',
}

/** Suppresses addresses; one that is suppressed keeps the event that was first. What is no address is left out. */
export const suppressAddresses = async (db: Db, spaceId: string, all: readonly Suppressing[]): Promise<void> => {
  const rows = all
    .flatMap((each) => {
      const address = normaliseAddress(each.channel, each.address)
      return address === undefined ? [] : [{ ...each, address }]
    })
    .toSorted((a, b) => byText(vectorKey(a), vectorKey(b)))
  if (rows.length === 0) return
  await run(
    db,
    query(
      'suppression.add',
      sql`insert into suppression (space_id, channel, address, reason, profile_id, message_id, detail, suppressed_at)
        select ${spaceId}, r.channel, r.address, r.reason, r.profile_id, r.message_id, r.detail::jsonb, r.suppressed_at
        from unnest(${rows.map((r) => r.channel)}::text[], ${rows.map((r) => r.address)}::text[], ${rows.map((r) => r.reason)}::text[],
          ${rows.map((r) => r.profileId)}::uuid[], ${rows.map((r) => r.messageId)}::uuid[], ${rows.map((r) => JSON.stringify(r.detail))}::text[],
          ${rows.map((r) => r.at)}::timestamptz[]) as r (channel, address, reason, profile_id, message_id, detail, suppressed_at)
        on conflict do nothing`,
    ),
  )
}

/** Which of these addresses are suppressed, keyed by `vectorKey`. */
export const readSuppressions = async (
  db: Db,
  spaceId: string,
  vectors: readonly Vector[],
): Promise<ReadonlyMap<string, Suppression>> => {
  if (vectors.length === 0) return new Map()
  const rows = await run(
    db,
    query(
      'suppression.of_addresses',
      sql<Suppression>`select s.channel, s.address, s.reason, s.profile_id, s.message_id, s.detail, s.suppressed_at
        from unnest(${vectors.map((v) => v.channel)}::text[], ${vectors.map((v) => v.address)}::text[]) as r (channel, address)
        join suppression s on s.space_id = ${spaceId} and s.channel = r.channel and s.address = r.address`,
    ),
  )
  return new Map(rows.map((row) => [vectorKey(row), row]))
}

export type SuppressionPage = {
  readonly count: number
  readonly channel?: SubscriptionChannel | undefined
  readonly search?: string | undefined
  /** Where the page before ended: the instant and `channel:address`. */
  readonly after?: { readonly at: Date; readonly id: string } | undefined
}

/** A page of a space's suppressed addresses, newest first. */
export const listSuppressions = (db: Db, spaceId: string, page: SuppressionPage): Promise<readonly Suppression[]> => {
  const { at, id } = page.after ?? { at: null, id: null }
  const like = page.search === undefined ? null : `%${page.search.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`
  return run(
    db,
    query(
      'suppression.list',
      sql<Suppression>`select channel, address, reason, profile_id, message_id, detail, suppressed_at from suppression
        where space_id = ${spaceId} and (${page.channel ?? null}::text is null or channel = ${page.channel ?? null}::text)
          and (${like}::text is null or lower(address) like ${like}::text)
          and (${at}::timestamptz is null or (suppressed_at, channel || ':' || address) < (${at}::timestamptz, ${id}::text))
        order by suppressed_at desc, channel || ':' || address desc limit ${page.count}`,
    ),
  )
}

/** Takes an address off the list: messages go to it again as its subscription says. @throws Refused 404 where it is not on it. */
export const removeSuppression = async (db: Db, spaceId: string, channel: SubscriptionChannel, raw: string): Promise<void> => {
  const address = normaliseAddress(channel, raw) ?? raw
  const removed = await run(
    db,
    query(
      'suppression.remove',
      sql<{
        address: string
      }>`delete from suppression where space_id = ${spaceId} and channel = ${channel} and address = ${address}
        returning address`,
    ),
  )
  if (removed.length === 0) throw notFound('suppressed address', address)
}
