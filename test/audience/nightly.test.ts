import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { loadCatalog } from '../../src/audience/catalog.ts'
import type { ComputedTraitDefinition, EventSelection, Measure } from '../../src/audience/condition.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { type AccountWorld, accountWorld } from './support/account-world.ts'
import { roughly, secondTruth } from './support/everyone.ts'
import { edit, idOf, make, nightlyDrift, type Slots, slot } from './support/slots.ts'
import { hour } from './support/world.ts'

/* Every kind of computed trait in every window: what the ticks left is what the specification says, and the night finds nothing to mend. */

const { db } = await freshDatabase()
const SEED = Number(process.env['SEED'] ?? randomInt(1_000_000_000))

const MEASURES: readonly Measure[] = [
  { kind: 'count' },
  ...(['sum', 'average', 'min', 'max', 'first', 'last', 'unique', 'unique_count'] as const).map((kind) => ({
    ...{ kind, property: 'n' },
  })),
  { kind: 'min', property: 'at', as: 'string' },
  { kind: 'max', property: 'n', as: 'string' },
  { kind: 'most_frequent', property: 'n', minimum: 1 },
  { kind: 'most_frequent', property: 'n', minimum: 2, as: 'number' },
  { kind: 'most_frequent', property: 'list.$', minimum: 1, as: 'array' },
]
const OF_USER: readonly Measure[] = [
  { kind: 'most_frequent', property: 'x', minimum: 1, of: 'user' },
  { kind: 'first', property: 'x', of: 'user' },
  { kind: 'last', property: 'x', of: 'user' },
]
const WINDOWS: readonly Omit<EventSelection, 'name'>[] = [
  {},
  { within: '5 hours' },
  { between: ['2 hours', '5 hours'] },
  { where: { type: 'property', path: 'at', compare: { operator: 'within_last', duration: '2 hours' } } },
]
const SESSIONS: readonly Omit<EventSelection, 'name'>[] = [{ expiresAfter: '2 hours' }]

// Every measure in some windows and every window of some measures: which meet is the seed's.
const each = (measures: readonly Measure[], windows: typeof WINDOWS): readonly ComputedTraitDefinition[] =>
  measures.flatMap((measure, row) =>
    windows
      .filter((_, column) => (row + column + SEED) % 3 === 0)
      .map((window) => ({ event: { name: 'A', ...window }, measure })),
  )

const happening = fc.record({
  user: fc.integer({ min: 0, max: 3 }),
  account: fc.integer({ min: 0, max: 1 }),
  kind: fc.constantFrom('track', 'track', 'track', 'lurk', 'identify', 'reveal', 'group'),
  age: fc.integer({ min: -3, max: 14 }),
  n: fc.constantFrom<Json>(0, 1, 2.5, '1', 'a', '', null, true),
  pass: fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 5),
})
type Happening = typeof happening extends fc.Arbitrary<infer Of> ? Of : never

const iso = ({ clock }: AccountWorld, halfHours: number): string =>
  new Date(clock.at.getTime() + halfHours * 1_800_000).toISOString()

const callOf = (world: AccountWorld, { kind, user, account, age, n }: Happening): JsonObject => {
  const known: JsonObject = { userId: `u${user}` }
  switch (kind) {
    case 'identify':
      return { type: 'identify', ...known, traits: { x: n } }
    case 'reveal':
      return { type: 'identify', ...known, anonymousId: `a${user}`, traits: {} }
    case 'group':
      return { type: 'group', ...known, groupId: `g${account}` }
    default: {
      const who = kind === 'lurk' ? { anonymousId: `a${user}` } : known
      const properties = { n, list: [n, 2], at: iso(world, age - 5) }
      return { type: 'track', ...who, event: 'A', properties, timestamp: iso(world, -age) }
    }
  }
}

const check = async (world: AccountWorld, slots: Slots): Promise<void> => {
  const { spaceId } = world
  const second = await secondTruth(world, await loadCatalog(db, spaceId))
  const rows = await run(
    db,
    query(
      'test.nightly*',
      sql<{ id: string; profile_id: string; value: Json }>`select computed_trait_id as id, profile_id, value from computed_value
        where space_id = ${spaceId} order by 2`,
    ),
  )
  for (const one of slots) {
    const definition = one.definition as ComputedTraitDefinition
    const stored = rows.filter(({ id }) => id === idOf(one))
    expect(
      stored.map((row) => [row.profile_id, roughly(definition, JSON.stringify(row.value))]),
      `${idOf(one)} ${JSON.stringify(definition)}`,
    ).toEqual(second.values(one))
  }
}

it(`G2 G3 CTR-01 every kind of computed trait, in every window, of people and of accounts: no drift (SEED=${SEED})`, async () => {
  const [happenings] = fc.sample(fc.array(happening, { minLength: 45, maxLength: 45, size: 'max' }), { numRuns: 1, seed: SEED })
  const people = each(MEASURES, [...WINDOWS, ...SESSIONS])
  const accounts = each([...MEASURES, ...OF_USER], WINDOWS)
  const slots = [
    ...people.map((definition, index) => slot(`own_${index}`, definition, { kind: 'computed_trait' })),
    ...accounts.map((definition, index) =>
      slot(`all_${index}`, definition, {
        ...{ kind: 'computed_trait', collection: 'accounts' },
        options: index % 2 === 0 ? {} : { honourGroupId: true },
      }),
    ),
  ]
  const world = await accountWorld(db, 'spa_night', hour(0))
  const here = () => ({ db, spaceId: world.spaceId, slots, now: world.clock.at })
  for (const one of slots) await make(here(), one, one.definition)
  await world.tick()
  for (const [index, what] of must(happenings, 'a history').entries()) {
    await world.tell({ messageId: `m${index}`, ...callOf(world, what) })
    if (what.pass === 0) continue
    world.clock.at = new Date(iso(world, what.pass))
    await world.tick()
  }
  // A definition that was another before.
  for (const one of slots.filter((_, index) => index % 10 === 0)) {
    const definition = one.definition as ComputedTraitDefinition
    await edit(here(), one, { ...definition, event: { ...definition.event, excludeSources: ['other'] } })
  }
  world.clock.at = new Date(iso(world, 1))
  await world.tick()
  await check(world, slots)
  expect(await nightlyDrift(here(), world.tick)).toEqual([])
  await check(world, slots)
}, 90_000)
