import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { Catalog } from './catalog.ts'
import { lower } from './compile.ts'
import { type Computation, scopeOf } from './computation.ts'
import { gathered, isLiving } from './gather.ts'
import type { Changes } from './membership.ts'
import type { Sql } from './operator.ts'
import { universe } from './scope.ts'
import { sharing } from './share.ts'

/*
 * Many audiences that look at the same profiles are asked in one statement: for each profile one reading of its events, with a column for every
 * different question (`share.ts`), and a list of answers, one for each audience. One statement each took a probe of the profile, one of its
 * events and one of its membership for every audience, and five round trips: twice as long over 10,000 profiles and three times over 1,000 (100 audiences).
 * What follows from the answers is written for all of them by one statement a table. It works on the copies that `gather.ts` made.
 */

export type Audience = Extract<Computation, { kind: 'audience' }>

/** An audience under its lock, and what it must look at: the number and the instant of this evaluation are the business key of what it writes. */
export type Asked = {
  readonly audience: Audience
  readonly number: number
  readonly at: Date
  readonly batches: readonly string[]
}

/** No statement asks more at once: R8 allows no longer list of ids, and a statement no more than 1,664 columns. */
export const MOST_TOGETHER = 100

type In = { readonly spaceId: string; readonly catalog: Catalog }
type Row = { readonly id: string; readonly number: number; readonly at: Date; readonly evaluatedVersion: number }
type Locked = Row & { readonly audience: Audience }

/** Takes the locks of audiences as `lock` takes one; those that somebody else evaluates now are passed by. The plan is not worth compiling to machine code. */
export const lockAll = async (
  tx: Db,
  spaceId: string,
  audiences: readonly Audience[],
  at: Date,
  timeoutMs: number,
): Promise<readonly Locked[]> => {
  const byId = new Map(audiences.map((each) => [each.id, each]))
  const rows = await run(
    tx,
    query(
      'audience.lock_all',
      sql<Row>`update audience_state set evaluation = evaluation + 1,
          evaluated_at = case when evaluated_at > ${at}::timestamptz then evaluated_at else ${at}::timestamptz end
        where space_id = ${spaceId} and audience_id in (select audience_id from audience_state
          where space_id = ${spaceId} and audience_id = any(${[...byId.keys()].toSorted()}::text[]) order by audience_id for update skip locked)
        returning audience_id as id, evaluation as number, evaluated_at as at, evaluated_version as "evaluatedVersion",
          set_config('statement_timeout', ${String(timeoutMs)}, true), set_config('jit', 'off', true)`,
    ),
  )
  return rows.map((row) => ({
    ...row,
    audience: must(byId.get(row.id), 'a locked audience is one of those that were asked for'),
  }))
}

type Pair = { readonly id: string; readonly batch: string }

/** Takes batches of audiences, as `takeDue` does for one; answers those that are still due. */
export const takeAllDue = (tx: Db, spaceId: string, pairs: readonly Pair[]): Promise<readonly Pair[]> =>
  run(
    tx,
    query(
      'computation_due.take_all',
      sql<Pair>`delete from computation_due where space_id = ${spaceId} and profiles is not null and (computation_id, batch) in (
          select * from unnest(${pairs.map(({ id }) => id)}::text[], ${pairs.map(({ batch }) => batch)}::text[]))
        returning computation_id as id, batch`,
    ),
  )

/** For each batch the audiences that look at it, as bits in their order. */
const masksOf = (asked: readonly Asked[]): readonly (readonly [batch: string, mask: string])[] => {
  const batches = [...new Set(asked.flatMap((each) => each.batches))]
  return batches.map((batch) => [batch, asked.map((each) => (each.batches.includes(batch) ? '1' : '0')).join('')])
}

/** Each different eligibility once: most audiences have the same. */
export const eligibilities = () => {
  const columns: Sql[] = []
  const known = new Map<string, Sql>()
  return {
    columns,
    of: (key: string, test: () => Sql): Sql => {
      const column = known.get(key) ?? sql.ref(`p.u${known.size}`)
      if (!known.has(key)) columns.push(sql`, ${test()} as ${sql.ref(`u${known.size}`)}`)
      known.set(key, column)
      return column
    },
  }
}

