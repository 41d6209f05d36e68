import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import { type PersonColumns, personColumns } from './person.ts'

type Page = { readonly count: number; readonly after?: string | undefined }

/** Members in the order of their ids, after a profile; `search` looks into identifiers and names. */
export const membersOf = (
  db: Db,
  spaceId: string,
  audienceId: string,
  { count, after, search }: Page & { readonly search?: string | undefined },
): Promise<readonly (PersonColumns & { enteredAt: Date })[]> =>
  run(
    db,
    query(
      'membership.list',
      sql<PersonColumns & { enteredAt: Date }>`select ${personColumns}, p.traits, m.entered_at as "enteredAt"
        from membership m join profile p on p.space_id = ${spaceId} and p.id = m.profile_id
        where m.space_id = ${spaceId} and m.audience_id = ${audienceId}
          and (${after ?? null}::uuid is null or m.profile_id > ${after ?? null}::uuid)
          and (${search ?? null}::text is null or strpos(lower(p.identifiers::text || (p.traits ->> 'name')), lower(${search ?? null}::text)) > 0
            or strpos(lower(p.identifiers::text), lower(${search ?? null}::text)) > 0)
        order by m.profile_id limit ${count}::integer`,
    ),
  )

export type MemberChange = {
  readonly id: string
  readonly profileId: string
  readonly name: string | null
  readonly change: 'entered' | 'exited'
  readonly changedAt: Date
}

/** Who entered and exited, newest first, before a change. */
export const changesOf = (
  db: Db,
  spaceId: string,
  audienceId: string,
  { count, before }: { readonly count: number; readonly before?: { readonly at: Date; readonly id: string } | undefined },
): Promise<readonly MemberChange[]> =>
  run(
    db,
    query(
      'membership_change.list',
      sql<MemberChange>`select c.id, c.change, c.changed_at as "changedAt", ${personColumns}, c.profile_id as "profileId"
        from membership_change c left join profile p on p.space_id = ${spaceId} and p.id = c.profile_id
        where c.space_id = ${spaceId} and c.audience_id = ${audienceId}
          and (${before?.at ?? null}::timestamptz is null or (c.changed_at, c.id) < (${before?.at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
        order by c.changed_at desc, c.id desc limit ${count}::integer`,
    ),
  )

/** Members at the end of each of the last days, oldest first: today's number, and the changes taken back. */
export const sizesOf = (
  db: Db,
  spaceId: string,
  audienceId: string,
  days: number,
  now: Date,
): Promise<readonly { at: Date; count: number }[]> =>
  run(
    db,
    query(
      'audience.sizes',
      sql<{ at: Date; count: number }>`select least(d.day + interval '1 day', ${now}::timestamptz) as at,
          (select s.member_count from audience_state s where s.space_id = ${spaceId} and s.audience_id = ${audienceId})
            - coalesce(sum(c.change) over (order by d.day desc rows between unbounded preceding and 1 preceding), 0)::bigint as count
        from generate_series(date_trunc('day', ${now}::timestamptz, 'UTC') - ${days - 1}::integer * interval '1 day',
            date_trunc('day', ${now}::timestamptz, 'UTC'), interval '1 day') as d (day)
          left join (select date_trunc('day', changed_at, 'UTC') as day, sum(case change when 'entered' then 1 else -1 end) as change
            from membership_change where space_id = ${spaceId} and audience_id = ${audienceId}
              and changed_at >= date_trunc('day', ${now}::timestamptz, 'UTC') - ${days}::integer * interval '1 day'
            group by 1) as c on c.day = d.day
        order by d.day`,
    ),
  )

export type Moved = { readonly id: string; readonly entered: number; readonly exited: number }

/** How many entered and exited each audience since an instant. */
export const movedSince = (db: Db, spaceId: string, since: Date): Promise<readonly Moved[]> =>
  run(
    db,
    query(
      'membership_change.count_since',
      sql<Moved>`select audience_id as id, count(*) filter (where change = 'entered') as entered, count(*) filter (where change = 'exited') as exited
        from membership_change where space_id = ${spaceId} and changed_at > ${since}::timestamptz group by audience_id order by audience_id`,
    ),
  )

export type EvaluationEntry = {
  readonly mode: string
  readonly evaluatedAt: Date
  readonly durationMs: number
  readonly entered: number
  readonly exited: number
  readonly drift: number | null
  readonly error: string | null
}

/** The last evaluations of an audience that changed something, were full or failed; newest first. */
export const evaluationsOf = (db: Db, spaceId: string, audienceId: string, count: number): Promise<readonly EvaluationEntry[]> =>
  run(
    db,
    query(
      'audience_evaluation.list',
      sql<EvaluationEntry>`select mode, evaluated_at as "evaluatedAt", duration_ms as "durationMs", entered, exited, drift, error
        from audience_evaluation where space_id = ${spaceId} and audience_id = ${audienceId}
        order by evaluated_at desc, id limit ${count}::integer`,
    ),
  )
