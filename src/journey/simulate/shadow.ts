import { type RawBuilder, sql } from 'kysely'
import { compile } from '../../audience/compile.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'
import type { BranchCondition } from '../branch-condition.ts'
import { compileBranch } from '../compile-branch.ts'
import { type Library, type PlainCondition, plainBranch, sightOf } from './plain.ts'
import type { Ask, Moment } from './world.ts'

/*
 * How a condition is asked about the past without a second meaning of conditions: for each moment (a profile at an instant) a stand-in
 * profile is made whose events are those that had happened by then, moved in time so that all moments become one instant. The one compiled
 * query then answers for all of them at once, whatever their instants. The stand-ins are temporary views called `profile` and `event`,
 * which Postgres finds before the real tables, in a transaction that drops them. Traits have no history: they are as they are today.
 * (As tables, filled anew for each question, they took three times as long: 730,000 rows for the 70,000 purchases of CDNOW.)
 */

/** The instant that all moments are moved to. Any would do: windows only see differences. */
const NOW = new Date('2000-01-01T00:00:00Z')

// Seconds only: adding an interval that has days in it goes through the calendar, and is done a million times.
const shiftOf = (at: RawBuilder<unknown>) =>
  sql`make_interval(secs => ${NOW.getTime() / 1000}::float8 - date_part('epoch', ${at}))`

// Temporary tables have no statistics until they are asked for, and the planner then believes in just-in-time compilation and in nested
// loops. Differences of instants are to be hours and not calendar days, so there is no summer time.
const SETTINGS = sql`select set_config('jit', 'off', true), set_config('work_mem', '64MB', true), set_config('timezone', 'UTC', true)`

const TABLES = {
  history: sql`create temporary table simulated_history (space_id text, profile_id uuid, timestamp timestamptz, message_id text, type text,
    name text, properties jsonb, context jsonb, source_id text, received_at timestamptz) on commit drop`,
  profile: sql`create temporary table simulated_profile (like profile) on commit drop`,
  moment: sql`create temporary table simulated_moment (n integer, id uuid, profile_id uuid, at timestamptz, shift interval, wrote jsonb, context jsonb)
    on commit drop`,
}

const VIEWS = {
  profile: sql`create temporary view profile as
    select p.space_id, m.id, p.collection, p.traits || m.wrote as traits, p.trait_times, p.identifiers, p.merged_into, p.merge_count,
      p.created_at, p.updated_at, p.last_seen_at
    from simulated_moment m join simulated_profile p on p.id = m.profile_id`,
  event: sql`create temporary view event as
    select h.space_id, m.id as profile_id, h.timestamp + m.shift as timestamp, h.message_id, h.type, h.name, h.properties, h.context,
      h.source_id, h.received_at
    from simulated_moment m join simulated_history h on h.profile_id = m.profile_id and h.timestamp <= m.at`,
}

const runAll = async (tx: Db, kind: string, statements: Readonly<Record<string, RawBuilder<unknown>>>): Promise<void> => {
  for (const [name, statement] of Object.entries(statements)) await run(tx, query(`simulate.${kind}_${name}`, statement))
}

/** Copies what the space knows: its people, and events of these names up to `to`. */
const remember = async (tx: Db, spaceId: string, names: readonly string[], to: Date): Promise<void> => {
  await run(
    tx,
    query(
      'simulate.history',
      sql`insert into simulated_history
        select e.space_id, e.profile_id, e.timestamp, e.message_id, e.type, e.name, e.properties, e.context, e.source_id, e.received_at
        from event e where e.space_id = ${spaceId} and e.name = any(${[...names]}::text[]) and e.timestamp <= ${to}::timestamptz`,
    ),
  )
  await run(
    tx,
    query(
      'simulate.profiles',
      sql`insert into simulated_profile select p.* from profile p
        where p.space_id = ${spaceId} and p.collection = 'users' and p.merged_into is null`,
    ),
  )
  await run(tx, query('simulate.analyze_history', sql`analyze simulated_history (space_id, profile_id, name, timestamp)`))
  await run(tx, query('simulate.analyze_profile', sql`analyze simulated_profile (space_id, id, collection, merged_into)`))
}

/**
 * Does some work in a world where `profile` and `event` are the stand-ins; events are those of these names up to `to`. Only what this file
 * answers makes sense there. Always ends the stand-ins with the transaction: a connection that kept them would answer others from them.
 */
export const inShadow = async <T>(
  tx: Db,
  spaceId: string,
  names: readonly string[],
  to: Date,
  work: () => Promise<T>,
): Promise<T> => {
  await run(tx, query('simulate.settings', SETTINGS))
  await runAll(tx, 'table', TABLES)
  await remember(tx, spaceId, names, to)
  await runAll(tx, 'view', VIEWS)
  const done = await work()
  await run(tx, query('simulate.end', sql`drop view pg_temp.profile, pg_temp.event`))
  return done
}

