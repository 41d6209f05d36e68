import { type RawBuilder, sql } from 'kysely'
import type { JsonObject } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import { query, run } from '../../db/query.ts'

export const KINDS = ['event', 'trait', 'audience', 'run', 'message', 'delivery', 'subscription'] as const
export type Kind = (typeof KINDS)[number]

/** One thing that happened to a person, as its room keeps it: what the sentence is made of. */
export type Fact = {
  readonly at: Date
  readonly kind: Kind
  readonly key: string
  readonly subject: string
  readonly detail: string | null
  readonly about: string | null
  readonly data: JsonObject | null
}

/** Where a page ends: older than this instant, or at it with a smaller key. */
export type Before = { readonly at: Date; readonly key: string }

export type Asked = {
  readonly spaceId: string
  readonly profileId: string
  readonly kinds: ReadonlySet<Kind>
  readonly before: Before
  readonly count: number
}

// What an identify call says of traits is stored as its properties.
const events = ({ spaceId, profileId, kinds, before, count }: Asked): RawBuilder<unknown> => {
  return sql`
        select e.timestamp as at, case when e.type = 'identify' then 'trait' else 'event' end as kind, e.message_id as key,
          e.name as subject, e.type as detail, null as about, e.properties as data
        from event e where e.space_id = ${spaceId} and e.profile_id = ${profileId} and e.timestamp <= ${before.at}
          and (e.type = 'identify' and ${kinds.has('trait')}::boolean or e.type <> 'identify' and ${kinds.has('event')}::boolean)
        order by e.timestamp desc, e.message_id desc limit ${count + 100}`
}

const memberships = ({ spaceId, profileId, kinds, before }: Asked): RawBuilder<unknown> => {
  return sql`
        select c.changed_at, 'audience', c.id::text, a.name, c.change, c.audience_id, null
        from membership_change c join audience a on a.space_id = ${spaceId} and a.id = c.audience_id
        where c.space_id = ${spaceId} and c.profile_id = ${profileId} and c.changed_at <= ${before.at} and ${kinds.has('audience')}::boolean`
}

// A run's begin, its end, each step it went through, and entries that were refused: moves without a branch are ends, which the run itself tells.
const runs = ({ spaceId, profileId, kinds, before }: Asked): RawBuilder<unknown> => {
  return sql`
        select r.entered_at, 'run', r.id::text, j.name, 'entered', r.journey_id || '/runs/' || r.id::text, null
        from journey_run r join journey j on j.space_id = ${spaceId} and j.id = r.journey_id
        where r.space_id = ${spaceId} and r.profile_id = ${profileId} and r.entered_at <= ${before.at} and ${kinds.has('run')}::boolean
          and r.branch = ''
        union all
        select r.ended_at, 'run', r.id::text || '.end', j.name, r.status, r.journey_id || '/runs/' || r.id::text,
          jsonb_build_object('reason', r.end_reason)
        from journey_run r join journey j on j.space_id = ${spaceId} and j.id = r.journey_id
        where r.space_id = ${spaceId} and r.profile_id = ${profileId} and r.ended_at <= ${before.at} and ${kinds.has('run')}::boolean
        union all
        select t.happened_at, 'run', t.run_id::text || '.' || t.id, j.name, 'step', r.journey_id || '/runs/' || r.id::text,
          jsonb_build_object('step', t.step, 'branch', t.branch, 'definition', v.definition -> 'steps' -> t.step)
        from journey_transition t
        join journey_run r on r.space_id = ${spaceId} and r.profile_id = ${profileId} and r.id = t.run_id
        join journey j on j.space_id = ${spaceId} and j.id = r.journey_id
        left join journey_version v on v.space_id = ${spaceId} and v.journey_id = r.journey_id and v.version = r.version
        where t.space_id = ${spaceId} and t.profile_id = ${profileId} and t.happened_at <= ${before.at} and ${kinds.has('run')}::boolean
          and t.step is not null and t.branch is not null
        union all
        select f.happened_at, 'run', f.id::text, j.name, 'refused', f.journey_id, f.evidence || jsonb_build_object('refusal', f.reason)
        from journey_refusal f join journey j on j.space_id = ${spaceId} and j.id = f.journey_id
        where f.space_id = ${spaceId} and f.profile_id = ${profileId} and f.happened_at <= ${before.at} and ${kinds.has('run')}::boolean`
}

const messages = ({ spaceId, profileId, kinds, before }: Asked): RawBuilder<unknown> => {
  return sql`
        select m.created_at, 'message', m.id::text, coalesce(p.name, m.template_id), m.status, m.id::text,
          jsonb_build_object('channel', m.channel, 'address', m.address, 'reason', m.reason, 'purpose', m.purpose)
        from message m left join template p on p.space_id = ${spaceId} and p.id = m.template_id
        where m.space_id = ${spaceId} and m.profile_id = ${profileId} and m.created_at <= ${before.at} and ${kinds.has('message')}::boolean
        union all
        select d.happened_at, 'delivery', d.id::text, coalesce(p.name, ''), d.kind, d.message_id::text,
          jsonb_build_object('channel', m.channel)
        from delivery_event d
        join message m on m.space_id = ${spaceId} and m.profile_id = ${profileId} and m.id = d.message_id
        left join template p on p.space_id = ${spaceId} and p.id = m.template_id
        where d.space_id = ${spaceId} and d.profile_id = ${profileId} and d.happened_at <= ${before.at} and ${kinds.has('delivery')}::boolean`
}

/** What happened to a person in every room, newest first: one statement whose every branch is short by the profile's own index. */
export const factsOf = (db: Db, asked: Asked): Promise<readonly Fact[]> =>
  run(
    db,
    query(
      'timeline.facts',
      sql<Fact>`select at, kind, key, subject, detail, about, data from (
        (${events(asked)})
        union all ${memberships(asked)}
        union all ${runs(asked)}
        union all ${messages(asked)}
        ) facts
      where at < ${asked.before.at} or at = ${asked.before.at} and key collate "C" < ${asked.before.key}
      order by at desc, key collate "C" desc limit ${asked.count}`,
    ),
  )

/** What became of a person's addresses: kept by address, so asked apart from what is kept by profile. */
export const subscriptionFacts = async (db: Db, asked: Asked, addresses: readonly string[]): Promise<readonly Fact[]> => {
  if (!asked.kinds.has('subscription') || addresses.length === 0) return []
  return run(
    db,
    query(
      'timeline.subscriptions',
      sql<Fact>`select c.changed_at as at, 'subscription' as kind, c.id::text as key, c.address as subject, c.status as detail, g.name as about,
          jsonb_build_object('channel', c.channel, 'previous', c.previous, 'origin', c.origin) as data
        from subscription_change c
        left join subscription_group g on g.space_id = ${asked.spaceId} and g.id = c.group_id
        where c.space_id = ${asked.spaceId} and c.address = any(${addresses.slice(0, 50)}::text[])
          and (c.changed_at < ${asked.before.at} or c.changed_at = ${asked.before.at} and c.id::text collate "C" < ${asked.before.key})
        order by c.changed_at desc, c.id::text collate "C" desc limit ${asked.count}`,
    ),
  )
}
