import type pg from 'pg'
import type { Connection } from '../../../src/db/connect.ts'
import type { Scale } from '../bench.ts'

export type Population = Scale & { readonly spaceId: string; readonly now: Date }

const NOW = new Date('2026-11-01T00:00:00Z')
const DAYS = 365
const DAY_MS = 86_400_000
const FROM = NOW.getTime() - DAYS * DAY_MS
const FIRST = FROM - DAYS * DAY_MS

/** Event names as a shop has them: of 100 events, those up to this one. */
const NAMES: readonly (readonly [string, number])[] = [
  ['Page Viewed', 38],
  ['Product Viewed', 66],
  ['Product Added', 78],
  ['Email Opened', 86],
  ['Order Completed', 92],
  ['App Opened', 97],
  ['Support Requested', 98],
  ['Order Refunded', 100],
]
const name = `case ${NAMES.map(([text, upTo]) => `when d.draw < ${upTo} then '${text}'`).join(' ')} end`

// People signed up evenly over the year before. Ids are as ingestion makes them, in order of creation; what follows the time is a hash of the number.
const signedUp = (n: string): string => `(${FIRST}::bigint + ${n} * ${DAYS * DAY_MS} / POPULATION)`
const idOf = (n: string): string =>
  `(lpad(to_hex(${signedUp(n)}), 12, '0') || '7' || substr(md5(${n}::text), 1, 3) || '8' || substr(md5(${n}::text), 4, 15))::uuid`

// A number in [0, 2^32) that follows from the row's number: what a random one would be, the same every time.
const hash = (n: string, seed: number): string => `(hashint8extended(${n}, ${seed}) & 4294967295)`

const iso = (at: string): string => `to_char(${at}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`

const people = (space: string, count: number): readonly string[] => [
  `insert into profile (space_id, id, traits, trait_times, identifiers, created_at, updated_at, last_seen_at)
    select ${space}, ${idOf('n')},
      jsonb_build_object('email', 'person' || n || '@example.com', 'first_name', 'Person ' || n,
        'plan', (array['free','free','free','pro','team','enterprise'])[1 + n % 6], 'age', 18 + n % 60,
        'country', (array['us','us','de','fr','gb','in','br'])[1 + n % 7], 'vip', n % 50 = 0,
        'signed_up_at', ${iso('c.at')}, 'address', jsonb_build_object('city', 'City ' || n % 1000))
        || jsonb_build_object('favourite', (array['books','music','games','toys'])[1 + n % 4],
          'interests', jsonb_build_array((array['books','music','games','toys'])[1 + n % 4] || ' ' || n % 400, 'news'))
        || case when n % 6 > 2 then jsonb_build_object('renews_at', ${iso(`c.at + (731 + n % 365) * interval '1 day'`)}) else '{}' end,
      (select jsonb_object_agg(key, c.ms) from unnest(array['email','first_name','plan','age','country','vip','signed_up_at','address','favourite','interests']) as key),
      case when n % 10 = 0 then jsonb_build_object('anonymous_id', jsonb_build_array('visitor ' || n))
        else jsonb_build_object('user_id', jsonb_build_array('user ' || n), 'email', jsonb_build_array('person' || n || '@example.com')) end,
      c.at, c.at, c.at
    from generate_series(1, ${count}::bigint) as n
      cross join lateral (select ${signedUp('n')} as ms, to_timestamp(${signedUp('n')} / 1000.0) as at) as c`,
  `insert into profile_identifier (space_id, collection, type, value, profile_id, source_id, message_id, created_at)
    select ${space}, 'users', i.type, i.value, p.id, 'src', 'seed', p.created_at
    from profile p cross join lateral (select k.key as type, k.value ->> 0 as value from jsonb_each(p.identifiers) as k) as i
    where p.space_id = ${space} order by i.type, i.value`,
]

// One account for two hundred people, and every tenth person in one.
const accounts = (space: string, count: number): readonly string[] => [
  `insert into profile (space_id, id, collection, traits, identifiers, created_at, updated_at)
    select ${space}, md5('account ' || n)::uuid, 'accounts', jsonb_build_object('name', 'Account ' || n, 'employees', n % 500),
      jsonb_build_object('group_id', jsonb_build_array('account ' || n)), to_timestamp(${FIRST} / 1000), to_timestamp(${FIRST} / 1000)
    from generate_series(0, ${accountsOf(count) - 1}) as n`,
  `insert into profile_link (space_id, profile_id, account_id, created_at)
    select ${space}, ${idOf('n')}, md5('account ' || n / 10 % ${accountsOf(count)})::uuid, to_timestamp(${FIRST} / 1000)
    from generate_series(3, ${count}::bigint, 10) as n order by 2, 3`,
]
const accountsOf = (count: number): number => Math.ceil(count / 200)

type Month = { readonly table: string; readonly from: Date; readonly to: Date; readonly first: number; readonly last: number }

