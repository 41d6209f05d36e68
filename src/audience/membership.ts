import { sql } from 'kysely'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import { markChanged } from './due.ts'
import { isLiving } from './gather.ts'
import type { Sql } from './operator.ts'
import { mergedOf } from './state.ts'

/** One evaluation of one audience: its number and its instant are the business key of what it writes. */
export type Evaluation = { readonly spaceId: string; readonly id: string; readonly number: number; readonly at: Date }

/** `members`: how many there are, where that was counted on the way (`setLiveAndCount`). */
export type Changes = { readonly entered: number; readonly exited: number; readonly members?: number }

/** For how many it changed. */
export const changed = ({ entered, exited }: Changes): number => entered + exited

/**
 * Writes who enters and who leaves: `matching` (of `candidates`, or of everybody) against membership as it is. A full join: with freshly
 * filled tables, which have no statistics yet, an anti-join took 46 s where this took 0.6–1.0 s (500,000 profiles, Postgres 15). The ids
 * follow from the evaluation, so a repeat is harmless; in order of profile, so that writers do not deadlock (R7, R13). `sources`: what stands for
 * the tables that the query names, where it is asked of copies (`gather.ts`). Written as it is found, by one process: to find first lets
 * Postgres set several to it, which took twice as long (two events, 1 M profiles, 2 cores).
 */
export const writeChanges = async (
  tx: Db,
  { spaceId, id, number, at }: Evaluation,
  matching: Sql<{ profile_id: string }>,
  candidates: Sql | undefined,
  sources?: Sql,
): Promise<Changes> => {
  const among = candidates ? sql`and c.profile_id in (${candidates})` : sql``
  const enters = sources ? sql` and ${isLiving(sql`n.profile_id`)}` : sql``
  const row = await runOne(
    tx,
    query(
      'membership_change.write*',
      sql<Changes>`with ${sources ?? sql``} change as (
          insert into membership_change (space_id, profile_id, id, audience_id, change, changed_at, evaluation)
          select ${spaceId}, d.profile_id, md5(${`${id} ${number} `}::text || d.profile_id)::uuid, ${id}, d.change, ${at}::timestamptz, ${number}::bigint
          from (
            select coalesce(n.profile_id, m.profile_id) as profile_id, case when m.profile_id is null then 'entered' else 'exited' end as change
            from (${matching}) as n
              full join (select c.profile_id from membership c where c.space_id = ${spaceId} and c.audience_id = ${id} ${among}) as m
                on m.profile_id = n.profile_id
            where n.profile_id is null or (m.profile_id is null${enters})
            order by 1) as d
          returning change)
        select count(*) filter (where change = 'entered') as entered, count(*) filter (where change = 'exited') as exited from change`,
    ),
  )
  return must(row, 'one row')
}

/**
 * How many would enter or leave, and how many members there are (`setLiveAndCount`). What writes nothing may be computed by several processes, and
 * the daily look at everybody mostly finds nothing to write.
 */
export const compareMembers = async (
  tx: Db,
  { spaceId, id }: Evaluation,
  matching: Sql<{ profile_id: string }>,
): Promise<{ readonly differing: number; readonly members: number }> => {
  const row = await runOne(
    tx,
    query(
      'membership.compare*',
      sql<{
        differing: number
        members: number
      }>`select count(*) filter (where n.profile_id is null or m.profile_id is null) as differing,
          count(m.profile_id) + ${mergedOf(spaceId, id)} as members
        from (${matching}) as n
          full join (select c.profile_id from membership c where c.space_id = ${spaceId} and c.audience_id = ${id}) as m on m.profile_id = n.profile_id`,
    ),
  )
  return must(row, 'one row')
}

const ofEvaluation = ({ spaceId, id, number, at }: Evaluation): Sql<boolean> =>
  sql`c.space_id = ${spaceId} and c.audience_id = ${id} and c.changed_at = ${at}::timestamptz and c.evaluation = ${number}::bigint`

/** Membership follows from the changes that were just written. */
export const applyChanges = async (tx: Db, evaluation: Evaluation, { entered, exited }: Changes): Promise<void> => {
  const { spaceId, id } = evaluation
  if (entered > 0) {
    await run(
      tx,
      query(
        'membership.enter',
        sql`insert into membership (space_id, audience_id, profile_id, entered_at)
          select c.space_id, c.audience_id, c.profile_id, c.changed_at from membership_change c
          where ${ofEvaluation(evaluation)} and c.change = 'entered' order by c.profile_id on conflict do nothing`,
      ),
    )
  }
  if (exited > 0) {
    await run(
      tx,
      query(
        'membership.exit',
        sql`delete from membership where space_id = ${spaceId} and audience_id = ${id} and profile_id in (
          select c.profile_id from membership_change c where ${ofEvaluation(evaluation)} and c.change = 'exited')`,
      ),
    )
  }
}

/**
 * Tells the changes, in the same transaction: topics `entered` and `exited`, and only of an audience that a live journey begins with or that
 * a connection tells of, for the others would be written, claimed and deleted for nobody. The outbox row has the change's id. A journey that is published after this
 * looked is not told; its reaction waits for this transaction, which has the audience's lock, and reads who is a member then.
 */
export const tellChanges = async (tx: Db, evaluation: Evaluation, key: string): Promise<void> => {
  const { spaceId, id, at } = evaluation
  await run(
    tx,
    query(
      'membership_change.tell',
      sql`insert into outbox (space_id, profile_id, id, topic, payload, created_at, due_at)
        select c.space_id, c.profile_id, c.id, c.change,
          jsonb_build_object('audience_id', ${id}::text, 'audience_key', ${key}::text, 'change_id', c.id, 'changed_at', ${at.toISOString()}::text),
          c.changed_at, c.changed_at
        from membership_change c where ${ofEvaluation(evaluation)}
          and exists (select from audience_interest i where i.space_id = ${spaceId} and i.audience_id = ${id})
        order by c.profile_id, c.id on conflict do nothing`,
    ),
  )
}

/** Whoever changed is due for the computations that refer to this audience. */
export const passOn = (tx: Db, evaluation: Evaluation, dependents: readonly string[], batch: string): Promise<void> =>
  markChanged(tx, evaluation.spaceId, dependents, batch, {
    name: 'membership_change.pass_on',
    changed: sql`membership_change c
          where ${ofEvaluation(evaluation)}`,
  })
