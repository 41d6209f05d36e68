import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { type Catalog, loadCatalog } from '../../src/audience/catalog.ts'
import { compile } from '../../src/audience/compile.ts'
import { compileValue } from '../../src/audience/compute.ts'
import type { Comparison, ComputedTraitDefinition, Condition, Measure } from '../../src/audience/condition.ts'
import { markEverybody } from '../../src/audience/due.ts'
import { computedValue } from '../../src/audience/evaluator/computed.ts'
import { matches } from '../../src/audience/evaluator/matches.ts'
import { isEligible, type World } from '../../src/audience/evaluator/person.ts'
import { jsonOf } from '../../src/audience/evaluator/value.ts'
import { DEFAULT_EXTERNAL_IDS } from '../../src/audience/scope.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import { query, run } from '../../src/db/query.ts'
import type { Collection } from '../../src/profile/identifier.ts'
import { freshDatabase } from '../support/database.ts'
import { type AccountWorld, accountWorld, expectedAccounts } from './support/account-world.ts'
import { condition, measure, selection } from './support/arbitrary.ts'
import { everyone, worldOf } from './support/everyone.ts'
import { hour, membersNow } from './support/world.ts'

/* G1 and G3 for accounts: links, merges and calls go through ingestion, and each quantifier is worked out beside the compiler. */

const { db } = await freshDatabase()
const SEED = Number(process.env['SEED'] ?? randomInt(1_000_000_000))
const RUNS = Number(process.env['RUNS'] ?? 8)

const user = fc.integer({ min: 0, max: 4 })
const scalar = fc.constantFrom<string | number>(0, 1, 2, 'a', '1')

type Happening =
  | {
      readonly kind: 'track' | 'lurk'
      readonly user: number
      readonly name: string
      readonly age: number
      readonly n: string | number
      readonly at: number
      readonly source: string
      /** The account that the event names. */
      readonly of: number | undefined
    }
  | { readonly kind: 'identify' | 'reveal'; readonly user: number; readonly x: string | number; readonly at: number }
  | {
      readonly kind: 'group' | 'lurk_group'
      readonly user: number
      readonly account: number
      readonly x: string | number
      readonly at: number
    }
  | { readonly kind: 'full'; readonly which: number }
  | { readonly kind: 'tick'; readonly halfHours: number }

const half = fc.integer({ min: -60, max: 60 })
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('track' as const, 'track' as const, 'lurk' as const),
      user,
      name: fc.constantFrom('A', 'B'),
      age: fc.integer({ min: -12, max: 100 }),
      n: scalar,
      at: half,
      source: fc.constantFrom('src', 'src', 'other'),
      of: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined, freq: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('identify' as const, 'reveal' as const), user, x: scalar, at: half }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('group' as const, 'group' as const, 'lurk_group' as const),
      user,
      account: fc.integer({ min: 0, max: 2 }),
      x: scalar,
      at: half,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('full' as const), which: fc.integer({ min: 0, max: 4 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('tick' as const), halfHours: fc.integer({ min: 0, max: 20 }) }) },
)

const own: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    type: fc.constant('trait' as const),
    path: fc.constantFrom('x', 'together'),
    compare: fc.constantFrom<Comparison>(
      { operator: 'equals', value: 1 },
      { operator: 'at_least', value: 2 },
      { operator: 'absent' },
      { operator: 'omits', value: '1' },
    ),
  }),
  fc.record({
    type: fc.constant('trait' as const),
    path: fc.constant('when'),
    compare: fc.constantFrom<Comparison>(
      { operator: 'within_last', duration: '5 hours' },
      { operator: 'after_next', duration: '2 hours' },
    ),
  }),
)

const ofAccounts = (people: readonly string[], accounts: readonly string[]): fc.Arbitrary<Condition> =>
  fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      {
        weight: 4,
        arbitrary: fc.record({
          type: fc.constantFrom('any' as const, 'all' as const),
          condition: condition([...people, ...accounts]),
        }),
      },
      { weight: 2, arbitrary: own },
      ...accounts.map((audience) => ({ weight: 2, arbitrary: fc.constant<Condition>({ type: 'audience', audience }) })),
      { weight: 1, arbitrary: fc.record({ type: fc.constant('not' as const), condition: tie('node') }) },
      {
        weight: 2,
        arbitrary: fc.record({
          type: fc.constantFrom('and' as const, 'or' as const),
          conditions: fc.array(tie('node'), { minLength: 1, maxLength: 2 }),
        }),
      },
    ),
  })).node

