import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { timeOrderedId } from '../../../src/base/ids.ts'
import type { Call } from './calls.ts'

/*
 * The rows that ingestion writes for a batch, worked out beforehand, and the one statement that stores them: what the database alone costs
 * when nothing is checked, looked up, deduplicated or decided any more.
 */

export type Person = {
  readonly id: string
  readonly traits: Record<string, unknown>
  readonly times: Record<string, number>
  readonly identifiers: Record<string, string[]>
  readonly createdAt: Date
  lastSeen: number
}
type Change = { readonly id: string; readonly person: Person; readonly events: Set<string>; readonly traits: Set<string> }
export type Rows = {
  readonly calls: readonly { readonly call: Call; readonly person: Person }[]
  readonly identifiers: readonly { readonly type: string; readonly value: string; readonly person: Person; readonly call: Call }[]
  /** Profiles as they are after the batch: JSON texts, so that making them is not timed. */
  readonly profiles: readonly (readonly [person: Person, traits: string, times: string, identifiers: string, lastSeen: Date])[]
  readonly changes: readonly Change[]
}

// As in `ingest/attach.ts`.
const COARSE_MS = 15 * 60_000
const newId = (): string => timeOrderedId(new Date(), randomBytes(10))

const identify = (person: Person, { traits = {}, timestamp }: Call, change: Change): boolean => {
  const at = Date.parse(timestamp)
  for (const [key, value] of Object.entries(traits)) {
    if (at < (person.times[key] ?? -Infinity)) continue
    if (person.traits[key] !== value) change.traits.add(key)
    person.traits[key] = value
    person.times[key] = at
  }
  return Object.keys(traits).length > 0
}

const personOf = (people: Map<string, Person>, userId: string): { person: Person; fresh: boolean } => {
  const known = people.get(userId)
  if (known) return { person: known, fresh: false }
  const person: Person = {
    id: newId(),
    traits: {},
    times: {},
    identifiers: { user_id: [userId] },
    createdAt: new Date(),
    lastSeen: 0,
  }
  people.set(userId, person)
  return { person, fresh: true }
}

const byId = (a: { person: Person }, b: { person: Person }): number => (a.person.id < b.person.id ? -1 : 1)

/** What one batch changes; `people` goes along from batch to batch. */
export const rowsOf = (people: Map<string, Person>, calls: readonly Call[]): Rows => {
  const identifiers: Rows['identifiers'][number][] = []
  const changes = new Map<Person, Change>()
  const dirty = new Set<Person>()
  const attached = calls.map((call) => {
    const { person, fresh } = personOf(people, call.userId)
    if (fresh) identifiers.push({ type: 'user_id', value: call.userId, person, call })
    const change = changes.get(person) ?? { id: newId(), person, events: new Set(), traits: new Set() }
    changes.set(person, change)
    change.events.add(call.event ?? call.type)
    const email = call.traits?.['email']
    if (typeof email === 'string' && !person.identifiers['email']?.includes(email)) {
      person.identifiers['email'] = [email, ...(person.identifiers['email'] ?? [])]
      identifiers.push({ type: 'email', value: email, person, call })
    }
    const at = Date.parse(call.timestamp)
    const seen = at >= person.lastSeen + (fresh ? 1 : COARSE_MS)
    if (seen) person.lastSeen = at
    if (identify(person, call, change) || seen || fresh) dirty.add(person)
    return { call, person }
  })
  const profiles = [...dirty]
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(
      (p) => [p, JSON.stringify(p.traits), JSON.stringify(p.times), JSON.stringify(p.identifiers), new Date(p.lastSeen)] as const,
    )
  return { calls: attached.toSorted(byId), identifiers, profiles, changes: [...changes.values()].toSorted(byId) }
}

const list = (names: Set<string>): string => `{${[...names].map((name) => `"${name}"`).join(',')}}`