/** The answers of all audiences for their profiles: `profile_id`, the place of the audience among them, `holds`, which is null where it does not look at the profile. */
const answersOf = (db: Db, { spaceId, catalog }: In, asked: readonly Asked[]): Sql => {
  const { share, columns } = sharing(db)
  const eligible = eligibilities()
  const tests = asked.map(({ audience, at }, index) => {
    // Each profile is looked at by key, as candidates are; which ones, the bits say.
    const scope = { ...scopeOf(audience, { spaceId, catalog, now: at, candidates: sql`select null::uuid` }), share }
    const able = eligible.of(JSON.stringify(scope.filterByExternalIds ?? null), () =>
      universe({ ...scope, candidates: undefined }),
    )
    return sql`case when get_bit(p.asked, ${sql.lit(index)}) = 1 then coalesce(${able} and ${lower(audience.condition, scope).test}, false) end`
  })
  const measured = columns()
  const events = measured
    ? sql`cross join lateral (select ${measured} from event e where e.space_id = ${spaceId} and e.profile_id = p.id) l`
    : sql``
  return sql`select p.candidate as profile_id, unnest(${asked.map((_, place) => place)}::integer[]) as place,
      unnest(array[${sql.join(tests)}]::boolean[]) as holds
    from (select w.profile_id as candidate, w.asked, p.*${sql.join(eligible.columns, sql``)}
      from who w left join profile p on p.space_id = ${spaceId} and p.id = w.profile_id offset 0) p ${events}`
}

/** Finds who enters and who leaves, into `gathered_change`; answers how many by audience. A repeat finds the same, under the same ids. */
export const findChanges = async (tx: Db, within: In, asked: readonly Asked[]): Promise<ReadonlyMap<string, Changes>> => {
  const { spaceId } = within
  const masks = masksOf(asked)
  await run(tx, query('gathered_change.clear', sql`truncate pg_temp.gathered_change`))
  await run(
    tx,
    query(
      'gathered_change.find*',
      sql`with ${gathered(spaceId, true)} who as materialized (
          select d.profile_id, bit_or(b.mask::bit varying::bit(${sql.lit(asked.length)})) as asked
          from unnest(${masks.map(([batch]) => batch)}::text[], ${masks.map(([, mask]) => mask)}::text[]) as b (batch, mask)
            join due_profile d on d.space_id = ${spaceId} and d.batch = b.batch group by d.profile_id),
        asking as materialized (select * from unnest(${asked.map((_, place) => place)}::integer[], ${asked.map(({ audience }) => audience.id)}::text[],
            ${asked.map(({ number }) => number)}::bigint[], ${asked.map(({ at }) => at.toISOString())}::timestamptz[]) as k (place, id, number, at)),
        mine as materialized (select m.profile_id, k.place from who w
          cross join lateral (select c.profile_id, c.audience_id from membership c
            where c.space_id = ${spaceId} and c.profile_id = w.profile_id offset 0) as m
          join asking k on k.id = m.audience_id),
        answer as materialized (select a.profile_id, a.place, a.holds from (${answersOf(tx, within, asked)}) a where a.holds is not null)
        insert into pg_temp.gathered_change (space_id, profile_id, id, audience_id, change, changed_at, evaluation)
        select ${spaceId}, a.profile_id, md5(k.id || ' ' || k.number || ' ' || a.profile_id)::uuid, k.id,
          case when a.holds then 'entered' else 'exited' end, k.at, k.number
        from answer a left join mine m on m.profile_id = a.profile_id and m.place = a.place
          join asking k on k.place = a.place
        where a.holds <> (m.profile_id is not null) and (not a.holds or ${isLiving(sql`a.profile_id`)})`,
    ),
  )
  const rows = await run(
    tx,
    query(
      'gathered_change.count',
      sql<Changes & { id: string }>`select c.audience_id as id, count(*) filter (where c.change = 'entered') as entered,
          count(*) filter (where c.change = 'exited') as exited
        from pg_temp.gathered_change c where c.space_id = ${spaceId} group by c.audience_id`,
    ),
  )
  return new Map(rows.map(({ id, ...changes }) => [id, changes]))
}

/** History and membership follow from what was found; in the order of their keys, so that writers do not deadlock (R7). */
export const applyFound = async (tx: Db, spaceId: string): Promise<void> => {
  await run(
    tx,
    query(
      'membership_change.write_found',
      sql`insert into membership_change (space_id, profile_id, id, audience_id, change, changed_at, evaluation)
        select c.space_id, c.profile_id, c.id, c.audience_id, c.change, c.changed_at, c.evaluation
        from pg_temp.gathered_change c where c.space_id = ${spaceId} order by c.profile_id, c.id`,
    ),
  )
  await run(
    tx,
    query(
      'membership.enter_found',
      sql`insert into membership (space_id, audience_id, profile_id, entered_at)
        select c.space_id, c.audience_id, c.profile_id, c.changed_at from pg_temp.gathered_change c
        where c.space_id = ${spaceId} and c.change = 'entered' order by c.audience_id, c.profile_id on conflict do nothing`,
    ),
  )
  await run(
    tx,
    query(
      'membership.exit_found',
      sql`delete from membership where space_id = ${spaceId} and (audience_id, profile_id) in (
        select c.audience_id, c.profile_id from pg_temp.gathered_change c where c.space_id = ${spaceId} and c.change = 'exited')`,
    ),
  )
}

