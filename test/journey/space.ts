import { sql } from 'kysely'
import type { Condition } from '../../src/audience/condition.ts'
import type { Db } from '../../src/db/database.ts'
import { query, run } from '../../src/db/query.ts'
import { ensurePartitions } from '../../src/event/partitions.ts'

const at = new Date('2026-01-01T00:00:00Z')

/** An audience as a row, without computing anything. */
export const putAudience = (db: Db, spaceId: string, key: string, condition: Condition, options: object = {}) =>
  run(
    db,
    query(
      'test.audience.*',
      sql`insert into audience (space_id, id, key, name, condition, options, created_by, updated_by, created_at, updated_at)
        values (${spaceId}, ${`aud_${key}`}, ${key}, ${key}, ${JSON.stringify(condition)}::jsonb, ${JSON.stringify(options)}::jsonb, 'test', 'test', ${at}, ${at})`,
    ),
  )

/** What the journeys in `definitions.ts` name: an audience, templates, a group, and somebody who carries email and SMS. */
export const furnish = async (db: Db, spaceId: string): Promise<void> => {
  await putAudience(db, spaceId, 'lapsing', { type: 'trait', path: 'lapsing', compare: { operator: 'equals', value: true } })
  for (const [key, channel] of [
    ['miss_you', 'email'],
    ['miss_you_sms', 'sms'],
  ]) {
    await run(
      db,
      query(
        'test.template.*',
        sql`insert into template (space_id, id, key, name, channel, version, created_at, updated_at)
          values (${spaceId}, ${`tpl_${key}`}, ${key}, ${`Template ${key}`}, ${channel}, 1, ${at}, ${at})`,
      ),
    )
    await run(
      db,
      query(
        'test.template_version.*',
        sql`insert into template_version (space_id, template_id, version, source, compiled, created_at)
          values (${spaceId}, ${`tpl_${key}`}, 1, '{}', '{}', ${at})`,
      ),
    )
    await run(
      db,
      query(
        'test.provider.*',
        sql`insert into provider_account (space_id, id, channel, kind, name, settings, rate_per_second, created_at, updated_at)
          values (${spaceId}, ${`acc_${channel}`}, ${channel}, ${channel === 'email' ? 'smtp' : 'twilio'}, 'test', '{}', 100, ${at}, ${at})`,
      ),
    )
  }
  await run(
    db,
    query(
      'test.group.*',
      sql`insert into subscription_group (space_id, id, name, created_at) values (${spaceId}, 'grp_offers', 'Offers', ${at})`,
    ),
  )
}

export type Person = { readonly id: string; readonly email: string }

export const putPeople = (db: Db, spaceId: string, people: readonly Person[]) =>
  run(
    db,
    query(
      'test.people.*',
      sql`insert into profile (space_id, id, identifiers, created_at, updated_at)
        select ${spaceId}, p.id, jsonb_build_object('email', jsonb_build_array(p.email)), ${at}::timestamptz, ${at}::timestamptz
        from unnest(${people.map((p) => p.id)}::uuid[], ${people.map((p) => p.email)}::text[]) as p (id, email)`,
    ),
  )

export type Happened = {
  readonly profileId: string
  readonly name: string
  readonly at: Date
  readonly messageId: string
  readonly properties: Readonly<Record<string, string | number>>
}

export const putEvents = async (db: Db, spaceId: string, events: readonly Happened[]): Promise<void> => {
  await ensurePartitions(
    db,
    events.map((e) => e.at.getTime()),
    at,
  )
  await run(
    db,
    query(
      'test.events.*',
      sql`insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, source_id, received_at)
        select ${spaceId}, e.profile_id, e.at, e.message_id, 'track', e.name, e.properties::jsonb, 'src', e.at
        from unnest(${events.map((e) => e.profileId)}::uuid[], ${events.map((e) => e.at.toISOString())}::timestamptz[],
          ${events.map((e) => e.messageId)}::text[], ${events.map((e) => e.name)}::text[],
          ${events.map((e) => JSON.stringify(e.properties))}::text[]) as e (profile_id, at, message_id, name, properties)`,
    ),
  )
}

/** A run that stands at a step, as the engine would have left it. */
export const putRun = (
  db: Db,
  spaceId: string,
  standing: { journeyId: string; version: number; profileId: string; id: string; step: string; status?: 'active' | 'held' },
) =>
  run(
    db,
    query(
      'test.run.*',
      sql`insert into journey_run (space_id, profile_id, id, journey_id, version, entry_key, root_id, step, cohort_id, status, entered_at,
          entered_mark, arrived_at, arrived_mark)
        values (${spaceId}, ${standing.profileId}, ${standing.id}, ${standing.journeyId}, ${standing.version}, ${standing.id}, ${standing.id},
          ${standing.step}, ${standing.id}, ${standing.status ?? 'active'}, ${at}, ${at.toISOString()}, ${at}, ${at.toISOString()})`,
    ),
  )
