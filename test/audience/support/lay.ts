import { sql } from 'kysely'
import { loadCatalog } from '../../../src/audience/catalog.ts'
import { compile } from '../../../src/audience/compile.ts'
import type { Condition } from '../../../src/audience/condition.ts'
import type { Person, World } from '../../../src/audience/evaluator/person.ts'
import type { Scope } from '../../../src/audience/scope.ts'
import type { Db } from '../../../src/db/database.ts'
import { query, run } from '../../../src/db/query.ts'
import { makeSpace, START } from './world.ts'

/* Puts people of the oracle into a space, as ingestion and evaluations would have left them. */

type Row = { readonly [column: string]: unknown }

const insert = async (db: Db, table: string, columns: string, types: string, rows: readonly Row[]): Promise<void> => {
  if (rows.length === 0) return
  const text = `insert into ${table} (${columns}) select ${columns} from jsonb_to_recordset($rows) as r (${types})`
  const [before = '', after = ''] = text.split('$rows')
  await run(db, query('test.lay*', sql`${sql.raw(before)}${JSON.stringify(rows)}::jsonb${sql.raw(after)}`))
}

const people = (spaceId: string, all: readonly Person[]): readonly Row[] =>
  all.map(({ id, collection, merged, identifiers, traits }) => ({
    ...{ space_id: spaceId, id, collection, identifiers, traits, created_at: START, updated_at: START },
    merged_into: merged ? '00000000-0000-8000-8000-000000000001' : null,
  }))

const events = (spaceId: string, all: readonly Person[]): readonly Row[] =>
  all.flatMap(({ id, events: own }) =>
    own.map(({ messageId, type, name, timestamp, properties, context, sourceId = 'src' }) => ({
      ...{ space_id: spaceId, profile_id: id, message_id: messageId, type, name, timestamp, properties, context },
      ...{ source_id: sourceId, received_at: START },
    })),
  )

const idOf = (spaceId: string, key: string): string => `${spaceId}_${key}`

const members = (spaceId: string, all: readonly Person[], state: 'member' | 'exited'): readonly Row[] =>
  all.flatMap(({ id, memberships }) =>
    Object.entries(memberships)
      .filter(([, own]) => own === state)
      .map(([key]) => ({ space_id: spaceId, audience_id: idOf(spaceId, key), profile_id: id })),
  )

// An exit has an entry before it.
const changes = (rows: readonly Row[], change: 'entered' | 'exited', evaluation: number): readonly Row[] =>
  rows.map((row, index) => ({
    ...row,
    ...{ id: `00000000-0000-8000-800${evaluation}-${String(index).padStart(12, '0')}`, change, changed_at: START, evaluation },
  }))

const CHANGE = 'space_id, profile_id, id, audience_id, change, changed_at, evaluation'
const CHANGE_TYPES =
  'space_id text, profile_id uuid, id uuid, audience_id text, change text, changed_at timestamptz, evaluation bigint'

const definitions = (spaceId: string, keys: readonly string[], more: Row): readonly Row[] =>
  keys.map((key) => ({
    ...{ space_id: spaceId, id: idOf(spaceId, key), key, name: key, created_by: 'test', updated_by: 'test' },
    ...{ created_at: START, updated_at: START, ...more },
  }))

const DEFINITION = 'space_id, id, key, name, created_by, updated_by, created_at, updated_at'
const DEFINITION_TYPES =
  'space_id text, id text, key text, name text, created_by text, updated_by text, created_at timestamptz, updated_at timestamptz'

/** One space with these people in it, and with the audiences and computed traits of the world. */
export const lay = async (db: Db, spaceId: string, world: World, all: readonly Person[]): Promise<void> => {
  await makeSpace(db, spaceId)
  await insert(
    db,
    'profile',
    'space_id, id, collection, merged_into, identifiers, traits, created_at, updated_at',
    'space_id text, id uuid, collection text, merged_into uuid, identifiers jsonb, traits jsonb, created_at timestamptz, updated_at timestamptz',
    people(spaceId, all),
  )
  await insert(
    db,
    'event',
    'space_id, profile_id, message_id, type, name, timestamp, properties, context, source_id, received_at',
    'space_id text, profile_id uuid, message_id text, type text, name text, timestamp timestamptz, properties jsonb, context jsonb, source_id text, received_at timestamptz',
    events(spaceId, all),
  )
  const audiences = definitions(spaceId, world.audiences, { condition: {} })
  await insert(db, 'audience', `${DEFINITION}, condition`, `${DEFINITION_TYPES}, condition jsonb`, audiences)
  const traits = definitions(spaceId, world.computedTraits, { definition: {} })
  await insert(db, 'computed_trait', `${DEFINITION}, definition`, `${DEFINITION_TYPES}, definition jsonb`, traits)
  const [inside, outside] = [members(spaceId, all, 'member'), members(spaceId, all, 'exited')]
  await insert(
    db,
    'membership',
    'space_id, audience_id, profile_id, entered_at',
    'space_id text, audience_id text, profile_id uuid, entered_at timestamptz',
    inside.map((row) => ({ ...row, entered_at: START })),
  )
  await insert(db, 'membership_change', CHANGE, CHANGE_TYPES, changes([...inside, ...outside], 'entered', 1))
  await insert(db, 'membership_change', CHANGE, CHANGE_TYPES, changes(outside, 'exited', 2))
  await insert(
    db,
    'computed_value',
    'space_id, computed_trait_id, profile_id, value, changed_at',
    'space_id text, computed_trait_id text, profile_id uuid, value jsonb, changed_at timestamptz',
    all.flatMap(({ id, computed }) =>
      Object.entries(computed).map(([key, value]) => ({
        ...{ space_id: spaceId, computed_trait_id: idOf(spaceId, key), profile_id: id, value, changed_at: START },
      })),
    ),
  )
}

/** The scope in which the compiler is asked about a space. */
export const scopeOf = async (db: Db, spaceId: string, world: World, now: Date): Promise<Scope> => ({
  spaceId,
  now,
  catalog: await loadCatalog(db, spaceId),
  filterByExternalIds: [...world.externalIds],
})

/** Some of a space's people as candidates: those of these ids. */
export const candidatesOf = (spaceId: string, ids: readonly string[]) =>
  sql<{ profile_id: string }>`select c.id as profile_id from profile c where c.space_id = ${spaceId}
    and c.id in (select i.value::uuid from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) as i)`

/** Whom the compiled query answers. A profile that it answers twice is in the list twice. */
export const answered = async (db: Db, condition: Condition, scope: Scope): Promise<readonly string[]> =>
  (await run(db, query('test.answered*', compile(condition, scope)))).map((row) => row.profile_id).sort()
