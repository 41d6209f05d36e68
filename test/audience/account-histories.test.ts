import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { loadCatalog } from '../../src/audience/catalog.ts'
import { compile } from '../../src/audience/compile.ts'
import { compileValue } from '../../src/audience/compute.ts'
import type { Comparison, ComputedTraitDefinition, Condition, Measure } from '../../src/audience/condition.ts'
import { markEverybody } from '../../src/audience/due.ts'
import type { Sql } from '../../src/audience/operator.ts'
import { eligibilityOf } from '../../src/audience/options.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { type AccountWorld, accountWorld, expectedAccounts } from './support/account-world.ts'
import { condition, measure, selection } from './support/arbitrary.ts'
import { roughly, secondTruth } from './support/everyone.ts'
import { type Defined, edit, idOf, make, nightlyDrift, remake, type Slot, type Slots, slot, toggle } from './support/slots.ts'
import { hour, membersNow } from './support/world.ts'

/* G1 and G3 for accounts: links, merges and calls go through ingestion, and each quantifier is worked out beside the compiler. */

const { db } = await freshDatabase()
const SEED = Number(process.env['SEED'] ?? randomInt(1_000_000_000))
const RUNS = Number(process.env['RUNS'] ?? 8)
const LONG = 60_000 + RUNS * 15_000

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
  | { readonly kind: 'full' | 'toggle'; readonly which: number }
  | { readonly kind: 'edit' | 'remake'; readonly which: number; readonly definition: Defined }
  | { readonly kind: 'tick'; readonly halfHours: number }

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

/** What is in a space of audiences and computed traits, in an order in which each may be made. */
const definition = fc.record({ event: selection(['x', 'when']), measure })
const ofAccount = fc.record({ event: selection(['x', 'when']), measure: fc.oneof({ weight: 2, arbitrary: measure }, ofUser) })
type Place = Pick<Slot, 'name' | 'kind' | 'collection' | 'options'> & { readonly defined: fc.Arbitrary<Defined> }
const audience = { kind: 'audience', options: {} } as const
const trait = { kind: 'computed_trait', options: {} } as const
const PLACES: readonly Place[] = [
  { ...trait, name: 'counted', collection: 'users', defined: definition },
  { ...trait, name: 'measured', collection: 'users', defined: definition },
  { ...trait, name: 'together', collection: 'accounts', defined: ofAccount },
  { ...trait, name: 'together_own', collection: 'accounts', options: { honourGroupId: true }, defined: ofAccount },
  { ...audience, name: 'people', collection: 'users', defined: condition([]) },
  { ...audience, name: 'one', collection: 'accounts', defined: ofAccounts([], []) },
  { ...audience, name: 'two', collection: 'accounts', defined: ofAccounts(['people'], ['one']) },
  {
    ...audience,
    name: 'three',
    collection: 'accounts',
    options: { honourGroupId: true },
    defined: ofAccounts(['people'], ['two']),
  },
  { ...audience, name: 'reached', collection: 'users', defined: condition(['one', 'two']) },
]
const which = fc.integer({ min: 0, max: PLACES.length - 1 })
const changed = ({ defined }: Place, index: number): fc.Arbitrary<Happening> =>
  fc.record({
    kind: fc.constantFrom('edit' as const, 'edit' as const, 'remake' as const),
    which: fc.constant(index),
    definition: defined,
  })

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
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('full' as const, 'toggle' as const), which }) },
  { weight: 2, arbitrary: fc.oneof(...PLACES.map(changed)) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('tick' as const), halfHours: fc.integer({ min: 0, max: 20 }) }) },
)

const iso = (world: AccountWorld, halfHours: number): string =>
  new Date(world.clock.at.getTime() + halfHours * 1_800_000).toISOString()

const here = ({ db, spaceId, clock }: AccountWorld, slots: Slots) => ({ db, spaceId, slots, now: clock.at })
const slotOf = (slots: Slots, index: number): Slot => must(slots[index], 'a slot')

