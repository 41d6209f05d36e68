import { sql } from 'kysely'
import type { Catalog } from '../../../src/audience/catalog.ts'
import type { ComputedTraitDefinition, Condition } from '../../../src/audience/condition.ts'
import { computedValue } from '../../../src/audience/evaluator/computed.ts'
import { matches } from '../../../src/audience/evaluator/matches.ts'
import { type Happened, isEligible, type Person, type World } from '../../../src/audience/evaluator/person.ts'
import { jsonOf } from '../../../src/audience/evaluator/value.ts'
import { DEFAULT_EXTERNAL_IDS } from '../../../src/audience/scope.ts'
import type { Json } from '../../../src/base/json.ts'
import { must } from '../../../src/base/must.ts'
import type { Db } from '../../../src/db/database.ts'
import { query, run } from '../../../src/db/query.ts'
import type { Slot } from './slots.ts'

/* A whole space as the evaluator sees it, read from the tables that ingestion and evaluations left. */

type Row = Omit<Person, 'events' | 'memberships' | 'computed' | 'linked'>
type Event = Happened & { readonly profileId: string }
type Stood = { readonly profileId: string; readonly id: string; readonly state: 'member' | 'exited' }
type Computed = { readonly profileId: string; readonly id: string; readonly value: Json }
type Link = { readonly profileId: string; readonly accountId: string }

const rows = <Of>(db: Db, text: ReturnType<typeof sql<Of>>): Promise<readonly Of[]> => run(db, query('test.everyone*', text))

const keyOf = (keys: ReadonlyMap<string, string>, id: string): string => must([...keys].find(([, own]) => own === id)?.[0], id)

/** Everybody of a space, merged ones included, each with those it is linked to. */
const everyone = async (db: Db, spaceId: string, catalog: Catalog): Promise<readonly Person[]> => {
  const [profiles, events, stood, computed, links] = await Promise.all([
    rows<Row>(
      db,
      sql`select id, collection, merged_into is not null as merged, identifiers, traits from profile where space_id = ${spaceId}`,
    ),
    rows<Event>(
      db,
      sql`select profile_id as "profileId", message_id as "messageId", type, name, timestamp, properties, context, source_id as "sourceId"
        from event where space_id = ${spaceId}`,
    ),
    rows<Stood>(
      db,
      sql`select profile_id as "profileId", audience_id as id, 'exited' as state from membership_change where space_id = ${spaceId}
        union all select profile_id, audience_id, 'member' from membership where space_id = ${spaceId} order by state`,
    ),
    rows<Computed>(
      db,
      sql`select profile_id as "profileId", computed_trait_id as id, value from computed_value where space_id = ${spaceId}`,
    ),
    rows<Link>(
      db,
      sql`select profile_id as "profileId", account_id as "accountId" from profile_link where space_id = ${spaceId}`,
    ),
  ])
  const known = new Set([...catalog.audiences.values(), ...catalog.computedTraits.values()])
  const of = <Of extends { readonly profileId: string }>(all: readonly Of[], { id }: Row): readonly Of[] =>
    all.filter((each) => each.profileId === id)
  const alone = profiles.map((profile): Person & { linked: Person[] } => ({
    ...profile,
    events: of(events, profile),
    memberships: Object.fromEntries(
      of(stood, profile).flatMap(({ id, state }) => (known.has(id) ? [[keyOf(catalog.audiences, id), state]] : [])),
    ),
    computed: Object.fromEntries(
      of(computed, profile).flatMap(({ id, value }) => (known.has(id) ? [[keyOf(catalog.computedTraits, id), value]] : [])),
    ),
    linked: [],
  }))
  const byId = new Map(alone.map((each) => [each.id, each]))
  for (const { profileId, accountId } of links) {
    const [person, account] = [must(byId.get(profileId), 'a person'), must(byId.get(accountId), 'an account')]
    person.linked.push(account)
    account.linked.push(person)
  }
  return alone
}

/** What holds in a space for a condition about these. */
const worldOf = (
  catalog: Catalog,
  collection: 'users' | 'accounts',
  more: Pick<World, 'externalIds' | 'honoursGroups'>,
): World => ({
  ...more,
  collection,
  audiences: [...catalog.audiences.keys()],
  computedTraits: [...catalog.computedTraits.keys()],
  accountAudiences: [...catalog.audiences].flatMap(([key, id]) => (catalog.accounts?.has(id) ? key : [])),
})

type Asked = { readonly db: Db; readonly spaceId: string; readonly clock: { readonly at: Date } }

/** Whom the specification's own reading of the tables puts in, and the values that it works out. */
export const secondTruth = async ({ db, spaceId, clock }: Asked, catalog: Catalog) => {
  const people = await everyone(db, spaceId, catalog)
  const asked = ({ collection, options }: Slot): World =>
    worldOf(catalog, collection, { externalIds: DEFAULT_EXTERNAL_IDS, honoursGroups: options.honourGroupId === true })
  return {
    members: (each: Slot): readonly string[] =>
      people
        .filter((person) => matches(each.definition as Condition, person, asked(each), clock.at))
        .map((person) => person.id)
        .sort(),
    values: (each: Slot): readonly (readonly string[])[] =>
      people
        .flatMap((person) => {
          const definition = each.definition as ComputedTraitDefinition
          const place = { person, world: asked(each), now: clock.at }
          const value = isEligible(person, place.world) ? computedValue(definition, place) : undefined
          return value === undefined ? [] : [[person.id, roughly(definition, JSON.stringify(jsonOf(value)))]]
        })
        .sort(),
  }
}

/** A value as text; an average may be cut after its first 15 digits. */
export const roughly = ({ measure }: ComputedTraitDefinition, json: string): string =>
  measure.kind === 'average' ? Number(json).toPrecision(12) : json