// Events are numbered and stored in the order of time, as a table that has grown has them.
const monthsOf = (events: number): readonly Month[] => {
  const months: Month[] = []
  const numberAt = (at: Date): number => Math.ceil((Math.min(at.getTime(), NOW.getTime()) - FROM) / ((DAYS * DAY_MS) / events))
  for (let from = new Date(FROM); from <= NOW; ) {
    const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1))
    months.push({ table: `event_month_${months.length}`, from, to, first: numberAt(from), last: numberAt(to) - 1 })
    from = to
  }
  return months
}

// Some people do much and most do little: the power makes the first of a million some 2,000 times of 20 million.
const fill = (space: string, { profiles, events }: Scale, { table, first, last }: Month): string =>
  `insert into ${table} (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
    select ${space}, ${idOf('d.person')}, d.at, 'seed ' || n, 'track', ${name},
      jsonb_build_object('revenue', d.draw % 7 * 20 + n % 60, 'category', (array['books','music','games','toys'])[1 + n % 4],
        'product_id', 'sku ' || n % 1000) || case when ${name} <> 'Order Completed' then '{}' else jsonb_build_object('shipping', n % 50,
        'products', jsonb_build_array(jsonb_build_object('sku', 'sku ' || n % 1000, 'price', n % 97),
          jsonb_build_object('sku', 'sku ' || n % 991, 'price', n % 89))) end,
      case when n % 5 > 0 then '{"library": {"name": "bench"}}'
        else '{"library": {"name": "bench"}, "device": {"type": "ios"}}' end::jsonb, case when n % 5 > 0 then 'src' else 'app' end, d.at
    from generate_series(${first}::bigint, ${last}::bigint) as n
      cross join lateral (select 1 + floor(${profiles} * power(${hash('n', 1)} / 4294967296.0::float8, 1.5))::bigint as person,
        to_timestamp((${FROM} + n * ${(DAYS * DAY_MS) / events}::float8) / 1000) as at, ${hash('n', 2)} % 100 as draw offset 0) as d`

// Filled without indexes and attached when done: with them, 20 million rows in random order take a quarter of an hour.
const makeMonth = (space: string, scale: Scale, month: Month): readonly string[] => {
  const { table } = month
  const [from, to] = [month.from, month.to].map((at) => `'${at.toISOString()}'`)
  return [
    `create table ${table} (like event including defaults)`,
    fill(space, scale, month).replaceAll('POPULATION', String(scale.profiles)),
    `alter table ${table} add primary key (space_id, profile_id, timestamp, message_id)`,
    `create index on ${table} (space_id, profile_id, name, timestamp)`,
    `create index on ${table} (space_id, name, timestamp)`,
    `alter table ${table} add constraint ${table}_span check (timestamp >= ${from} and timestamp < ${to})`,
    `alter table event attach partition ${table} for values from (${from}) to (${to})`,
    `alter table ${table} drop constraint ${table}_span`,
    `vacuum analyze ${table}`,
  ]
}

const inTwoLanes = async (pool: pg.Pool, tasks: readonly (readonly string[])[]): Promise<void> => {
  const waiting = [...tasks]
  const lane = async (): Promise<void> => {
    const client = await pool.connect()
    try {
      await client.query(`set maintenance_work_mem = '512MB'`)
      for (let task = waiting.shift(); task; task = waiting.shift()) for (const statement of task) await client.query(statement)
      await client.query('reset maintenance_work_mem')
    } finally {
      client.release()
    }
  }
  await Promise.all([lane(), lane()])
}

/**
 * Fills a space with people and a year of events up to `now`, made in the database and the same every time: names, activity and order in
 * the table as a shop's are. Traits `plan`, `age`, `country`, `vip`, `signed_up_at`, `renews_at`, `address.city`, `favourite`, `interests`;
 * properties `revenue`, `category`, `product_id`, of orders also `shipping` and `products`; every tenth person is anonymous, another tenth
 * belongs to accounts.
 */
export const populate = async ({ pool }: Connection, scale: Scale): Promise<Population> => {
  const spaceId = 'spa_bench'
  const space = `'${spaceId}'`
  await pool.query(`insert into space (id, slug, name, created_at) values (${space}, 'bench', 'Benchmark', $1)`, [
    new Date(FIRST),
  ])
  await pool.query(
    `insert into source (space_id, id, name, created_at) values (${space}, 'src', 'Benchmark', $1), (${space}, 'app', 'App', $1)`,
    [new Date(FIRST)],
  )
  await pool.query(`insert into write_key (key, space_id, source_id) values ('bench', ${space}, 'src')`)
  for (const statement of [...people(space, scale.profiles), ...accounts(space, scale.profiles)])
    await pool.query(statement.replaceAll('POPULATION', String(scale.profiles)))
  await pool.query('vacuum analyze profile, profile_identifier, profile_link')
  await inTwoLanes(
    pool,
    monthsOf(scale.events).map((month) => makeMonth(space, scale, month)),
  )
  await pool.query('analyze event')
  return { ...scale, spaceId, now: NOW }
}

/** The user id of a person of a population: the n-th that has one. */
export const knownUser = (n: number): string => `user ${1 + n + Math.floor(n / 9)}`