const happen = async (world: AccountWorld, slots: Slots, what: Happening, serial: number): Promise<void> => {
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
      return markEverybody(db, world.spaceId, [idOf(slotOf(slots, what.which))], `full ${serial}`)
    case 'toggle':
      return toggle(here(world, slots), slotOf(slots, what.which))
    case 'edit':
      return edit(here(world, slots), slotOf(slots, what.which), what.definition)
    case 'remake':
      return remake(here(world, slots), slotOf(slots, what.which), what.definition)
    case 'tick':
      world.clock.at = new Date(iso(world, what.halfHours))
      return world.tick()
  }
}

const begin = async (slots: Slots, spaceId: string): Promise<AccountWorld> => {
  const world = await accountWorld(db, spaceId, hour(0), spaces % 2 === 0)
  for (const each of slots) await make(here(world, slots), each, each.definition)
  await world.tick()
  return world
}

const rowsOf = (values: Sql) =>
  run(
    db,
    query(
      'test.*',
      sql<{ profile_id: string; value: Json }>`select v.profile_id, v.value from (${values}) v order by v.profile_id`,
    ),
  )

const check = async (world: AccountWorld, slots: Slots): Promise<void> => {
  const { spaceId } = world
  const catalog = await loadCatalog(db, spaceId)
  const second = await secondTruth(world, catalog)
  for (const each of slots.filter(({ state }) => state === 'enabled')) {
    const id = idOf(each)
    const said = `${id} ${JSON.stringify(each.definition)}`
    const about = eligibilityOf(each.definition, { ...each, createdAt: new Date(0) })
    const scope = { spaceId, now: world.clock.at, catalog, ...about }
    if (each.kind === 'computed_trait') {
      const definition = each.definition as ComputedTraitDefinition
      const stored = await rowsOf(
        sql`select profile_id, value from computed_value where space_id = ${spaceId} and computed_trait_id = ${id}`,
      )
      expect(stored, `G3 values of ${said}`).toEqual(await rowsOf(compileValue(definition, scope)))
      const found = stored.map((row) => [row.profile_id, roughly(definition, JSON.stringify(row.value))])
      expect(found, `G2 values of ${said}`).toEqual(second.values(each))
      continue
    }
    const condition = each.definition as Condition
    const members = await membersNow(db, spaceId, id)
    const now = await run(db, query('test.*', compile(condition, scope)))
    expect(members, `G3 ${said}`).toEqual(now.map((row) => row.profile_id).sort())
    expect(members, `G2 ${said}`).toEqual(second.members(each))
    if (each.collection === 'accounts' && !scope.account)
      expect(members, `ACC-01 ${said}`).toEqual([...(await expectedAccounts(world, condition))].sort())
  }
}

let spaces = 0
it(`G1 G2 G3 ACC-01 ACC-06 CTR-11 CTR-12 CND-25 accounts: incremental = from scratch = the specification, whatever happens (SEED=${SEED})`, {
  timeout: LONG,
}, async () => {
  const histories = fc.record({
    definitions: fc.tuple(...PLACES.map((each) => each.defined)),
    happenings: fc.array(happening, { minLength: 10, maxLength: 35, size: 'max' }),
  })
  await fc.assert(
    fc.asyncProperty(histories, async ({ definitions, happenings }) => {
      const slots = PLACES.map((each, index) => slot(each.name, must(definitions[index], 'a definition'), each))
      const world = await begin(slots, `spa_${spaces++}`)
      for (const [serial, what] of happenings.entries()) {
        await happen(world, slots, what, serial)
        if (what.kind === 'tick') await check(world, slots)
      }
      world.clock.at = new Date(iso(world, 1))
      await world.tick()
      await check(world, slots)
      expect(await nightlyDrift(here(world, slots), world.tick), 'drift').toEqual([])
    }),
    { seed: SEED, numRuns: RUNS, endOnFailure: !process.env['SHRINK'] },
  )
})
