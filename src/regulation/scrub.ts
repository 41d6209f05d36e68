import { sql } from 'kysely'
import { forgetExported, forgetPreviewed } from '../audience/export/forget.ts'
import { type CallsSent, forgetFrequent, forgetRecent } from '../catalog/forget.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Identifier } from '../profile/identifier.ts'
import { type Mention, mentionedIn, mentionsOf } from './mention.ts'
import { addCounts, type Removed } from './remove.ts'

// Of a file's name and of what somebody said of a failure nothing is lost: it is enough that an id is part of it, unless it is part of many words.
const SHORT = 6
const patternOf = ({ value }: Identifier): string => {
  const text = JSON.stringify(value).toLowerCase()
  return value.length < SHORT ? text : text.slice(1, -1)
}
type One = { readonly one: number }

const scrubDrops = (db: Db, spaceId: string, mentions: readonly Mention[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.source_drop',
      sql<One>`with hit as materialized (select d.source_id, d.hour, d.code, d.subject from source_drop d
          where d.space_id = ${spaceId} and ${mentionedIn(sql`d.sample`, mentions)})
        update source_drop d set sample = 'null', message_id = null from hit h
        where d.space_id = ${spaceId} and d.source_id = h.source_id and d.hour = h.hour and d.code = h.code and d.subject = h.subject returning 1 as one`,
    ),
  )

const scrubViolations = (db: Db, spaceId: string, mentions: readonly Mention[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.violation_hour',
      sql<One>`with hit as materialized (select v.source_id, v.hour, v.id from violation_hour v
          where v.space_id = ${spaceId} and ${mentionedIn(sql`v.sample`, mentions)})
        update violation_hour v set sample = 'null' from hit h
        where v.space_id = ${spaceId} and v.source_id = h.source_id and v.hour = h.hour and v.id = h.id returning 1 as one`,
    ),
  )

const removeCalls = (db: Db, spaceId: string, mentions: readonly Mention[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.raw_call',
      sql<One>`with hit as materialized (select c.source_id, c.id from source_call c
          where c.space_id = ${spaceId} and ${mentionedIn(sql`c.raw`, mentions)})
        delete from source_call c using hit h where c.space_id = ${spaceId} and c.source_id = h.source_id and c.id = h.id returning 1 as one`,
    ),
  )

// What was sent of others may name somebody, and so may what a tool answered.
const removeDeliveries = (db: Db, spaceId: string, mentions: readonly Mention[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.delivered_call',
      sql<One>`with hit as materialized (select d.profile_id, d.id from event_delivery d where d.space_id = ${spaceId}
          and not exists (select from connection_removal r where r.space_id = ${spaceId} and r.profile_id = d.profile_id)
          and ${mentionedIn(sql`concat(d.payload::text, ' ', d.message_id, ' ', d.detail)`, mentions)})
        delete from event_delivery d using hit h where d.space_id = ${spaceId} and d.profile_id = h.profile_id and d.id = h.id returning 1 as one`,
    ),
  )

const removeAttempts = (db: Db, spaceId: string, mentions: readonly Mention[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.exchange',
      sql<One>`with hit as materialized (select a.profile_id, a.delivery_id, a.attempt, a.mapping_id from delivery_attempt a
          where a.space_id = ${spaceId} and ${mentionedIn(sql`concat(a.request::text, ' ', a.response)`, mentions)})
        delete from delivery_attempt a using hit h where a.space_id = ${spaceId} and a.profile_id = h.profile_id and a.delivery_id = h.delivery_id
          and a.attempt = h.attempt and a.mapping_id = h.mapping_id returning 1 as one`,
    ),
  )

const scrubRefusals = (db: Db, spaceId: string, patterns: readonly string[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.import_refusal',
      sql<One>`with hit as materialized (select r.import_id, r.line from import_refusal r
          where r.space_id = ${spaceId} and exists (select from unnest(${patterns}::text[]) as p (text) where strpos(lower(r.message), p.text) > 0))
        update import_refusal r set message = 'is about a person who was erased' from hit h
        where r.space_id = ${spaceId} and r.import_id = h.import_id and r.line = h.line returning 1 as one`,
    ),
  )

const scrubFileNames = (db: Db, spaceId: string, patterns: readonly string[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.import',
      sql<One>`with hit as materialized (select i.id from import i where i.space_id = ${spaceId}
          and exists (select from unnest(${patterns}::text[]) as p (text) where strpos(lower(i.file_name), p.text) > 0))
        update import i set file_name = 'erased.csv' from hit h where i.space_id = ${spaceId} and i.id = h.id returning 1 as one`,
    ),
  )