const NOTHING = { audiences: new Map(), computedTraits: new Map() }

/** The one query about a plain condition, over the stand-ins. */
const compiled = (spaceId: string, condition: PlainCondition, externalIds?: readonly string[]) =>
  compile(condition, { spaceId, now: NOW, catalog: NOTHING, filterByExternalIds: externalIds })

const clear = (tx: Db) => run(tx, query('simulate.clear', sql`truncate simulated_moment`))
const analyze = (tx: Db) => run(tx, query('simulate.analyze', sql`analyze simulated_moment (profile_id, id, at)`))

const addMoments = (tx: Db, moments: readonly Moment[]) =>
  run(
    tx,
    query(
      'simulate.moments',
      sql`insert into simulated_moment (n, id, profile_id, at, shift, wrote, context)
        select n, lpad(to_hex(n), 32, '0')::uuid, m.profile_id, m.instant, ${shiftOf(sql`m.instant`)}, m.wrote::jsonb, m.context::jsonb
        from (select n, profile_id, timestamptz 'epoch' + at * interval '1 millisecond' as instant, wrote, context
          from unnest(${moments.map((m) => m.profile)}::uuid[], ${moments.map((m) => m.at)}::float8[],
            ${moments.map((m) => JSON.stringify(m.wrote ?? {}))}::text[], ${moments.map((m) => JSON.stringify(m.context ?? {}))}::text[])
            with ordinality as u (profile_id, at, wrote, context, n)) m`,
    ),
  )

const ask = async (
  tx: Db,
  spaceId: string,
  condition: BranchCondition,
  moments: readonly Moment[],
): Promise<readonly boolean[]> => {
  const { joins, test } = compileBranch(condition, { spaceId, now: NOW, catalog: NOTHING }, sql`m.context`)
  await clear(tx)
  await addMoments(tx, moments)
  await analyze(tx)
  const holds = await run(
    tx,
    query(
      'simulate.ask.*',
      sql<{ n: number }>`select m.n from simulated_moment m join profile p on p.id = m.id ${joins} where ${test}`,
    ),
  )
  const answers = moments.map(() => false)
  for (const { n } of holds) answers[n - 1] = true
  return answers
}

/**
 * Asks the one compiler's query whether a condition holds for each of some moments, all at once. Questions wait for one another: a walk
 * takes its branches side by side, and there is one set of stand-ins.
 */
export const askShadow = (tx: Db, spaceId: string, library: Library): Ask => {
  let before: Promise<unknown> = Promise.resolve()
  return async (condition, moments) => {
    if (moments.length === 0) return []
    const asked = plainBranch(condition, library)
    const answer = before.then(() => ask(tx, spaceId, asked, moments))
    before = answer.catch(() => undefined)
    return answer
  }
}

export type Entrance = { readonly profile: string; readonly at: number }

/**
 * When whom a condition takes in, between two instants: the moments at which it turns true. Time and events can turn it only when an event
 * of its own happens and when one passes an edge of a window, so it is asked at exactly these. Who is in at the beginning enters there if
 * `existing`. A turn by age is found a millisecond after the edge.
 */
export const entrances = async (
  tx: Db,
  spaceId: string,
  asked: { readonly condition: PlainCondition; readonly externalIds: readonly string[] | undefined },
  time: { readonly from: Date; readonly to: Date },
  existing: boolean,
): Promise<readonly Entrance[]> => {
  const sight = sightOf([asked.condition])
  await clear(tx)
  await run(
    tx,
    query(
      'simulate.turns',
      sql`insert into simulated_moment (n, id, profile_id, at, shift, wrote)
        select n, lpad(to_hex(n), 32, '0')::uuid, profile_id, at, ${shiftOf(sql`at`)}, '{}' from (
          select row_number() over () as n, profile_id, at from (
            select p.id as profile_id, ${time.from}::timestamptz as at from simulated_profile p
            union all
            select h.profile_id, h.timestamp + a.age * interval '1 millisecond'
            from simulated_history h cross join unnest(${[0, ...sight.ages.map((age) => age + 1)]}::float8[]) as a (age)
            where h.name = any(${[...sight.names]}::text[])
              and h.timestamp + a.age * interval '1 millisecond' > ${time.from}::timestamptz
              and h.timestamp + a.age * interval '1 millisecond' <= ${time.to}::timestamptz) t) numbered`,
    ),
  )
  await analyze(tx)
  return run(
    tx,
    query(
      'simulate.entrances.*',
      sql<Entrance>`select profile_id as profile, date_part('epoch', at) * 1000 as at from (
          select m.profile_id, m.at, c.profile_id is not null as holds,
            lag(c.profile_id is not null, 1, ${!existing}::boolean) over (partition by m.profile_id order by m.at) as held
          from simulated_moment m left join (${compiled(spaceId, asked.condition, asked.externalIds)}) c on c.profile_id = m.id) t
        where holds and not held order by at, profile_id`,
    ),
  )
}
