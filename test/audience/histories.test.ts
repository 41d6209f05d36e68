import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { loadCatalog } from '../../src/audience/catalog.ts'
import { compile } from '../../src/audience/compile.ts'
import { compileValue } from '../../src/audience/compute.ts'
import type { ComputedTraitDefinition, Condition } from '../../src/audience/condition.ts'
import { markEverybody } from '../../src/audience/due.ts'
import { evaluateSpace, LIMITS, type Limits } from '../../src/audience/evaluate.ts'
import { evaluateSpaceFully } from '../../src/audience/evaluate-fully.ts'
import type { Sql } from '../../src/audience/operator.ts'
import { DEFAULT_EXTERNAL_IDS } from '../../src/audience/scope.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { condition, type Happening, happening, measure, REFERRED, traitSelection } from './support/arbitrary.ts'
import { edit, idOf, make, nightlyDrift, remake, type Slot, type Slots, slot, toggle } from './support/slots.ts'
import { addChange, addEvent, addProfile, hour, makePartitions, makeSpace, membersNow, profileId } from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)

const SEED = Number(process.env['SEED'] ?? randomInt(1_000_000_000))
const RUNS = Number(process.env['RUNS'] ?? 12)
const AUDIENCES = ['first', 'second', 'third', 'fourth'] as const
const TRAITS = ['counted', 'measured'] as const
type Traits = readonly ComputedTraitDefinition[]

type World = {
  readonly spaceId: string
  halfHours: number
  serial: number
  readonly gone: Set<number>
  readonly slots: Slots
  readonly limits: Limits
}
const nowOf = (world: World): Date => hour(world.halfHours / 2)
const personOf = (world: World, profile: number): string => profileId(world.spaceId, `p${profile}`)
const next = (world: World): string => `${world.spaceId} ${world.serial++}`
const live = (world: World, profile: number): boolean => !world.gone.has(profile)
const here = ({ spaceId, slots, ...world }: World) => ({ db, spaceId, slots, now: hour(world.halfHours / 2) })
const slotOf = ({ slots }: World, index: number): Slot => must(slots[index], 'a slot')
const timeOf = (world: World, halfHours: number): string => hour((world.halfHours + halfHours) / 2).toISOString()

const merge = async (world: World, winner: number, loser: number): Promise<void> => {
  if (winner === loser || !live(world, winner) || !live(world, loser)) return
  world.gone.add(loser)
  const [to, from] = [personOf(world, winner), personOf(world, loser)]
  for (const table of ['profile_change', 'event', 'membership', 'membership_change', 'computed_value']) {
    await run(
      db,
      query(
        'test.merge*',
        sql`with gone as (delete from ${sql.table(table)} where space_id = ${world.spaceId} and profile_id = ${from} returning ${sql.table(table)}.*)
          insert into ${sql.table(table)} select m.* from gone, lateral jsonb_populate_record(null::${sql.table(table)}, to_jsonb(gone) || jsonb_build_object('profile_id', ${to}::text)) m
          on conflict do nothing`,
      ),
    )
  }
  await run(
    db,
    query(
      'test.merge*',
      sql`insert into membership_change (space_id, profile_id, id, audience_id, change, changed_at)
        select ${world.spaceId}, m.profile_id, md5(m.audience_id || ${next(world)})::uuid, m.audience_id, 'entered', ${nowOf(world)}
        from membership m where m.space_id = ${world.spaceId} and m.profile_id = ${to}
          and 'exited' = (select c.change from membership_change c where c.space_id = ${world.spaceId} and c.profile_id = ${to} and c.audience_id = m.audience_id
            order by c.changed_at desc, c.evaluation desc nulls first limit 1)`,
    ),
  )
  await run(
    db,
    query(
      'test.merge*',
      sql`insert into profile_merge (space_id, profile_id, loser_id, merged_at) values (${world.spaceId}, ${to}, ${from}, ${nowOf(world)})`,
    ),
  )
  await run(
    db,
    query('test.merge*', sql`update profile set merged_into = ${to} where space_id = ${world.spaceId} and id = ${from}`),
  )
  await run(
    db,
    query(
      'test.merge*',
      sql`update profile set traits = profile.traits || l.traits, identifiers = profile.identifiers || l.identifiers
        from (select traits, identifiers from profile where space_id = ${world.spaceId} and id = ${from}) l
        where space_id = ${world.spaceId} and id = ${to}`,
    ),
  )
  await addChange(db, world.spaceId, to, next(world), { traits: ['*'], at: nowOf(world) })
}