// What went wrong is said in the words of whoever failed: a database quotes the value that it could not read.
const SAID = {
  import: { column: 'error', keys: ['id'] },
  export: { column: 'error', keys: ['id'] },
  regulation: { column: 'error', keys: ['id'] },
  audience_preview: { column: 'failure', keys: ['id'] },
  audience_evaluation: { column: 'error', keys: ['audience_id', 'id'] },
  audience_state: { column: 'reason', keys: ['audience_id'] },
  computed_trait_state: { column: 'reason', keys: ['computed_trait_id'] },
  sql_trait_run: { column: 'error', keys: ['sql_trait_id', 'number'] },
  journey_failure: { column: 'error', keys: ['cohort_id', 'journey_id', 'version', 'step'] },
  connection_state: { column: 'last_error', keys: ['connection_id'] },
  provider_account_state: { column: 'reason', keys: ['account_id'] },
} as const satisfies Readonly<Record<string, { readonly column: string; readonly keys: readonly string[] }>>

const scrubSaid = (db: Db, spaceId: string, table: keyof typeof SAID, patterns: readonly string[]): Promise<readonly One[]> => {
  const column = sql.ref(`t.${SAID[table].column}`)
  const keys = SAID[table].keys.map((key) => sql.ref(`t.${key}`))
  const same = SAID[table].keys.map((key) => sql`${sql.ref(`t.${key}`)} = ${sql.ref(`h.${key}`)}`)
  return run(
    db,
    query(
      `erase.said_by_${table}`,
      sql<One>`with hit as materialized (select ${sql.join(keys)} from ${sql.table(table)} t where t.space_id = ${spaceId}
          and exists (select from unnest(${patterns}::text[]) as p (text) where strpos(lower(${column}), p.text) > 0))
        update ${sql.table(table)} t set ${sql.ref(SAID[table].column)} = 'is about a person who was erased' from hit h
        where t.space_id = ${spaceId} and ${sql.join(same, sql` and `)} returning 1 as one`,
    ),
  )
}

const callsSent = (db: Db, spaceId: string, ids: readonly string[]): Promise<readonly CallsSent[]> =>
  run(
    db,
    query(
      'erase.calls_sent',
      sql<CallsSent>`select source_id, type, case when type in ('identify', 'group') then '' else name end as name, count(*)::integer as calls
        from event where space_id = ${spaceId} and profile_id in (select r.id from unnest(${ids}::uuid[]) as r (id))
        group by source_id, type, name order by source_id, type, name`,
    ),
  )

// Whoever takes calls in writes what it counted within seconds.
const COUNTED_BY_MS = 30_000
const CALLS_IN_THAT_TIME = 20

/** Forgets the frequent values that may be theirs only, while their events are there to tell how often they can have been counted. */
export const scrubFrequent = async (db: Db, spaceId: string, ids: readonly string[], removed: Removed): Promise<void> =>
  addCounts(removed, 'catalog_seen', await forgetFrequent(db, spaceId, await callsSent(db, spaceId, ids)))

/** The same for what was counted when they were forgotten, and written afterwards. */
export const scrubLateFrequent = async (db: Db, spaceId: string, forgottenAt: Date, removed: Removed): Promise<void> => {
  const since = new Date(forgottenAt.getTime() - COUNTED_BY_MS)
  addCounts(removed, 'catalog_seen', await forgetRecent(db, spaceId, since, CALLS_IN_THAT_TIME))
}

/**
 * Empties the examples and the words of failures, and removes the raw calls, that name somebody by one of these identifiers. A call that names another,
 * whose identifier merely contains it, stays.
 */
export const scrubSamples = async (db: Db, spaceId: string, named: readonly Identifier[], removed: Removed): Promise<void> => {
  if (named.length === 0) return
  const mentions = mentionsOf(named)
  addCounts(removed, 'source_drop', (await scrubDrops(db, spaceId, mentions)).length)
  addCounts(removed, 'violation_hour', (await scrubViolations(db, spaceId, mentions)).length)
  addCounts(removed, 'source_call', (await removeCalls(db, spaceId, mentions)).length)
  const patterns = [...new Set(named.map(patternOf))].toSorted()
  addCounts(removed, 'import_refusal', (await scrubRefusals(db, spaceId, patterns)).length)
  addCounts(removed, 'import', (await scrubFileNames(db, spaceId, patterns)).length)
  for (const table of Object.keys(SAID) as readonly (keyof typeof SAID)[])
    addCounts(removed, table, (await scrubSaid(db, spaceId, table, patterns)).length)
}

/**
 * Removes what was sent, or waits to be, and names somebody by one of these identifiers: once she is forgotten, because until then it tells which tools
 * know of her. What tells a tool to take somebody off stays until it did.
 */
export const scrubDelivered = async (db: Db, spaceId: string, named: readonly Identifier[], removed: Removed): Promise<void> => {
  if (named.length === 0) return
  const mentions = mentionsOf(named)
  addCounts(removed, 'event_delivery', (await removeDeliveries(db, spaceId, mentions)).length)
  addCounts(removed, 'delivery_attempt', (await removeAttempts(db, spaceId, mentions)).length)
}

/** Takes them out of files of exports and of what previews show. */
export const scrubFiles = async (db: Db, spaceId: string, ids: readonly string[], removed: Removed): Promise<void> => {
  addCounts(removed, 'export_part', await forgetExported(db, spaceId, ids))
  addCounts(removed, 'audience_preview', await forgetPreviewed(db, spaceId, ids))
}
