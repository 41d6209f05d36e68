import { sql } from 'kysely'
import { shownText, storable } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/** Where refused requests are counted that carry no write key of any space. */
export const NO_SPACE = ''

/** One call, or one identifier of a call, that was not taken. `subject`: the field, identifier type, rule or event name it is about. */
export type Drop = {
  readonly sourceId: string
  readonly code: string
  readonly subject: string
  readonly reason: string
  readonly messageId: string | undefined
  readonly at: Date
  /** The call as it came: the first of an hour is kept as an example. */
  readonly call: unknown
}

type Counted = { readonly first: Drop; readonly hour: string; count: number; last: Date }

const HOUR_MS = 3_600_000
const LONGEST_SAMPLE = 8_192
const LONGEST_SUBJECT = 200

// A cut may fall into the middle of a pair of surrogates.
const sampleOf = (call: unknown): string => shownText(call).slice(0, LONGEST_SAMPLE).toWellFormed()

const hourOf = (at: Date): string => new Date(Math.floor(at.getTime() / HOUR_MS) * HOUR_MS).toISOString()

/** Drops as they are counted, by source, hour, code and subject. */
export type CountedDrops = Map<string, Counted>

// However many subjects a sender invents: what is beyond is counted without its subject.
const MOST_KEYS = 5_000

/** Counts one more. */
export const noteDrop = (counted: CountedDrops, given: Drop): void => {
  const subject = storable(given.subject.slice(0, LONGEST_SUBJECT))
  const drop = { ...given, subject: counted.size < MOST_KEYS ? subject : '' }
  const hour = hourOf(drop.at)
  const key = [drop.sourceId, hour, drop.code, drop.subject].join('\u0000')
  const known = counted.get(key)
  if (!known) counted.set(key, { first: drop, hour, count: 1, last: drop.at })
  else {
    known.count++
    if (drop.at > known.last) known.last = drop.at
  }
}

/**
 * Adds what was not taken to what is counted already; the first of each keeps its call as an example. Never in the transaction that stores
 * calls: batches of one source write the same rows, and each would hold them until its commit.
 */
export const recordCounted = async (db: Db, spaceId: string, counted: CountedDrops): Promise<void> => {
  if (counted.size === 0) return
  const rows = [...counted].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
  await run(
    db,
    query(
      'source_drop.record',
      sql`insert into source_drop (space_id, source_id, hour, code, subject, count, reason, sample, message_id, first_at, last_at)
        select ${spaceId}, r.source_id, r.hour, r.code, r.subject, r.count, r.reason, r.sample, r.message_id, r.first_at, r.last_at
        from unnest(${rows.map((r) => r.first.sourceId)}::text[], ${rows.map((r) => r.hour)}::timestamptz[],
          ${rows.map((r) => r.first.code)}::text[], ${rows.map((r) => r.first.subject)}::text[],
          ${rows.map((r) => r.count)}::bigint[], ${rows.map((r) => storable(r.first.reason))}::text[],
          ${rows.map((r) => sampleOf(r.first.call))}::text[], ${rows.map((r) => (r.first.messageId === undefined ? null : storable(r.first.messageId)))}::text[],
          ${rows.map((r) => r.first.at.toISOString())}::timestamptz[], ${rows.map((r) => r.last.toISOString())}::timestamptz[])
          as r (source_id, hour, code, subject, count, reason, sample, message_id, first_at, last_at)
        on conflict (space_id, source_id, hour, code, subject) do update set
          count = source_drop.count + excluded.count, last_at = greatest(source_drop.last_at, excluded.last_at)`,
    ),
  )
}

/** The same for drops that were not counted in memory. */
export const recordDrops = (db: Db, spaceId: string, drops: readonly Drop[]): Promise<void> => {
  const counted: CountedDrops = new Map()
  for (const drop of drops) noteDrop(counted, drop)
  return recordCounted(db, spaceId, counted)
}
