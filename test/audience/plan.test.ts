import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import { compile } from '../../src/audience/compile.ts'
import type { Condition } from '../../src/audience/condition.ts'
import { candidatesOf } from '../../src/audience/due.ts'
import type { Sql } from '../../src/audience/operator.ts'
import type { Scope } from '../../src/audience/scope.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'
import { did, hour, makePartitions, makeSpace, START } from './support/world.ts'

/*
 * Plans, on small data: a condition that asks for few events, or about few profiles, reads no month of events as a whole. With statistics
 * that are there, that are old (of a tenth of the data), and that were never made.
 */

const PEOPLE = 2_000
const EVENTS = 40_000

const fill = async (db: Awaited<ReturnType<typeof freshDatabase>>['db'], from: number, to: number): Promise<void> => {
  await run(
    db,
    query(
      'test.fill*',
      sql`insert into event (space_id, profile_id, timestamp, message_id, type, name, properties, source_id, received_at)
        select 'spa_plan', md5((n % ${sql.lit(PEOPLE)})::text)::uuid, ${START}::timestamptz - n * interval '2 minutes', 'm' || n, 'track',
          case when n % 500 = 0 then 'Rare' else 'Often' end, jsonb_build_object('n', n % 7), 'src', ${START}::timestamptz
        from generate_series(${from}::integer, ${to}::integer) as n`,
    ),
  )
}

const analyze = (db: Awaited<ReturnType<typeof freshDatabase>>['db']) =>
  run(db, query('test.analyze*', sql`analyze event, profile, due_profile, membership`))

const STATES = ['fresh', 'stale', 'none'] as const
const databases = {
  fresh: await freshDatabase(),
  stale: await freshDatabase(),
  none: await freshDatabase(),
}

beforeAll(async () => {
  for (const state of STATES) {
    const { db } = databases[state]
    await makePartitions(db)
    await makeSpace(db, 'spa_plan')
    await run(
      db,
      query(
        'test.people*',
        sql`insert into profile (space_id, id, traits, identifiers, created_at, updated_at)
          select 'spa_plan', md5(n::text)::uuid, jsonb_build_object('plan', n % 9), '{"user_id": ["u"]}', ${START}, ${START}
          from generate_series(0, ${sql.lit(PEOPLE - 1)}) as n`,
      ),
    )
    await fill(db, 1, EVENTS / 10)
    if (state === 'stale') await analyze(db)
    await fill(db, EVENTS / 10 + 1, EVENTS)
    await run(
      db,
      query(
        'test.due*',
        sql`insert into due_profile select 'spa_plan', '1', id from profile where space_id = 'spa_plan' order by id limit 50`,
      ),
    )
    if (state === 'fresh') await analyze(db)
  }
}, 60_000)

type Node = { readonly 'Node Type': string; readonly 'Relation Name'?: string; readonly Plans?: readonly Node[] }
const nodesOf = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

// The months that have events; in an empty one there is nothing to read.
const filled = async (state: (typeof STATES)[number]): Promise<ReadonlySet<string>> => {
  const rows = await run(
    databases[state].db,
    query('test.months*', sql<{ name: string }>`select distinct tableoid::regclass::text as name from event`),
  )
  return new Set(rows.map((row) => row.name))
}

/** The tables of events that a statement reads from one end to the other. */
const readWhole = async (state: (typeof STATES)[number], statement: Sql): Promise<readonly string[]> => {
  const [row] = await run(
    databases[state].db,
    query('test.explain*', sql<{ 'QUERY PLAN': readonly { readonly Plan: Node }[] }>`explain (format json) ${statement}`),
  )
  const nodes = row?.['QUERY PLAN'].flatMap(({ Plan }) => nodesOf(Plan)) ?? []
  const months = await filled(state)
  return nodes.flatMap((node) => {
    const name = node['Relation Name'] ?? ''
    return node['Node Type'] === 'Seq Scan' && months.has(name) ? name : []
  })
}

const scope: Scope = { spaceId: 'spa_plan', now: hour(0), catalog: { audiences: new Map(), computedTraits: new Map() } }
const sum = (name: string): Condition => ({
  type: 'event',
  event: { name, within: '40 days' },
  measure: { kind: 'sum', property: 'n' },
  compare: { operator: 'at_least', value: 3 },
})

const CONDITIONS: readonly (readonly [string, (name: string) => Condition])[] = [
  ['some', (name) => did(name, undefined, { within: '40 days' })],
  ['none', (name) => ({ type: 'not', condition: did(name, undefined, { within: '40 days' }) })],
  ['a count', (name) => did(name, { operator: 'at_least', value: 2 })],
  ['a sum', sum],
  ['one and another', (name) => ({ type: 'and', conditions: [sum(name), did(name, { operator: 'at_least', value: 2 })] })],
  ['one or another', (name) => ({ type: 'or', conditions: [sum(name), did(name, { operator: 'at_least', value: 2 })] })],
]

const TABLE = STATES.flatMap((state) => CONDITIONS.map(([name, condition]) => [state, name, condition] as const))

it.each(TABLE)('statistics %s: few candidates of all events, %s, are asked by index', async (state, _, condition) => {
  const candidates = candidatesOf('spa_plan', ['1'])
  expect(await readWhole(state, compile(condition('Often'), { ...scope, candidates }))).toEqual([])
})

it.each(TABLE)('statistics %s: everybody of few events, %s, is asked by index', async (state, _, condition) => {
  expect(await readWhole(state, compile(condition('Rare'), scope))).toEqual([])
})

it('would find a plan that reads a month whole', async () => {
  const everything = sql`select count(*) from event e where e.properties ->> 'n' = '3'`
  expect(await readWhole('fresh', everything)).not.toEqual([])
})
