import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { loadCatalog } from '../../src/audience/catalog.ts'
import { compile } from '../../src/audience/compile.ts'
import { compileValue } from '../../src/audience/compute.ts'
import type { ComputedTraitDefinition, Condition } from '../../src/audience/condition.ts'
import { markEverybody } from '../../src/audience/due.ts'
import { evaluateSpace, evaluateSpaceFully, LIMITS, type Limits } from '../../src/audience/evaluate.ts'
import { modeOf } from '../../src/audience/mode.ts'
import { create, type Patch, update } from '../../src/audience/save.ts'
import { DEFAULT_EXTERNAL_IDS } from '../../src/audience/scope.ts'
import { Refused } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { must } from '../../src/base/must.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { condition, type Happening, happening, measure, REFERRED, traitSelection } from './support/arbitrary.ts'
import {
  addChange,
  addEvent,
  addProfile,
  hour,
  makeAudience,
  makePartitions,
  makeSpace,
  membersNow,
  profileId,
} from './support/world.ts'

const { db } = await freshDatabase()
await makePartitions(db)

const SEED = Number(process.env['SEED'] ?? randomInt(1_000_000_000))
const RUNS = Number(process.env['RUNS'] ?? 15)
const KEYS = ['first', 'second', 'third', 'fourth'] as const

type World = {
  readonly spaceId: string
  halfHours: number
  serial: number
  readonly merged: Set<number>
  readonly conditions: Condition[]
  readonly disabled: Set<number>
  readonly limits: Limits
}
const nowOf = (world: World): Date => hour(world.halfHours / 2)
const idOf = (world: World, profile: number): string => profileId(world.spaceId, `p${profile}`)
const next = (world: World): string => `${world.spaceId} ${world.serial++}`
const live = (world: World, profile: number): boolean => !world.merged.has(profile)
const timeOf = (world: World, halfHours: number): string => hour((world.halfHours + halfHours) / 2).toISOString()

