import { sql } from 'kysely'
import type { Db } from '../../../src/db/database.ts'
import { query, run } from '../../../src/db/query.ts'

export type Size = { readonly profiles: number; readonly events: number }
export type Seeded = Size & { readonly spaceId: string; readonly now: Date }

/** The instant up to which there are events. */
const NOW = new Date('2026-11-01T00:00:00Z')
const MONTHS = 24

// What of a hundred events has which name, as a shop has them.
const SHARES = {
  'Page Viewed': 40,
  'Product Viewed': 20,
  'Product Added': 15,
  'Order Completed': 8,
  'Email Opened': 8,
  'App Opened': 6,
  'Order Refunded': 2,
  'Signed Up': 1,
} as const
const NAMES = `array[${Object.entries(SHARES)
  .flatMap(([name, share]) => Array(share).fill(`'${name}'`))
  .join(',')}]`

const raw = async (db: Db, text: string): Promise<void> => void (await run(db, query('bench.seed*', sql.raw(text))))

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const monthOf = (index: number): Date => new Date(Date.UTC(NOW.getUTCFullYear(), NOW.getUTCMonth() - MONTHS + index, 1))
const idOf = (number: string): string => `md5('profile ' || ${number})::uuid`

const seedProfiles = async (db: Db, space: string, profiles: number): Promise<void> => {
  const now = `timestamptz '${NOW.toISOString()}'`
  await raw(
    db,
    `insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
      select ${space}, p.id, jsonb_build_object('plan', (array['free','pro','team','enterprise'])[1 + n % 4], 'age', 18 + n % 60,
          'country', (array['us','de','fr','gb','in'])[1 + n % 5], 'firstName', 'P' || n),
        case when n % 10 = 0 then jsonb_build_object('anonymous_id', jsonb_build_array('a' || n))
          else jsonb_build_object('user_id', jsonb_build_array('u' || n), 'email', jsonb_build_array('p' || n || '@example.com')) end,
        ${now} - interval '2 years', ${now}
      from (select n, ${idOf('n')} as id from generate_series(1, ${profiles}) as n order by 2) as p`,
  )
  await raw(db, 'vacuum analyze profile')
}

/** One month: filled without indexes and in order of profile, indexed, then attached: some three times as fast as row by row into indexes. */
const seedMonth = async (db: Db, space: string, month: number, profiles: number, events: number): Promise<void> => {
  const table = `event_bench_${month}`
  const [from, to] = [monthOf(month), monthOf(month + 1)]
  const seconds = (to.getTime() - from.getTime()) / 1_000
  await raw(db, `create table ${table} (like event including defaults)`)
  // hashint4 scatters without a random number: which profile, when and what follow from the event's number.
  await raw(
    db,
    `insert into ${table} (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
      select ${space}, ${idOf('e.profile')}, e.at, 'm' || e.n, 'track', (${NAMES})[1 + e.draw],
        jsonb_build_object('revenue', e.revenue, 'category', (array['books','music','games','toys'])[1 + e.n % 4], 'product_id', e.n % 1000),
        '{}', 'src', e.at
      from (select n, 1 + abs(hashint4(n)::bigint) % ${profiles} as profile, abs(hashint4(n + 13)::bigint) % 100 as draw,
          abs(hashint4(n + 7)::bigint) % 500 as revenue,
          timestamptz '${from.toISOString()}' + (abs(hashint4(n * 3 + 1)::bigint) % ${seconds}) * interval '1 second' as at
        from generate_series(${month * events + 1}, ${(month + 1) * events}) as n) as e`,
  )
  await raw(db, `alter table ${table} add primary key (space_id, profile_id, timestamp, message_id)`)
  await raw(db, `create index on ${table} (space_id, profile_id, name, timestamp)`)
  await raw(db, `create index on ${table} (space_id, name, timestamp)`)
  await raw(
    db,
    `alter table event attach partition ${table} for values from ('${from.toISOString()}') to ('${to.toISOString()}')`,
  )
  await raw(db, `vacuum analyze ${table}`)
}

/**
 * Fills a space with people and two years of events up to `now`, made in the database and the same every time. Traits: `plan`, `age`,
 * `country`, `firstName`; properties: `revenue` (0–499), `category`, `product_id`; one profile in ten is anonymous.
 */
export const seed = async (db: Db, { profiles, events }: Size, spaceId = 'spa_bench'): Promise<Seeded> => {
  const space = quoted(spaceId)
  await raw(
    db,
    `insert into space (id, slug, name, created_at) values (${space}, ${space}, 'Benchmark', now()) on conflict do nothing`,
  )
  await seedProfiles(db, space, profiles)
  for (let month = 0; month < MONTHS; month++) await seedMonth(db, space, month, profiles, Math.floor(events / MONTHS))
  await raw(db, 'analyze event')
  return { profiles, events, spaceId, now: NOW }
}