// Of whoever did the event, a trait of theirs.
const ofUser: fc.Arbitrary<Measure> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('first' as const, 'last' as const),
    property: fc.constantFrom('x', 'when'),
    of: fc.constant('user' as const),
  }),
  fc.record({
    kind: fc.constant('most_frequent' as const),
    property: fc.constant('x'),
    minimum: fc.integer({ min: 1, max: 2 }),
    of: fc.constant('user' as const),
  }),
)

const iso = (world: AccountWorld, halfHours: number): string =>
  new Date(world.clock.at.getTime() + halfHours * 1_800_000).toISOString()

const happen = async (world: AccountWorld, what: Happening, serial: number): Promise<void> => {
  const common = { messageId: `m${serial}`, timestamp: world.clock.at.toISOString() }
  switch (what.kind) {
    case 'track':
    case 'lurk': {
      const who: JsonObject = what.kind === 'track' ? { userId: `u${what.user}` } : { anonymousId: `a${what.user}` }
      const properties = { n: what.n, list: [what.n, 2], at: iso(world, what.at) }
      const context: JsonObject = what.of === undefined ? {} : { groupId: `g${what.of}` }
      const call = { type: 'track', ...common, ...who, event: what.name, properties, context, timestamp: iso(world, -what.age) }
      return world.tellFrom(what.source, call)
    }
    case 'identify':
      return world.tell({
        type: 'identify',
        ...common,
        userId: `u${what.user}`,
        traits: { x: what.x, when: iso(world, what.at) },
      })
    case 'reveal':
      return world.tell({ type: 'identify', ...common, userId: `u${what.user}`, anonymousId: `a${what.user}`, traits: {} })
    case 'group':
    case 'lurk_group': {
      const who: JsonObject = what.kind === 'group' ? { userId: `u${what.user}` } : { anonymousId: `a${what.user}` }
      const traits = { x: what.x, when: iso(world, what.at) }
      return world.tell({ type: 'group', ...common, ...who, groupId: `g${what.account}`, traits })
    }
    case 'full':
      return markEverybody(
        db,
        world.spaceId,
        [`aud_${must(['one', 'two', 'three', 'people', 'reached'][what.which], 'a key')}`],
        `full ${serial}`,
      )
    case 'tick':
      world.clock.at = new Date(iso(world, what.halfHours))
      return world.tick()
  }
}

type Made = {
  readonly accounts: Readonly<Record<'one' | 'two' | 'three', Condition>>
  readonly people: Readonly<Record<'people' | 'reached', Condition>>
  readonly traits: Readonly<Record<'counted' | 'measured' | 'together' | 'together_own', ComputedTraitDefinition>>
}

const optionsOf = (key: string) => (key === 'together_own' || key === 'three' ? { honourGroupId: true } : {})
const begin = async (made: Made, spaceId: string): Promise<AccountWorld> => {
  const world = await accountWorld(db, spaceId, hour(0), spaces % 2 === 0)
  for (const [key, definition] of Object.entries(made.traits))
    await world.trait(key, definition, key.startsWith('together') ? 'accounts' : 'users', optionsOf(key))
  await world.audience('people', made.people.people, 'users')
  for (const [key, each] of Object.entries(made.accounts)) await world.audience(key, each, 'accounts', optionsOf(key))
  await world.audience('reached', made.people.reached, 'users')
  await world.tick()
  return world
}

/** Whom the specification's own reading of the tables puts in, and the values that it works out. */
const secondTruth = async (world: AccountWorld, catalog: Catalog) => {
  const people = await everyone(db, world.spaceId, catalog)
  const asked = (collection: Collection, key: string): World =>
    worldOf(catalog, collection, { externalIds: DEFAULT_EXTERNAL_IDS, honoursGroups: optionsOf(key).honourGroupId })
  return {
    members: (key: string, condition: Condition, collection: Collection): readonly string[] =>
      people
        .filter((person) => matches(condition, person, asked(collection, key), world.clock.at))
        .map((each) => each.id)
        .sort(),
    values: (key: string, definition: ComputedTraitDefinition, collection: Collection): readonly (readonly string[])[] =>
      people
        .flatMap((person) => {
          const place = { person, world: asked(collection, key), now: world.clock.at }
          const value = isEligible(person, place.world) ? computedValue(definition, place) : undefined
          return value === undefined ? [] : [[person.id, roughly(definition, JSON.stringify(jsonOf(value)))]]
        })
        .sort(),
  }
}