const merge = async (world: World, winner: number, loser: number): Promise<void> => {
  if (winner === loser || !live(world, winner) || !live(world, loser)) return
  world.merged.add(loser)
  const [to, from] = [idOf(world, winner), idOf(world, loser)]
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

const happen = async (world: World, what: Happening): Promise<void> => {
  const { spaceId } = world
  switch (what.kind) {
    case 'event': {
      if (!live(world, what.profile)) return
      const at = new Date(nowOf(world).getTime() - what.age * 1_800_000)
      const properties = { n: what.n, m: what.m, list: [what.n, 2], at: timeOf(world, what.at) } as JsonObject
      await addEvent(db, spaceId, idOf(world, what.profile), what.name, at, next(world), properties, {}, what.source)
      await addChange(db, spaceId, idOf(world, what.profile), next(world), { events: [what.name], at: nowOf(world) })
      return
    }
    case 'trait': {
      if (!live(world, what.profile)) return
      const value = what.key === 'when' ? timeOf(world, what.value as number) : what.value
      await run(
        db,
        query(
          'test.trait*',
          sql`update profile set traits = traits || ${JSON.stringify({ [what.key]: value })}::jsonb where space_id = ${spaceId} and id = ${idOf(world, what.profile)}`,
        ),
      )
      await addChange(db, spaceId, idOf(world, what.profile), next(world), { traits: [what.key], at: nowOf(world) })
      return
    }
    case 'identify': {
      if (!live(world, what.profile)) return
      await run(
        db,
        query(
          'test.identify*',
          sql`update profile set identifiers = identifiers || '{"user_id": ["u"]}' where space_id = ${spaceId} and id = ${idOf(world, what.profile)}`,
        ),
      )
      await addChange(db, spaceId, idOf(world, what.profile), next(world), {
        events: ['identify'],
        traits: ['*'],
        at: nowOf(world),
      })
      return
    }
    case 'merge':
      return merge(world, what.winner, what.loser)
    case 'full':
      return markEverybody(db, spaceId, [`aud_${KEYS[what.audience]}`], next(world))
    case 'edit':
      // Real-time or batch is for life.
      if (modeOf(what.condition).type !== modeOf(world.conditions[what.audience]).type) return
      if (await isTaken(save(world, what.audience, { definition: what.condition as unknown as JsonObject })))
        world.conditions[what.audience] = what.condition
      return
    case 'toggle':
      if (!world.disabled.delete(what.audience)) world.disabled.add(what.audience)
      await save(world, what.audience, { enabled: !world.disabled.has(what.audience) })
      return
    case 'tick':
      world.halfHours += what.halfHours
      await tick(world)
  }
}

/** An edit is refused while the one before it is not in yet; everything stays as it was. */
const isTaken = (edit: Promise<unknown>): Promise<boolean> =>
  edit.then(
    () => true,
    (error: unknown) => {
      if (error instanceof Refused && error.id === 'locked') return false
      throw error
    },
  )

const save = (world: World, audience: number, patch: Patch) =>
  update(db, 'audience', { spaceId: world.spaceId, by: 'test', now: nowOf(world) }, `aud_${KEYS[audience]}`, patch)

const tick = async (world: World): Promise<void> => {
  await evaluateSpaceFully(db, world.spaceId, nowOf(world))
  while ((await evaluateSpace(db, world.spaceId, nowOf(world), world.limits)).more);
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

const check = async (world: World, traits: ReadonlyMap<string, ComputedTraitDefinition>): Promise<void> => {
  const { spaceId, conditions } = world
  const scope = { spaceId, now: nowOf(world), catalog: await loadCatalog(db, spaceId), filterByExternalIds: DEFAULT_EXTERNAL_IDS }
  for (const [id, definition] of traits) {
    const wanted = await run(
      db,
      query('test.values*', sql`select n.profile_id, n.value from (${compileValue(definition, scope)}) n order by 1`),
    )
    const stored = await run(
      db,
      query(
        'test.values*',
        sql`select profile_id, value from computed_value where space_id = ${spaceId} and computed_trait_id = ${id} order by 1`,
      ),
    )
    expect(stored, `G3 values of ${id}`).toEqual(wanted)
  }
  for (const [index, each] of conditions.entries()) {
    const id = `aud_${KEYS[index]}`
    if (world.disabled.has(index)) continue
    const wanted = (await run(db, query('test.matching*', compile(each, scope)))).map((row) => row.profile_id).sort()
    const members = await membersNow(db, spaceId, id)
    expect(members, `G1 ${id} ${JSON.stringify(each)}`).toEqual(wanted)
    expect(await replayed(spaceId, id), `G4 ${id}`).toEqual(members)
  }
}

let space = 0
const COPYING: Limits = { ...LIMITS, copyFrom: { looks: 1, computations: 1 } }
const begin = async (
  conditions: readonly Condition[],
  traits: ReadonlyMap<string, ComputedTraitDefinition>,
  limits: Limits,
): Promise<World> => {
  const world: World = {
    spaceId: `spa_${space++}`,
    halfHours: 0,
    serial: 0,
    merged: new Set(),
    conditions: [...conditions],
    disabled: new Set(),
    limits,
  }
  await makeSpace(db, world.spaceId)
  const act = { spaceId: world.spaceId, by: 'test', now: nowOf(world) }
  for (const [id, definition] of traits) {
    const key = id.replace('tra_', '')
    await create(db, 'computed_trait', act, id, {
      name: key,
      key,
      description: '',
      enabled: true,
      definition: definition as unknown as JsonObject,
      options: {},
    })
  }
  for (const [index, each] of conditions.entries())
    await makeAudience(db, world.spaceId, must(KEYS[index], 'a key'), each, nowOf(world))
  await tick(world)
  for (let profile = 0; profile < 6; profile++) {
    const identifiers: JsonObject = profile < 4 ? { user_id: [`p${profile}`] } : { anonymous_id: [`p${profile}`] }
    await addProfile(db, world.spaceId, `p${profile}`, {}, identifiers, nowOf(world))
    await addChange(db, world.spaceId, idOf(world, profile), next(world), { events: ['identify'], at: nowOf(world) })
  }
  return world
}

it(
  `G1 G3 G4 G9 incremental = from scratch, whatever happens and however time passes (SEED=${SEED})`,
  async () => {
    const definitions = (traits: readonly string[]) => fc.record({ event: traitSelection(traits), measure })
    const histories = fc.record({
      conditions: fc.tuple(...REFERRED.map(condition)),
      counted: definitions(['x', 'when']),
      measured: definitions(['x', 'counted']),
      happenings: fc.array(happening, { minLength: 10, maxLength: 40, size: 'max' }),
    })
    await fc.assert(
      fc.asyncProperty(histories, async ({ conditions, counted, measured, happenings }) => {
        const traits = new Map<string, ComputedTraitDefinition>([
          ['tra_counted', counted],
          ['tra_measured', measured],
        ])
        const decoy = await begin(conditions, traits, LIMITS)
        const world = await begin(conditions, traits, COPYING)
        for (const [index, what] of happenings.entries()) {
          await happen(world, what)
          if (index % 3 === 0 || what.kind === 'tick') await happen(decoy, what)
          if (what.kind === 'tick') for (const each of [world, decoy]) await check(each, traits)
        }
        for (const each of [world, decoy]) {
          each.halfHours += 1
          await tick(each)
          await check(each, traits)
        }
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: !process.env['SHRINK'] },
    )
  },
  60_000 + RUNS * 12_000,
)
