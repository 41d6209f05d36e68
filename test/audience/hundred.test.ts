import { expect, it } from 'vitest'
import { loadCatalog } from '../../src/audience/catalog.ts'
import { compile } from '../../src/audience/compile.ts'
import { LEAVES } from '../../src/audience/condition.ts'
import { evaluateDue, evaluateFullyDue } from '../../src/audience/due-spaces.ts'
import { MEASURES } from '../../src/audience/measures/index.ts'
import { OPERATORS } from '../../src/audience/operators/index.ts'
import { DEFAULT_EXTERNAL_IDS } from '../../src/audience/scope.ts'
import { isObject, type Json } from '../../src/base/json.ts'
import { addAudience } from '../bench/support/audiences.ts'
import { AUDIENCES, FAMILIES, type Hundredth } from '../bench/support/hundred.ts'
import { populate } from '../bench/support/population.ts'
import { freshDatabase } from '../support/database.ts'

/* The hundred audiences of the benchmark ask with the whole language, and beside each stands SQL by hand that answers the same people. */

type Said = { readonly [key: string]: Json }
const nodesIn = (node: Json): readonly Said[] => {
  if (Array.isArray(node)) return node.flatMap(nodesIn)
  return isObject(node) ? [node, ...Object.values(node).flatMap(nodesIn)] : []
}
const NODES = AUDIENCES.flatMap(({ condition }) => nodesIn(condition as unknown as Json))
const said = (key: string): ReadonlySet<Json | undefined> => new Set(NODES.map((node) => node[key]))
const missing = (wanted: readonly string[], found: ReadonlySet<Json | undefined>): readonly string[] =>
  wanted.filter((each) => !found.has(each))

it('a hundred audiences in twenty families ask with every operator, measure and leaf', () => {
  expect([AUDIENCES.length, FAMILIES.length]).toEqual([100, 20])
  expect(new Set(AUDIENCES.map(({ key }) => key)).size).toBe(100)
  expect(missing(Object.keys(OPERATORS), said('operator'))).toEqual([])
  expect(missing(Object.keys(MEASURES), said('kind'))).toEqual([])
  const types = [...LEAVES.map(({ shape }) => shape.type.value), 'and', 'or', 'not', 'any', 'all', 'property', 'context']
  expect(missing(types, said('type'))).toEqual([])
  expect(missing(['property', 'parent', 'trait'], said('reference'))).toEqual([])
  const keys = new Set<Json>(NODES.flatMap((node) => Object.keys(node)))
  const chosen = ['where', 'within', 'between', 'excludeSources', 'withinParent', 'betweenParent', 'settled', 'ignoreCase', 'as']
  expect(missing(chosen, keys)).toEqual([])
})

const { db, pool, close } = await freshDatabase()
const place = await populate({ db, pool, close }, { profiles: 600, events: 24_000 })
for (const { key, condition } of AUDIENCES) await addAudience({ db, pool, close }, place.spaceId, key, condition, place.now)
const { failed } = await evaluateFullyDue(db, place.now)
// What refers to another may have been computed beside it, and is due again.
while ((await evaluateDue(db, place.now)).evaluated > 0);
const catalog = await loadCatalog(db, place.spaceId)

const idsOf = async (text: string, parameters: readonly unknown[]): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ profile_id: string }>(text, [...parameters])
  return rows.map((row) => row.profile_id).toSorted()
}
const oursOf = ({ condition, collection }: Hundredth): Promise<readonly string[]> => {
  const filterByExternalIds = collection === 'users' ? DEFAULT_EXTERNAL_IDS : undefined
  const built = compile(condition, { spaceId: place.spaceId, now: place.now, catalog, collection, filterByExternalIds })
  const { sql, parameters } = built.compile(db)
  return idsOf(sql, parameters)
}

it('each of the hundred is computed', () => {
  expect(failed).toEqual([])
})

it.each(AUDIENCES.map((each) => [each.key, each] as const))(
  '%s: the queries by hand, the compiled one and membership agree',
  async (key, each) => {
    const ours = await oursOf(each)
    for (const [name, text] of each.byHand(place)) expect([name, await idsOf(text, [place.spaceId])]).toEqual([name, ours])
    const members = await idsOf('select profile_id from membership where space_id = $1 and audience_id = $2', [
      place.spaceId,
      `aud_${key}`,
    ])
    expect(members).toEqual(ours)
  },
)

it('most of the hundred have somebody in them and somebody not', async () => {
  const { rows } = await pool.query<{ n: number }>(
    'select count(*) as n from membership where space_id = $1 group by audience_id',
    [place.spaceId],
  )
  expect(rows.filter(({ n }) => n > 0 && n < 600).length).toBeGreaterThan(60)
})
