import { sql } from 'kysely'
import { idFrom } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { Db } from '../../src/db/database.ts'
import { addToOutbox, type OutboxItem } from '../../src/db/outbox.ts'
import type { JourneyRunRow } from '../../src/db/rows/journey.ts'
import { admitEntered, admitExisting } from '../../src/journey/admit-audience.ts'
import { advance } from '../../src/journey/advance.ts'
import { JourneyDefinition, type JourneyDraft } from '../../src/journey/definition.ts'
import { hearEvents } from '../../src/journey/hear.ts'

/** A profile id that a test can write down: `person(7)`. */
export const person = (n: number): string => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`

export type Told = {
  readonly who: string
  readonly event: string
  readonly properties?: JsonObject
  readonly at: Date
  readonly id?: string
}

export type Transition = {
  who: string
  step: string | null
  branch: string | null
  next: string | null
  at: Date
  evidence: JsonObject | null
}

/**
 * Journeys on real tables with a clock of the test's own: what the relay would tell is told here, and timers fire when `settle` reaches them.
 * With `twice` every reaction and every advance is run a second time at once, as after a crash (G5).
 */
export const makeStage = (db: Db, spaceId: string, options: { readonly twice?: boolean } = {}) => {
  const repeat = async (work: () => Promise<unknown>): Promise<void> => {
    await work()
    if (options.twice) await work()
  }
  const itemOf = ({ who, event, properties = {}, at, id }: Told): OutboxItem => {
    const messageId = id ?? `${event}-${who.slice(-4)}-${at.toISOString()}`
    return {
      space_id: spaceId,
      profile_id: who,
      id: idFrom(spaceId, 'event', messageId),
      topic: 'event',
      payload: { name: event, message_id: messageId, timestamp: at.toISOString(), properties, context: {} },
      attempts: 0,
      created_at: at,
    }
  }
  const dueCohorts = async (now: Date) =>
    (
      await sql<{
        id: string
        due_at: Date | null
      }>`select id, due_at from journey_cohort where space_id = ${spaceId} and ended_at is null
        and (due_at is null or due_at <= ${now}) order by due_at nulls first, created_at, id`.execute(db)
    ).rows
  return {
    db,
    spaceId,
    publish: async (id: string, draft: JourneyDraft, version = 1): Promise<JourneyDefinition> => {
      const definition = JourneyDefinition.parse(draft)
      await sql`insert into journey (space_id, id, key, name, status, live_version, created_by, updated_by, created_at, updated_at)
        values (${spaceId}, ${id}, ${id}, ${id}, 'live', ${version}, 't', 't', 'epoch', 'epoch')
        on conflict (space_id, id) do update set live_version = excluded.live_version`.execute(db)
      await sql`insert into journey_version (space_id, journey_id, version, definition, status, published_by, published_at)
        values (${spaceId}, ${id}, ${version}, ${JSON.stringify(definition)}::jsonb, 'live', 't', 'epoch')`.execute(db)
      return definition
    },
    setStatus: (id: string, journey: string, version: string) =>
      sql`with j as (update journey set status = ${journey} where space_id = ${spaceId} and id = ${id})
        update journey_version set status = ${version} where space_id = ${spaceId} and journey_id = ${id}`.execute(db),
    profiles: (count: number) =>
      sql`insert into profile (space_id, id, traits, created_at, updated_at)
        select ${spaceId}, ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid, jsonb_build_object('n', n, 'even', n % 2 = 0), 'epoch', 'epoch'
        from generate_series(1, ${count}::int) n on conflict do nothing`.execute(db),
    audience: (key: string) =>
      sql`insert into audience (space_id, id, key, name, condition, created_by, updated_by, created_at, updated_at)
        values (${spaceId}, ${`aud_${key}`}, ${key}, ${key}, '{}', 't', 't', 'epoch', 'epoch')`.execute(db),
    join: (key: string, who: string, at: Date) =>
      sql`insert into membership values (${spaceId}, ${`aud_${key}`}, ${who}::uuid, ${at})`.execute(db),
    /** Tells events as one tick of the relay at `now`. */
    hear: (told: readonly Told[], now: Date) => repeat(() => hearEvents(db, spaceId, told.map(itemOf), now)),
    /** Stores events as ingestion does. */
    store: async (told: readonly Told[]): Promise<void> => {
      await sql`create table if not exists event_of_tests partition of event default`.execute(db)
      for (const item of told.map(itemOf))
        await sql`insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
          values (${spaceId}, ${item.profile_id}::uuid, ${item.created_at}, ${item.payload['message_id']}, 'track', ${item.payload['name']},
            ${JSON.stringify(item.payload['properties'])}::jsonb, '{}', 'src', ${item.created_at})`.execute(db)
    },
    /** Tells that these entered an audience at `at`. */
    enter: (key: string, who: readonly string[], at: Date, now = at) => {
      const items = who.map(
        (profile_id): OutboxItem => ({
          space_id: spaceId,
          profile_id,
          id: idFrom(spaceId, key, profile_id, at.toISOString()),
          topic: 'entered',
          payload: { audience_id: `aud_${key}`, change: 'entered' },
          attempts: 0,
          created_at: at,
        }),
      )
      return repeat(() => admitEntered(db, spaceId, items, now))
    },
    published: (id: string, version: number, now: Date) => {
      const item = {
        space_id: spaceId,
        profile_id: person(0),
        id: person(0),
        topic: 'journey_published',
        attempts: 0,
        created_at: now,
      }
      return repeat(() => admitExisting(db, spaceId, [{ ...item, payload: { journey_id: id, version } }], now))
    },
    /** Lets time pass until `now`: every timer that is due on the way fires at its instant, in order. */
    settle: async (now: Date): Promise<void> => {
      for (;;) {
        const [first] = await dueCohorts(now)
        if (!first) return
        await repeat(() => advance(db, spaceId, first.id, first.due_at ?? now))
      }
    },
    runs: async (): Promise<readonly JourneyRunRow[]> =>
      (
        await sql<JourneyRunRow>`select * from journey_run where space_id = ${spaceId} order by profile_id, entered_at, entry_key`.execute(
          db,
        )
      ).rows,
    transitions: async (): Promise<readonly Transition[]> =>
      (
        await sql<Transition>`select right(profile_id::text, 4) as who, step, branch, next_step as next, happened_at as at, evidence
          from journey_transition where space_id = ${spaceId} order by profile_id, run_id, id`.execute(db)
      ).rows,
    messages: async (): Promise<readonly { who: string; key: string; step: string; variables: JsonObject }[]> =>
      (
        await sql<{
          who: string
          key: string
          step: string
          variables: JsonObject
        }>`select right(profile_id::text, 4) as who, key, step, variables
          from message where space_id = ${spaceId} order by profile_id, created_at, key`.execute(db)
      ).rows,
    cohorts: async (): Promise<readonly { id: string; step: string; due_at: Date | null; run_count: number }[]> =>
      (
        await sql<{
          id: string
          step: string
          due_at: Date | null
          run_count: number
        }>`select id, step, due_at, run_count from journey_cohort
          where space_id = ${spaceId} and ended_at is null order by created_at`.execute(db)
      ).rows,
    refusals: async (): Promise<readonly { who: string; reason: string }[]> =>
      (
        await sql<{ who: string; reason: string }>`select right(profile_id::text, 4) as who, reason from journey_refusal
          where space_id = ${spaceId} order by 1, 2`.execute(db)
      ).rows,
    /** Takes everything of the space away. */
    clear: async (): Promise<void> => {
      for (const table of [
        'journey',
        'journey_version',
        'journey_run',
        'journey_cohort',
        'journey_transition',
        'message',
        'outbox',
        'profile',
      ])
        await sql`delete from ${sql.table(table)} where space_id = ${spaceId}`.execute(db)
    },
    tell: (told: readonly Told[], now: Date) =>
      addToOutbox(
        db,
        spaceId,
        now,
        told.map(itemOf).map(({ profile_id: profileId, id, topic, payload }) => ({ profileId, id, topic, payload })),
      ),
  }
}
export type Stage = ReturnType<typeof makeStage>