const EVENTS = `insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, context, source_id, received_at)
  select $1, r.profile_id, r.timestamp, r.message_id, r.type, r.name, r.properties::jsonb, r.context::jsonb, 'src', $2
  from unnest($3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
    as r (profile_id, timestamp, message_id, type, name, properties, context)`
const SEEN = 'insert into event_seen (space_id, message_id, received_at) select $1, id, $2 from unnest($5::text[]) as id'
const IDENTIFIERS = `insert into profile_identifier (space_id, collection, type, value, profile_id, source_id, message_id, created_at)
  select $1, 'users', r.type, r.value, r.profile_id, 'src', r.message_id, $2
  from unnest($10::text[], $11::text[], $12::uuid[], $13::text[]) as r (type, value, profile_id, message_id) on conflict do nothing`
const PROFILES = `insert into profile (space_id, id, collection, traits, trait_times, identifiers, merge_count, created_at, updated_at, last_seen_at)
  select $1, r.id, 'users', r.traits::jsonb, r.times::jsonb, r.identifiers::jsonb, 0, r.created_at, $2, r.last_seen_at
  from unnest($14::uuid[], $15::text[], $16::text[], $17::text[], $18::timestamptz[], $19::timestamptz[])
    as r (id, traits, times, identifiers, created_at, last_seen_at)
  on conflict (space_id, id) do update set traits = excluded.traits, trait_times = excluded.trait_times, identifiers = excluded.identifiers,
    updated_at = excluded.updated_at, last_seen_at = excluded.last_seen_at`
const CHANGES = `insert into profile_change (space_id, profile_id, id, event_names, trait_keys, changed_at)
  select $1, r.profile_id, r.id, r.event_names::text[], r.trait_keys::text[], $2
  from unnest($20::uuid[], $21::uuid[], $22::text[], $23::text[]) as r (profile_id, id, event_names, trait_keys)`

/** Stores all rows of a batch in one statement, so in one round trip and one transaction. */
export const insertRows = async (
  pool: pg.Pool,
  spaceId: string,
  { calls, identifiers, profiles, changes }: Rows,
): Promise<void> => {
  await pool.query(
    `with seen as (${SEEN}), identifiers as (${IDENTIFIERS}), profiles as (${PROFILES}), changes as (${CHANGES}) ${EVENTS}`,
    [
      spaceId,
      new Date(),
      calls.map(({ person }) => person.id),
      calls.map(({ call }) => call.timestamp),
      calls.map(({ call }) => call.messageId),
      calls.map(({ call }) => call.type),
      calls.map(({ call }) => call.event ?? call.type),
      calls.map(({ call }) => JSON.stringify(call.properties ?? call.traits)),
      calls.map(({ call }) => JSON.stringify(call.context)),
      identifiers.map(({ type }) => type),
      identifiers.map(({ value }) => value),
      identifiers.map(({ person }) => person.id),
      identifiers.map(({ call }) => call.messageId),
      profiles.map(([person]) => person.id),
      profiles.map(([, traits]) => traits),
      profiles.map(([, , times]) => times),
      profiles.map(([, , , own]) => own),
      profiles.map(([person]) => person.createdAt),
      profiles.map(([, , , , lastSeen]) => lastSeen),
      changes.map(({ person }) => person.id),
      changes.map(({ id }) => id),
      changes.map(({ events }) => list(events)),
      changes.map(({ traits }) => list(traits)),
    ],
  )
}

/** Only the events, nothing else: what a log would store. */
export const insertEvents = async (pool: pg.Pool, spaceId: string, { calls }: Rows): Promise<void> => {
  await pool.query(EVENTS, [
    spaceId,
    new Date(),
    calls.map(({ person }) => person.id),
    calls.map(({ call }) => call.timestamp),
    calls.map(({ call }) => call.messageId),
    calls.map(({ call }) => call.type),
    calls.map(({ call }) => call.event ?? call.type),
    calls.map(({ call }) => JSON.stringify(call.properties ?? call.traits)),
    calls.map(({ call }) => JSON.stringify(call.context)),
  ])
}
