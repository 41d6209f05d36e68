import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { loadCatalog } from '../../src/audience/catalog.ts'
import { compile } from '../../src/audience/compile.ts'
import type { EventSelection } from '../../src/audience/condition.ts'
import { candidatesOf } from '../../src/audience/due.ts'
import type { Sql } from '../../src/audience/operator.ts'
import { DEFAULT_EXTERNAL_IDS } from '../../src/audience/scope.ts'
import { leavesOf } from '../../src/audience/walk.ts'
import { edgesOf, selectionsIn } from '../../src/audience/windows.ts'
import { must } from '../../src/base/must.ts'
import { addAudience } from '../bench/support/audiences.ts'
import { AUDIENCES, type Hundredth } from '../bench/support/hundred.ts'
import { type Population, populate } from '../bench/support/population.ts'
import { freshDatabase } from '../support/database.ts'
import { nodesOf, type Plan, rereadWhole } from './support/plan.ts'

/*
 * The plans of the hundred audiences of the benchmark, with statistics that are there, that are of a tenth of each month, and that were never made: a
 * month of which an audience wants little is not read whole, few candidates are looked at by index, and nothing is read whole again and again.
 */

const SCALE = { profiles: 1_500, events: 60_000 }
const LITTLE = 0.07

type Database = Awaited<ReturnType<typeof freshDatabase>>
type Place = Database & Population

const months = async ({ pool }: Database): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ name: string }>('select distinct tableoid::regclass::text as name from event')
  return rows.map((row) => row.name)
}

const STATISTICS = {
  fresh: async () => {},
  // As of the first three days of each month; what came since was never looked at.
  stale: async (place: Place) => {
    await place.pool.query(`create table later as select * from event where extract(day from timestamp) > 3;
      delete from event where extract(day from timestamp) > 3`)
    await place.pool.query('vacuum full event')
    await place.pool.query('analyze event')
    await place.pool.query('insert into event select * from later')
  },
  none: async ({ pool }: Place) => {
    await pool.query(`delete from pg_statistic where starelid in (select oid from pg_class where relnamespace = 'public'::regnamespace);
      update pg_class set reltuples = -1, relpages = 0 where relnamespace = 'public'::regnamespace and relkind = 'r'`)
  },
} satisfies Record<string, (place: Place) => Promise<void>>

const prepared = async (state: keyof typeof STATISTICS): Promise<Place> => {
  const database = await freshDatabase()
  const place = { ...database, ...(await populate(database, SCALE)) }
  for (const { key, condition } of AUDIENCES) await addAudience(database, place.spaceId, key, condition, place.now)
  for (const table of [...(await months(place)), 'profile', 'due_profile', 'membership', 'profile_link'])
    await place.pool.query(`alter table ${table} set (autovacuum_enabled = false)`)
  await place.pool.query(
    `insert into due_profile select space_id, '1', id from profile where collection = 'users' order by id limit 40`,
  )
  await place.pool.query('analyze due_profile')
  await STATISTICS[state](place)
  return place
}

const planOf = async ({ db, pool }: Place, statement: Sql): Promise<Plan> => {
  const { sql: text, parameters } = statement.compile(db)
  const { rows } = await pool.query<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(`explain (format json) ${text}`, [
    ...parameters,
  ])
  return must(rows[0]?.['QUERY PLAN'][0], 'a plan').Plan
}

const scopeOf = async ({ db, spaceId, now }: Place, { collection }: Hundredth) => ({
  ...{ spaceId, now, collection, catalog: await loadCatalog(db, spaceId) },
  ...(collection === 'users' ? { filterByExternalIds: DEFAULT_EXTERNAL_IDS } : {}),
})

const selectionsOf = ({ condition }: Hundredth): readonly EventSelection[] =>
  leavesOf(condition).flatMap((leaf) => (leaf.type === 'event' ? selectionsIn(leaf.event) : []))

/** The months of which an audience wants little: of each selection at most so much is left by its name and its oldest age. */
const wantsLittleOf = async ({ pool, now }: Place, each: Hundredth): Promise<ReadonlySet<string>> => {
  const selections = selectionsOf(each)
  const oldest = selections.map((selection) => Math.max(...edgesOf(selection), 0))
  const ever = Math.max(...oldest, 0)
  const { rows } = await pool.query<{ name: string }>(
    `select e.tableoid::regclass::text as name from event e group by 1
      having count(*) filter (where e.name = any($1) and e.timestamp >= $2) < $3::numeric * count(*)`,
    [selections.map(({ name }) => name), new Date(+now - ever), LITTLE],
  )
  return new Set(rows.map((row) => row.name))
}

const readWhole = (plan: Plan): readonly string[] =>
  nodesOf(plan).flatMap((node) => (node['Node Type'] === 'Seq Scan' ? [must(node['Relation Name'], 'a table')] : []))

describe.each(Object.keys(STATISTICS) as (keyof typeof STATISTICS)[])('statistics %s', async (state) => {
  const place = await prepared(state)
  const filled = new Set(await months(place))
  const large = new Set([...filled, 'profile'])

  it.each(AUDIENCES.map((each) => [each.key, each] as const))('%s: everybody', async (_, each) => {
    const plan = await planOf(place, compile(each.condition, await scopeOf(place, each)))
    const little = await wantsLittleOf(place, each)
    expect(readWhole(plan).filter((table) => little.has(table))).toEqual([])
    expect(rereadWhole(plan).filter((table) => large.has(table))).toEqual([])
  })

  it.each(AUDIENCES.flatMap((each) => (each.collection === 'users' ? [[each.key, each] as const] : [])))(
    '%s: few candidates',
    async (_, each) => {
      const candidates = candidatesOf(place.spaceId, ['1'])
      const plan = await planOf(place, compile(each.condition, { ...(await scopeOf(place, each)), candidates }))
      expect(readWhole(plan).filter((table) => filled.has(table))).toEqual([])
      expect(rereadWhole(plan).filter((table) => large.has(table))).toEqual([])
    },
  )
})

it('would find what is read whole, and again and again', async () => {
  const place = await prepared('fresh')
  const again = sql`select p.id from profile p where (select count(*) from event e where e.properties ->> 'x' = p.id::text) > 5`
  const plan = await planOf(place, again)
  expect(readWhole(plan)).toContain('profile')
  expect(rereadWhole(plan).length).toBeGreaterThan(0)
})