// As if they had never been: of nobody else does the answer change.
const forget = async (world: World, profile: number): Promise<void> => {
  world.gone.add(profile)
  for (const table of ['profile_change', 'event', 'membership', 'membership_change', 'computed_value', 'profile'] as const) {
    const id = sql.ref(table === 'profile' ? 'id' : 'profile_id')
    await run(
      db,
      query(
        'test.forget*',
        sql`delete from ${sql.table(table)} where space_id = ${world.spaceId} and ${id} = ${personOf(world, profile)}`,
      ),
    )
  }
}

const happen = async (world: World, what: Happening): Promise<void> => {
  const { spaceId } = world
  switch (what.kind) {
    case 'event': {
      if (!live(world, what.profile)) return
      const at = new Date(nowOf(world).getTime() - what.age * 1_800_000)
      const properties = { n: what.n, m: what.m, list: [what.n, 2], at: timeOf(world, what.at) } as JsonObject
      await addEvent(db, spaceId, personOf(world, what.profile), what.name, at, next(world), properties, {}, what.source)
      await addChange(db, spaceId, personOf(world, what.profile), next(world), { events: [what.name], at: nowOf(world) })
      return
    }
    case 'trait': {
      if (!live(world, what.profile)) return
      const value = what.key === 'when' ? timeOf(world, what.value as number) : what.value
      await run(
        db,
        query(
          'test.trait*',
          sql`update profile set traits = traits || ${JSON.stringify({ [what.key]: value })}::jsonb where space_id = ${spaceId} and id = ${personOf(world, what.profile)}`,
        ),
      )
      await addChange(db, spaceId, personOf(world, what.profile), next(world), { traits: [what.key], at: nowOf(world) })
      return
    }
    case 'identify': {
      if (!live(world, what.profile)) return
      await run(
        db,
        query(
          'test.identify*',
          sql`update profile set identifiers = identifiers || '{"user_id": ["u"]}' where space_id = ${spaceId} and id = ${personOf(world, what.profile)}`,
        ),
      )
      await addChange(db, spaceId, personOf(world, what.profile), next(world), {
        events: ['identify'],
        traits: ['*'],
        at: nowOf(world),
      })
      return
    }
    case 'merge':
      return merge(world, what.winner, what.loser)
    case 'forget':
      return forget(world, what.profile)
    case 'full':
      return markEverybody(db, spaceId, [idOf(slotOf(world, what.slot))], next(world))
    case 'edit':
      return edit(here(world), slotOf(world, what.slot), what.definition)
    case 'toggle':
      return toggle(here(world), slotOf(world, what.slot))
    case 'remake':
      return remake(here(world), slotOf(world, what.slot), what.definition)
    case 'tick':
      world.halfHours += what.halfHours
      await tick(world)
  }
}

const tick = async (world: World): Promise<void> => {
  await evaluateSpaceFully(db, world.spaceId, nowOf(world))
  while ((await evaluateSpace(db, world.spaceId, nowOf(world), world.limits)).more);
  // What time alone asks to be computed in full is asked for by the tick.
  await evaluateSpaceFully(db, world.spaceId, nowOf(world))
}

const replayed = async (spaceId: string, audienceId: string): Promise<readonly string[]> => {
  const rows = await run(
    db,
    query(
      'test.replay*',
      sql<{
        id: string
        change: string
      }>`select profile_id as id, change from membership_change where space_id = ${spaceId} and audience_id = ${audienceId}
        order by changed_at, evaluation nulls last`,
    ),
  )
  const members = new Set<string>()
  for (const { id, change } of rows) change === 'entered' ? members.add(id) : members.delete(id)
  return [...members].sort()
}

