import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Identifier } from '../profile/identifier.ts'
import { addCounts, type Removed } from './remove.ts'

// A short id is part of many words: it counts where it stands alone, between quotes.
const SHORT = 6
const patternOf = ({ value }: Identifier): string => {
  const text = JSON.stringify(value).toLowerCase()
  return value.length < SHORT ? text : text.slice(1, -1)
}
type One = { readonly one: number }

const scrubDrops = (db: Db, spaceId: string, patterns: readonly string[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.source_drop',
      sql<One>`with hit as materialized (select d.source_id, d.hour, d.code, d.subject from source_drop d
          where d.space_id = ${spaceId} and exists (select from unnest(${patterns}::text[]) as p (text) where strpos(lower(d.sample), p.text) > 0))
        update source_drop d set sample = 'null', message_id = null from hit h
        where d.space_id = ${spaceId} and d.source_id = h.source_id and d.hour = h.hour and d.code = h.code and d.subject = h.subject returning 1 as one`,
    ),
  )

const scrubViolations = (db: Db, spaceId: string, patterns: readonly string[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.violation_hour',
      sql<One>`with hit as materialized (select v.source_id, v.hour, v.id from violation_hour v
          where v.space_id = ${spaceId} and exists (select from unnest(${patterns}::text[]) as p (text) where strpos(lower(v.sample), p.text) > 0))
        update violation_hour v set sample = 'null' from hit h
        where v.space_id = ${spaceId} and v.source_id = h.source_id and v.hour = h.hour and v.id = h.id returning 1 as one`,
    ),
  )

const removeCalls = (db: Db, spaceId: string, patterns: readonly string[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.raw_call',
      sql<One>`with hit as materialized (select c.source_id, c.id from source_call c
          where c.space_id = ${spaceId} and exists (select from unnest(${patterns}::text[]) as p (text) where strpos(lower(c.raw), p.text) > 0))
        delete from source_call c using hit h where c.space_id = ${spaceId} and c.source_id = h.source_id and c.id = h.id returning 1 as one`,
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

const scrubImports = (db: Db, spaceId: string, patterns: readonly string[]): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.import',
      sql<One>`with hit as materialized (select i.id from import i where i.space_id = ${spaceId} and exists (
          select from unnest(${patterns}::text[]) as p (text) where strpos(lower(i.file_name), p.text) > 0 or strpos(lower(i.error), p.text) > 0))
        update import i set file_name = 'erased.csv', error = case when i.error is null then null else 'unexpected_error' end from hit h
        where i.space_id = ${spaceId} and i.id = h.id returning 1 as one`,
    ),
  )

// Whose values these are cannot be asked: a name is written like any other word. They are counted anew from what comes in.
const scrubFrequent = (db: Db, spaceId: string): Promise<readonly One[]> =>
  run(
    db,
    query(
      'erase.catalog_seen',
      sql<One>`update catalog_seen set frequent = '{}' where space_id = ${spaceId} and frequent <> '{}' returning 1 as one`,
    ),
  )

/** Empties the examples and frequent values, and removes the raw calls, that name somebody by one of these identifiers. */
export const scrubSamples = async (db: Db, spaceId: string, named: readonly Identifier[], removed: Removed): Promise<void> => {
  const patterns = [...new Set(named.map(patternOf))].toSorted()
  if (patterns.length === 0) return
  addCounts(removed, 'source_drop', (await scrubDrops(db, spaceId, patterns)).length)
  addCounts(removed, 'violation_hour', (await scrubViolations(db, spaceId, patterns)).length)
  addCounts(removed, 'catalog_seen', (await scrubFrequent(db, spaceId)).length)
  addCounts(removed, 'import_refusal', (await scrubRefusals(db, spaceId, patterns)).length)
  addCounts(removed, 'import', (await scrubImports(db, spaceId, patterns)).length)
  addCounts(removed, 'source_call', (await removeCalls(db, spaceId, patterns)).length)
}

/**
 * Files of exports and people of previews of the whole space: which of them hold her cannot be asked, and both are kept for a day at most. What
 * is being made is made anew.
 */
export const dropFiles = async (db: Db, spaceId: string, removed: Removed): Promise<void> => {
  const parts = await run(
    db,
    query('erase.export_part', sql<One>`delete from export_part where space_id = ${spaceId} returning 1 as one`),
  )
  addCounts(removed, 'export_part', parts.length)
  await run(
    db,
    query(
      'erase.export',
      sql`update export set expires_at = null, claim = null, claimed_until = null where space_id = ${spaceId}
        and (expires_at is not null or claim is not null)`,
    ),
  )
  const previews = await run(
    db,
    query(
      'erase.audience_preview',
      sql<One>`update audience_preview set results = '[]' where space_id = ${spaceId} and results is not null and results <> '[]' returning 1 as one`,
    ),
  )
  addCounts(removed, 'audience_preview', previews.length)
}