/** Tells the changes of audiences that a live journey begins with, as `tellChanges` does for one. */
export const tellFound = async (tx: Db, spaceId: string, audiences: readonly Audience[]): Promise<void> => {
  await run(
    tx,
    query(
      'membership_change.tell_found',
      sql`insert into outbox (space_id, profile_id, id, topic, payload, created_at, due_at)
        select c.space_id, c.profile_id, c.id, c.change,
          jsonb_build_object('audience_id', c.audience_id, 'audience_key', k.key, 'change_id', c.id,
            'changed_at', to_char(c.changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
          c.changed_at, c.changed_at
        from pg_temp.gathered_change c
          join unnest(${audiences.map(({ id }) => id)}::text[], ${audiences.map(({ key }) => key)}::text[]) as k (id, key) on k.id = c.audience_id
        where c.space_id = ${spaceId}
          and exists (select from audience_interest i where i.space_id = ${spaceId} and i.audience_id = c.audience_id)
        order by c.profile_id, c.id on conflict do nothing`,
    ),
  )
}

/** Says of each audience how many members it has now, and keeps that it was evaluated. */
export const recordFound = async (
  tx: Db,
  spaceId: string,
  rows: readonly (Asked & { readonly changes: Changes; readonly recordId: string })[],
): Promise<void> => {
  const ids = rows.map(({ audience }) => audience.id)
  await run(
    tx,
    query(
      'audience.count_members_found',
      sql`update audience_state s set member_count = s.member_count + k.by
        from unnest(${ids}::text[], ${rows.map(({ changes }) => changes.entered - changes.exited)}::bigint[]) as k (id, by)
        where s.space_id = ${spaceId} and s.audience_id = k.id and k.by <> 0`,
    ),
  )
  await run(
    tx,
    query(
      'audience_evaluation.record_found',
      sql`insert into audience_evaluation (space_id, audience_id, id, mode, evaluated_at, duration_ms, entered, exited, drift)
        select ${spaceId}, k.id, k.record_id, 'incremental', k.at, d.ms, k.entered, k.exited, null
        from unnest(${ids}::text[], ${rows.map(({ recordId }) => recordId)}::uuid[], ${rows.map(({ at }) => at.toISOString())}::timestamptz[],
            ${rows.map(({ changes }) => changes.entered)}::bigint[], ${rows.map(({ changes }) => changes.exited)}::bigint[])
            as k (id, record_id, at, entered, exited),
          (select (extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000)::integer as ms) as d
        order by k.id, k.record_id on conflict do nothing`,
    ),
  )
}

/** A batch of those whose membership changed, for each audience that others refer to, and who must look at it. */
export type PassedOn = {
  readonly id: string
  readonly batch: string
  readonly profiles: number
  readonly dependents: readonly string[]
}

/** Makes them due for the others, as `passOn` does for one audience, and adds them to the copy, so that these may be asked of it as well. */
export const passFoundOn = async (tx: Db, spaceId: string, passed: readonly PassedOn[]): Promise<void> => {
  if (passed.length === 0) return
  const changed = sql`from pg_temp.gathered_change c join unnest(${passed.map(({ id }) => id)}::text[], ${passed.map(({ batch }) => batch)}::text[]) as k (id, batch)
    on k.id = c.audience_id where c.space_id = ${spaceId}`
  await run(
    tx,
    query(
      'due_profile.pass_found_on',
      sql`insert into due_profile (space_id, batch, profile_id) select ${spaceId}, k.batch, c.profile_id ${changed}
        order by k.batch, c.profile_id on conflict do nothing`,
    ),
  )
  await run(
    tx,
    query(
      'gathered_due.pass_found_on',
      sql`insert into pg_temp.gathered_due (space_id, batch, profile_id) select ${spaceId}, k.batch, c.profile_id ${changed}`,
    ),
  )
  const rows = passed.flatMap(({ batch, profiles, dependents }) => dependents.map((id) => ({ id, batch, profiles })))
  await run(
    tx,
    query(
      'computation_due.pass_found_on',
      sql`insert into computation_due (space_id, computation_id, batch, profiles)
        select ${spaceId}, k.id, k.batch, k.profiles
        from unnest(${rows.map(({ id }) => id)}::text[], ${rows.map(({ batch }) => batch)}::text[], ${rows.map(({ profiles }) => profiles)}::bigint[])
          as k (id, batch, profiles)
        order by k.id, k.batch on conflict do nothing`,
    ),
  )
}