const valuesOf = (values: Sql) => run(db, query('test.values*', sql`select v.profile_id, v.value from (${values}) v order by 1`))

const check = async (world: World): Promise<void> => {
  const { spaceId } = world
  const scope = { spaceId, now: nowOf(world), catalog: await loadCatalog(db, spaceId), filterByExternalIds: DEFAULT_EXTERNAL_IDS }
  for (const each of world.slots.filter(({ state }) => state === 'enabled')) {
    const id = idOf(each)
    const said = `${id} ${JSON.stringify(each.definition)}`
    if (each.kind === 'computed_trait') {
      const wanted = await valuesOf(compileValue(each.definition as ComputedTraitDefinition, scope))
      const stored = sql`select profile_id, value from computed_value where space_id = ${spaceId} and computed_trait_id = ${id}`
      expect(await valuesOf(stored), `G3 values of ${said}`).toEqual(wanted)
      continue
    }
    const matching = await run(db, query('test.matching*', compile(each.definition as Condition, scope)))
    const members = await membersNow(db, spaceId, id)
    expect(members, `G1 ${said}`).toEqual(matching.map((row) => row.profile_id).sort())
    expect(await replayed(spaceId, id), `G4 ${said}`).toEqual(members)
  }
}

let space = 0
// Few changes at once, so that some wait while others are looked at.
const COPYING: Limits = { ...LIMITS, changes: 2, copyFrom: { looks: 1, computations: 1, twoFrom: 1 } }
const begin = async (conditions: readonly Condition[], traits: Traits, limits: Limits): Promise<World> => {
  const world: World = {
    spaceId: `spa_${space++}`,
    halfHours: 0,
    serial: 0,
    gone: new Set(),
    slots: [
      ...conditions.map((each, index) => slot(must(AUDIENCES[index], 'a name'), each)),
      ...traits.map((each, index) => slot(must(TRAITS[index], 'a name'), each, { kind: 'computed_trait' })),
    ],
    limits,
  }
  await makeSpace(db, world.spaceId)
  for (const kind of ['computed_trait', 'audience'] as const)
    for (const each of world.slots) if (each.kind === kind) await make(here(world), each, each.definition)
  await tick(world)
  for (let profile = 0; profile < 6; profile++) {
    const identifiers: JsonObject = profile < 4 ? { user_id: [`p${profile}`] } : { anonymous_id: [`p${profile}`] }
    await addProfile(db, world.spaceId, `p${profile}`, {}, identifiers, nowOf(world))
    await addChange(db, world.spaceId, personOf(world, profile), next(world), { events: ['identify'], at: nowOf(world) })
  }
  return world
}

it(
  `G1 G3 G4 G9 incremental = from scratch, and no night finds drift, whatever happens and however time passes (SEED=${SEED})`,
  async () => {
    const definitions = (traits: readonly string[]) => fc.record({ event: traitSelection(traits), measure })
    const counted = definitions(['x', 'when'])
    const measured = definitions(['x', 'counted'])
    const histories = fc.record({
      conditions: fc.tuple(...REFERRED.map(condition)),
      traits: fc.tuple(counted, measured),
      happenings: fc.array(happening([...REFERRED.map(condition), counted, measured]), {
        minLength: 10,
        maxLength: 40,
        size: 'max',
      }),
    })
    await fc.assert(
      fc.asyncProperty(histories, async ({ conditions, traits, happenings }) => {
        const decoy = await begin(conditions, traits, LIMITS)
        const world = await begin(conditions, traits, COPYING)
        for (const [index, what] of happenings.entries()) {
          await happen(world, what)
          if (index % 3 === 0 || what.kind === 'tick') await happen(decoy, what)
          if (what.kind === 'tick') for (const each of [world, decoy]) await check(each)
        }
        for (const each of [world, decoy]) {
          each.halfHours += 1
          await tick(each)
          await check(each)
          expect(await nightlyDrift(here(each), () => tick(each)), 'drift').toEqual([])
        }
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: !process.env['SHRINK'] },
    )
  },
  60_000 + RUNS * 12_000,
)
