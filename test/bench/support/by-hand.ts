import type { Condition } from '../../../src/audience/condition.ts'
import type { Opened } from '../bench.ts'
import type { Population } from './population.ts'

/*
 * Audiences, and beside each the SQL that a person would write for it who knows the schema and how Postgres thinks: each way that came to
 * mind, of which the fastest counts. All answer `profile_id`; $1 is the space.
 */
export type ByHand = { readonly name: string; readonly text: string; readonly parameters: readonly unknown[] }
export type Case = {
  readonly name: string
  readonly key: string
  readonly condition: Condition
  readonly byHand: (place: Population) => readonly ByHand[]
}

const DAY_MS = 86_400_000
const ago = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS)

const EVERYBODY = `p.space_id = $1 and p.collection = 'users' and p.merged_into is null
  and p.identifiers ?| array['user_id', 'email', 'android.idfa', 'ios.idfa']`

const twoEvents: Case = {
  name: 'two events (ordered twice in 90 days, looked 3 times in 30)',
  key: 'two_events',
  condition: {
    type: 'and',
    conditions: [
      {
        type: 'event',
        event: { name: 'Order Completed', within: '90 days' },
        measure: { kind: 'count' },
        compare: { operator: 'at_least', value: 2 },
      },
      {
        type: 'event',
        event: { name: 'Product Viewed', within: '30 days' },
        measure: { kind: 'count' },
        compare: { operator: 'at_least', value: 3 },
      },
    ],
  },
  byHand: ({ spaceId, now }) => {
    const parameters = [spaceId, ago(now, 90), ago(now, 30), now]
    const orders = `select profile_id from event where space_id = $1 and name = 'Order Completed' and timestamp >= $2 and timestamp <= $4
      group by profile_id having count(*) >= 2`
    const views = `select profile_id from event where space_id = $1 and name = 'Product Viewed' and timestamp >= $3 and timestamp <= $4
      group by profile_id having count(*) >= 3`
    return [
      {
        name: 'two grouped sets joined to the profiles',
        text: `select p.id as profile_id from profile p join (${orders}) o on o.profile_id = p.id join (${views}) v on v.profile_id = p.id where ${EVERYBODY}`,
        parameters,
      },
      {
        name: 'profiles in both grouped sets',
        text: `select p.id as profile_id from profile p where ${EVERYBODY} and p.id in (${orders}) and p.id in (${views})`,
        parameters,
      },
      {
        name: 'one pass over the events with filtered counts',
        text: `select p.id as profile_id from (select profile_id from event
            where space_id = $1 and ((name = 'Order Completed' and timestamp >= $2) or (name = 'Product Viewed' and timestamp >= $3)) and timestamp <= $4
            group by profile_id having count(*) filter (where name = 'Order Completed') >= 2 and count(*) filter (where name = 'Product Viewed') >= 3) e
          join profile p on p.id = e.profile_id where ${EVERYBODY}`,
        parameters,
      },
      {
        name: 'views of the buyers grouped',
        text: `select p.id as profile_id from (select v.profile_id from (${orders}) o join event v on v.profile_id = o.profile_id
            where v.space_id = $1 and v.name = 'Product Viewed' and v.timestamp >= $3 and v.timestamp <= $4 group by v.profile_id having count(*) >= 3) b
          join profile p on p.id = b.profile_id where ${EVERYBODY}`,
        parameters,
      },
      {
        name: 'each buyer asked for views by index',
        text: `select p.id as profile_id from (${orders}) o join profile p on p.id = o.profile_id
          where ${EVERYBODY} and (select count(*) from event v where v.space_id = $1 and v.profile_id = o.profile_id and v.name = 'Product Viewed'
            and v.timestamp >= $3 and v.timestamp <= $4) >= 3`,
        parameters,
      },
    ]
  },
}

const traitAndSilence: Case = {
  name: 'a trait and no event (enterprise, no order in 60 days)',
  key: 'trait_and_silence',
  condition: {
    type: 'and',
    conditions: [
      { type: 'trait', path: 'plan', compare: { operator: 'equals', value: 'enterprise' } },
      {
        type: 'event',
        event: { name: 'Order Completed', within: '60 days' },
        measure: { kind: 'count' },
        compare: { operator: 'equals', value: 0 },
      },
    ],
  },
  byHand: ({ spaceId, now }) => {
    const parameters = [spaceId, ago(now, 60), now]
    const of = `e.space_id = $1 and e.name = 'Order Completed' and e.timestamp >= $2 and e.timestamp <= $3`
    const plan = `p.traits ->> 'plan' = 'enterprise'`
    return [
      {
        name: 'not exists',
        text: `select p.id as profile_id from profile p where ${EVERYBODY} and ${plan} and not exists (select from event e where ${of} and e.profile_id = p.id)`,
        parameters,
      },
      {
        name: 'left join to the distinct buyers',
        text: `select p.id as profile_id from profile p left join (select distinct e.profile_id from event e where ${of}) o on o.profile_id = p.id
          where ${EVERYBODY} and ${plan} and o.profile_id is null`,
        parameters,
      },
      {
        name: 'contained trait, not exists',
        text: `select p.id as profile_id from profile p where ${EVERYBODY} and p.traits @> '{"plan": "enterprise"}'
          and not exists (select from event e where ${of} and e.profile_id = p.id)`,
        parameters,
      },
    ]
  },
}

export const CASES: readonly Case[] = [twoEvents, traitAndSilence]

/** By hand: who would enter and who would leave an audience, given its members. */
export const diffOf = ({ spaceId }: Population, audienceId: string, { text, parameters }: ByHand): Omit<ByHand, 'name'> => {
  const n = parameters.length
  return {
    text: `select count(*) filter (where m.profile_id is null) as entered, count(*) filter (where f.profile_id is null) as exited
      from (${text}) f full join (select profile_id from membership where space_id = $${n + 1} and audience_id = $${n + 2}) m on m.profile_id = f.profile_id
      where f.profile_id is null or m.profile_id is null`,
    parameters: [...parameters, spaceId, audienceId],
  }
}

const WRITTEN = ['membership', 'membership_change'] as const

/** By hand: one statement that makes everybody who matches a member, with the history that tells it. In tables like the real ones. */
export const writesOf = async ({ connection, spaceId, now }: Opened & Population, { text, parameters }: ByHand) => {
  for (const table of WRITTEN) await connection.pool.query(`create table by_hand_${table} (like ${table} including all)`)
  const n = parameters.length
  const statement = `with change as materialized (
      select f.profile_id, md5('by hand ' || f.profile_id)::uuid as id from (${text}) f order by f.profile_id),
    member as (insert into by_hand_membership (space_id, audience_id, profile_id, entered_at)
      select $${n + 1}, 'by hand', profile_id, $${n + 2} from change)
    insert into by_hand_membership_change (space_id, profile_id, id, audience_id, change, changed_at, evaluation)
      select $${n + 1}, profile_id, id, 'by hand', 'entered', $${n + 2}, 1 from change`
  return {
    write: () => connection.pool.query(statement, [...parameters, spaceId, now]),
    drop: async (): Promise<void> => {
      for (const table of WRITTEN) await connection.pool.query(`drop table by_hand_${table}`)
    },
  }
}