// An average may be cut after its first 15 digits.
const roughly = ({ measure }: ComputedTraitDefinition, json: string): string =>
  measure.kind === 'average' ? Number(json).toPrecision(12) : json

const check = async (world: AccountWorld, made: Made): Promise<void> => {
  const { spaceId } = world
  const catalog = await loadCatalog(db, spaceId)
  const scope = { spaceId, now: world.clock.at, catalog }
  const second = await secondTruth(world, catalog)
  for (const [key, each] of Object.entries(made.people)) {
    const wanted = await run(db, query('test.*', compile(each, { ...scope, filterByExternalIds: DEFAULT_EXTERNAL_IDS })))
    const members = await membersNow(db, spaceId, `aud_${key}`)
    expect(members, `G3 ${key}`).toEqual(wanted.map((row) => row.profile_id).sort())
    expect(members, `G2 ${key} ${JSON.stringify(each)}`).toEqual(second.members(key, each, 'users'))
  }
  for (const [key, each] of Object.entries(made.accounts)) {
    const members = await membersNow(db, spaceId, `aud_${key}`)
    const account = optionsOf(key).honourGroupId ? sql`p.identifiers` : undefined
    const now = await run(db, query('test.*', compile(each, { ...scope, collection: 'accounts', account })))
    expect(members, `G3 ${key} ${JSON.stringify(each)}`).toEqual(now.map((row) => row.profile_id).sort())
    expect(members, `G2 ${key} ${JSON.stringify(each)}`).toEqual(second.members(key, each, 'accounts'))
    if (!account)
      expect(members, `ACC-01 ${key} ${JSON.stringify(each)}`).toEqual([...(await expectedAccounts(world, each))].sort())
  }
  for (const [key, definition] of Object.entries(made.traits)) {
    const about = key.startsWith('together')
      ? { collection: 'accounts' as const, account: optionsOf(key).honourGroupId ? sql`p.identifiers` : undefined }
      : { filterByExternalIds: DEFAULT_EXTERNAL_IDS }
    const value = compileValue(definition, { ...scope, ...about })
    const wanted = await run(db, query('test.*', sql`select n.profile_id, n.value from (${value}) n order by 1`))
    const stored = await run(
      db,
      query(
        'test.*',
        sql<{
          profile_id: string
          value: Json
        }>`select profile_id, value from computed_value where space_id = ${spaceId} and computed_trait_id = ${`tra_${key}`} order by 1`,
      ),
    )
    expect(stored, `G3 values of ${key}`).toEqual(wanted)
    const found = stored.map((row) => [row.profile_id, roughly(definition, JSON.stringify(row.value))])
    expect(found, `G2 values of ${key} ${JSON.stringify(definition)}`).toEqual(
      second.values(key, definition, key.startsWith('together') ? 'accounts' : 'users'),
    )
  }
}

let spaces = 0
it(`G1 G2 G3 ACC-01 ACC-06 CTR-11 CTR-12 CND-25 accounts: incremental = from scratch = the specification, whatever happens (SEED=${SEED})`, async () => {
  const definition = fc.record({ event: selection(['x', 'when']), measure })
  const ofAccount = fc.record({ event: selection(['x', 'when']), measure: fc.oneof({ weight: 2, arbitrary: measure }, ofUser) })
  const histories = fc.record({
    accounts: fc.record({
      one: ofAccounts([], []),
      two: ofAccounts(['people'], ['one']),
      three: ofAccounts(['people'], ['two']),
    }),
    people: fc.record({ people: condition([]), reached: condition(['one', 'two']) }),
    traits: fc.record({ counted: definition, measured: definition, together: ofAccount, together_own: ofAccount }),
    happenings: fc.array(happening, { minLength: 10, maxLength: 35, size: 'max' }),
  })
  await fc.assert(
    fc.asyncProperty(histories, async ({ happenings, ...made }) => {
      const world = await begin(made, `spa_${spaces++}`)
      for (const [serial, what] of happenings.entries()) {
        await happen(world, what, serial)
        if (what.kind === 'tick') await check(world, made)
      }
      world.clock.at = new Date(iso(world, 1))
      await world.tick()
      await check(world, made)
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: !process.env['SHRINK'] },
  )
}, 120_000)
