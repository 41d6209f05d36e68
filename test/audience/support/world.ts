import { sql } from 'kysely'
import { loadCatalog } from '../../../src/audience/catalog.ts'
import { compile } from '../../../src/audience/compile.ts'
import type { Condition, Filter, Measure } from '../../../src/audience/condition.ts'
import { evaluateSpace } from '../../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../../src/audience/evaluate-fully.ts'
import { create } from '../../../src/audience/save.ts'
import { DEFAULT_EXTERNAL_IDS, type Scope } from '../../../src/audience/scope.ts'
import { idFrom } from '../../../src/base/ids.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { must } from '../../../src/base/must.ts'
import type { Db } from '../../../src/db/database.ts'
import { query, run } from '../../../src/db/query.ts'

/** A space with people and events put in by SQL, as ingestion would leave them. Instants are hours since `START`. */
export const START = new Date('2026-06-01T00:00:00Z')
export const hour = (hours: number): Date => new Date(START.getTime() + hours * 3_600_000)

/** Months before and after START have partitions of their own; the rest is in two large ones. */
export const makePartitions = async (db: Db): Promise<void> => {
  const bounds = ['2015-01-01', '2026-04-01', '2026-05-01', '2026-06-01', '2026-07-01', '2026-08-01', '2040-01-01']
  for (const [index, from] of bounds.slice(0, -1).entries()) {
    const to = must(bounds[index + 1], 'an upper bound')
    await run(
      db,
      query(
        'test.partition*',
        sql.raw(`create table if not exists event_test_${index} partition of event for values from ('${from}') to ('${to}')`),
      ),
    )
  }
}

export const profileId = (spaceId: string, name: string): string => idFrom('profile', spaceId, name)

export const addProfile = async (
  db: Db,
  spaceId: string,
  name: string,
  traits: JsonObject = {},
  identifiers: JsonObject = { user_id: [name] },
  at: Date = START,
): Promise<string> => {
  const id = profileId(spaceId, name)
  await run(
    db,
    query(
      'test.profile*',
      sql`insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
        values (${spaceId}, ${id}, ${JSON.stringify(traits)}::jsonb, ${JSON.stringify(identifiers)}::jsonb, ${at}, ${at})
        on conflict (space_id, id) do update set traits = excluded.traits, identifiers = excluded.identifiers`,
    ),
  )
  return id
}

export const addEvent = async (
  db: Db,
  spaceId: string,
  profile: string,
  name: string,
  timestamp: Date,
  messageId: string,
  properties: JsonObject = {},
  context: JsonObject = {},
  source = 'src',
): Promise<void> => {
  await run(
    db,
    query(
      'test.event*',
      sql`insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
        values (${spaceId}, ${profile}, ${timestamp}, ${messageId}, 'track', ${name}, ${JSON.stringify(properties)}::jsonb,
          ${JSON.stringify(context)}::jsonb, ${source}, ${timestamp}) on conflict do nothing`,
    ),
  )
}

/** Says that a profile changed, as ingestion does. */
export const addChange = async (
  db: Db,
  spaceId: string,
  profile: string,
  id: string,
  { events = [], traits = [], at = START }: { events?: readonly string[]; traits?: readonly string[]; at?: Date },
): Promise<void> => {
  await run(
    db,
    query(
      'test.change*',
      sql`insert into profile_change (space_id, profile_id, id, event_names, trait_keys, changed_at)
        values (${spaceId}, ${profile}, ${idFrom('change', id)}, ${events}, ${traits}, ${at})`,
    ),
  )
}

export const makeSpace = async (db: Db, spaceId: string): Promise<void> => {
  await run(
    db,
    query(
      'test.space*',
      sql`insert into space (id, slug, name, created_at) values (${spaceId}, ${spaceId}, ${spaceId}, ${START}) on conflict do nothing`,
    ),
  )
}

/** A measure of this kind, of a property where it is of one. */
export const measureOf = (kind: Measure['kind'], property: string): Measure => {
  if (kind === 'count') return { kind }
  return kind === 'most_frequent' ? { kind, property, minimum: 2 } : { kind, property }
}

export const makeAudience = (db: Db, spaceId: string, key: string, condition: Condition, now: Date = START) =>
  create(db, 'audience', { spaceId, by: 'test', now }, `aud_${key}`, {
    name: key,
    key,
    description: '',
    enabled: true,
    definition: condition as unknown as JsonObject,
    options: {},
  })

/** Who matches now, asked as everybody and as candidates: both must agree. Sorted ids. */
export const matching = async (
  db: Db,
  spaceId: string,
  condition: Condition,
  now: Date,
  more: Partial<Scope> = {},
): Promise<readonly string[]> => {
  const catalog = await loadCatalog(db, spaceId)
  const scope: Scope = { spaceId, now, catalog, filterByExternalIds: DEFAULT_EXTERNAL_IDS, ...more }
  const everybody = await run(db, query('test.matching*', compile(condition, scope)))
  const candidates = sql<{ profile_id: string }>`select c.id as profile_id from profile c where c.space_id = ${spaceId}`
  const asked = await run(db, query('test.matching*', compile(condition, { ...scope, candidates })))
  const [one, other] = [everybody, asked].map((rows) => rows.map((row) => row.profile_id).sort())
  if (JSON.stringify(one) !== JSON.stringify(other))
    throw new Error(`everybody and candidates disagree: ${JSON.stringify(condition)}`)
  return one ?? []
}

export const membersNow = async (db: Db, spaceId: string, audienceId: string): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'test.members*',
      sql<{
        id: string
      }>`select profile_id as id from membership where space_id = ${spaceId} and audience_id = ${audienceId} order by 1`,
    ),
  )
  return rows.map((row) => row.id)
}

export const did = (
  name: string,
  compare: Extract<Condition, { type: 'event' }>['compare'] = { operator: 'at_least', value: 1 },
  more: { where?: Filter; within?: string; between?: [string, string] } = {},
): Condition => ({ type: 'event', event: { name, ...more }, measure: { kind: 'count' }, compare })

export const not = (condition: Condition): Condition => ({ type: 'not', condition })

/** Makes the spaces of a test file, each with an id of its own: `spa_<name>_0`, and so on. */
export const spaces = (db: Db, name: string): (() => Promise<string>) => {
  let made = 0
  return async () => {
    const id = `spa_${name}_${made++}`
    await makeSpace(db, id)
    return id
  }
}

/** Evaluates at an instant until nothing is due: in full what must be, and then tick after tick. */
export const settling =
  (db: Db) =>
  async (spaceId: string, now: Date): Promise<void> => {
    await evaluateSpaceFully(db, spaceId, now)
    while ((await evaluateSpace(db, spaceId, now)).more);
  }
